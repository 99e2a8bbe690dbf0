"""The gateway (信息化指挥): composes whatever services are present, and knows the domain of none of them.

It projects the summaries of their events into views of its own, draws every page from their manifests, signs people in,
and hands requests on over the bus.
"""

__version__ = "0.1.0"

from shuniu.chassis.service import Capability, Catalogue, Service
from shuniu.contracts.gateway import (
    AccountChanged,
    AccountClosed,
    AccountOpened,
    CredentialSet,
    PostRegistered,
    UnitRegistered,
)

from shuniu_gateway import administration, board, calendar_years, notices, reports, second_factor
from shuniu_gateway.accounts import (
    ACCOUNT,
    ADMINISTRATORS,
    CHANGE_ACCOUNT,
    CLOSE_ACCOUNT,
    LOGIN,
    OPEN_ACCOUNT,
    SET_CREDENTIAL,
)
from shuniu_gateway.assets import ASSET_HANDLERS
from shuniu_gateway.directory import IMPORT_UNITS, POST, UNIT
from shuniu_gateway.door_routes import DOORS_API
from shuniu_gateway.figure_routes import FIGURES_API
from shuniu_gateway.life import closed, opened
from shuniu_gateway.projection import VIEW
from shuniu_gateway.public_blobs import PUBLIC_BLOBS_API
from shuniu_gateway.public_routes import PUBLIC_API
from shuniu_gateway.routes import VIEW_API
from shuniu_gateway.session_routes import SESSION_API
from shuniu_gateway.settings import GatewaySettings
from shuniu_gateway.sheet_routes import SHEETS_API
from shuniu_gateway.stream import live_stream
from shuniu_gateway.tables import TABLES

__all__ = ("service",)

directory = Capability(
    name="directory",
    texts=Catalogue({}),
    rows=(ACCOUNT, LOGIN, UNIT, POST),
    commands=(OPEN_ACCOUNT, CHANGE_ACCOUNT, CLOSE_ACCOUNT, SET_CREDENTIAL, IMPORT_UNITS),
    facts=(AccountOpened, AccountChanged, AccountClosed, CredentialSet, UnitRegistered, PostRegistered),
    tables=TABLES,
)
view = Capability(
    name="view",
    texts=Catalogue({}),
    projections=(VIEW,),
    handlers=(
        SESSION_API,
        VIEW_API,
        FIGURES_API,
        DOORS_API,
        SHEETS_API,
        PUBLIC_API,
        PUBLIC_BLOBS_API,
        live_stream,
        *ASSET_HANDLERS,
    ),
)

service = Service.of(
    "gateway",
    __version__,
    "shuniu_gateway",
    Catalogue.load("shuniu_gateway"),
    (
        directory,
        view,
        second_factor.capability,
        administration.capability,
        notices.capability,
        calendar_years.capability,
        board.capability,
        reports.capability,
    ),
    readers=(*ADMINISTRATORS, "registrar", "operator", "wall", "api_reader"),
    settings=GatewaySettings,
    icon="gateway",
    order=90,
    opened=opened,
    closed=closed,
)
