"""Whose words a notice says: the owner's, from its manifest; the gateway's own where that is not (yet) known."""

from typing import TYPE_CHECKING

from shuniu.contracts.summary import NoticeWhy
from shuniu.contracts.text import Text

from shuniu_gateway.notices.channels import error_class

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.presence import Presence

__all__ = ("error_title", "sentence_of", "service_title")


def sentence_of(host: "Host", service: str, key: str, why: NoticeWhy) -> Text:
    """What a notice says: the service's text ``key``, or a general word for why."""
    presence: Presence = host.extras["presence"]
    manifest = presence.manifest(service)
    said = manifest.texts.get(key) if manifest is not None else None
    general: Text = host.texts[f"notice.{why}"]
    return said or general


def service_title(host: "Host", service: str) -> Text:
    """The service's title; its name while nobody has seen its manifest."""
    presence: Presence = host.extras["presence"]
    manifest = presence.manifest(service)
    if manifest is not None:
        return manifest.title
    own: Text | None = host.texts.get(f"service.{service}")
    return own or Text(service, service)


def error_title(host: "Host", error: str) -> Text | None:
    """What an error or a reason for discarding is called, with its code."""
    if not error:
        return None
    found: Text | None = host.texts.get(f"delivery_error.{error_class(error)}")
    if found is None:
        return Text(error, error)
    code = error.partition(":")[2]
    return Text(f"{found.zh}（{code}）", f"{found.en} ({code})") if code else found
