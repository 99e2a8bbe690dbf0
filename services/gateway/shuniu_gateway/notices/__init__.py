"""Notifications (通知): an event that says who must be told is told, once, on the page and by the channels of choice.

The gateway does it for every service, because it knows the accounts; it reads summaries only and knows no domain.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.gateway import (
    ChannelsSet,
    DeliveryDiscarded,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryQueued,
    DeliveryRenewed,
    DeliverySent,
    NoticeRaised,
    NoticesForgotten,
    NoticesRead,
    PreferencesSet,
)

from shuniu_gateway.notices.deliveries import DISCARD, DROP, RECORD_FAILURE, RECORD_SENT, RETRY
from shuniu_gateway.notices.notify import NOTIFY, TELL
from shuniu_gateway.notices.routes import NOTICES_API
from shuniu_gateway.notices.state import DELIVERY, SETTINGS, STANDING
from shuniu_gateway.notices.tables import TABLES
from shuniu_gateway.notices.wishes import FORGET, READ_NOTICES, SET_CHANNELS, SET_PREFERENCES, TEST_CHANNEL

__all__ = ("capability",)

capability = Capability(
    name="notices",
    texts=Catalogue.load("shuniu_gateway", "notices/notices.toml"),
    rows=(STANDING, SETTINGS, DELIVERY),
    commands=(
        NOTIFY,
        SET_CHANNELS,
        SET_PREFERENCES,
        TEST_CHANNEL,
        READ_NOTICES,
        FORGET,
        RECORD_SENT,
        RECORD_FAILURE,
        DROP,
        RETRY,
        DISCARD,
    ),
    facts=(
        NoticeRaised,
        NoticesRead,
        NoticesForgotten,
        ChannelsSet,
        PreferencesSet,
        DeliveryQueued,
        DeliverySent,
        DeliveryFailed,
        DeliveryGivenUp,
        DeliveryRenewed,
        DeliveryDiscarded,
    ),
    reactions=(TELL,),
    handlers=(NOTICES_API,),
    tables=TABLES,
)
