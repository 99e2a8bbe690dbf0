"""What a list of matters shows, as a spreadsheet: the same query under the same read policy, of any length.

The rows come from one snapshot of the view, a few hundred at a time, and go onto disk as they come; only then is
anything sent, so a slow reader holds no connection of the database.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.sheet_stream import Form, RowFile
from shuniu.contracts.manifest import KindInfo
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Unprocessable

from shuniu_gateway.due import light
from shuniu_gateway.matters import Filters, Sort, count_of, list_query, matter_of
from shuniu_gateway.shapes import Matter

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.presence import Presence
    from shuniu_gateway.registry import RegistryCopy

__all__ = ("Exported", "Lang", "Titles", "export_matters")

Lang = Literal["zh", "en"]
MOST_ROWS = 50_000
AT_ONCE = 500
_WIDTHS = {"number": 18, "title": 36, "community": 14, "grid": 16, "place": 24, "units": 28, "status": 12, "kind": 12}
_TIMES = {"opened": 17, "due": 17, "closed": 17}
COLUMNS = (
    "number", "service", "kind", "title", "category", "status", "community", "grid", "place", "units", "opened", "due",
    "provisional", "light", "closed",
)  # fmt: skip


class Exported(NamedTuple):
    """A file at its beginning, its bytes, how many matters are in it."""

    file: IO[bytes]
    size: int
    rows: int


class Titles:
    """Titles of ids in one language, from manifests and the registry; what nobody titles stays as it is."""

    def __init__(self, host: "Host", lang: Lang) -> None:
        self._host = host
        self._presence: Presence = host.extras["presence"]
        self._registry: RegistryCopy = host.extras["registry"]
        self._en = lang == "en"
        self._kinds: dict[tuple[str, str], KindInfo | None] = {}

    def of(self, text: Text | None, fallback: str = "") -> str:
        """The text in the language, else in the other one."""
        if text is None:
            return fallback
        return ((text.en or text.zh) if self._en else (text.zh or text.en)) or fallback

    def listed(self, words: Iterable[str]) -> str:
        """Words one after the other."""
        return (", " if self._en else "、").join(words)

    def word(self, key: str) -> str:
        """A text of the gateway's own catalogue."""
        return self.of(self._host.texts.get(key), key)

    def service(self, service: str) -> str:
        """A service's title."""
        manifest = self._presence.manifest(service)
        return self.of(manifest.title if manifest else None, service)

    def kind(self, service: str, kind: str) -> str:
        """A kind's title."""
        found = self._kind(service, kind)
        return self.of(found.title if found else None, kind)

    def status(self, service: str, kind: str, status: str) -> str:
        """A status's title."""
        found = self._kind(service, kind)
        return next((self.of(s.title, status) for s in (found.statuses if found else ()) if s.id == status), status)

    def category(self, service: str, kind: str, category: str) -> str:
        """A category's title."""
        found = self._kind(service, kind)
        there = found.categories if found else ()
        return next((self.of(c.title, category) for c in there if c.id == category), category)

    def entry(self, kind: str, code: str) -> str:
        """An area's or unit's title."""
        entry = self._registry.get(kind, code) if code else None
        return self.of(entry.title if entry else None, code)

    def _kind(self, service: str, kind: str) -> KindInfo | None:
        key = (service, kind)
        if key not in self._kinds:
            manifest = self._presence.manifest(service)
            self._kinds[key] = next((k for k in manifest.kinds if k.id == kind), None) if manifest else None
        return self._kinds[key]


def row_of(matter: Matter, titles: Titles, now: datetime) -> Sequence[Any]:
    """A matter as a row under :data:`COLUMNS`."""
    units = [unit.unit for unit in matter.units] or ([matter.lead_unit] if matter.lead_unit else [])
    shown = light(open=matter.open, due_status=matter.due_status, due_at=matter.due_at, soon_at=matter.soon_at, now=now)
    return (
        matter.number,
        titles.service(matter.service),
        titles.kind(matter.service, matter.kind),
        matter.title,
        titles.category(matter.service, matter.kind, matter.category),
        titles.status(matter.service, matter.kind, matter.status),
        titles.entry("area", matter.area[:12]) if len(matter.area) >= 12 else titles.entry("area", matter.area),
        titles.entry("area", matter.area) if len(matter.area) > 12 else "",
        matter.place.name,
        titles.listed(titles.entry("unit", code) for code in dict.fromkeys(units)),
        matter.opened_at,
        matter.due_at,
        (matter.provisional and matter.open) or None,
        titles.word(f"export.{shown}") if shown != "none" else "",
        matter.closed_at,
    )


async def export_matters(
    host: "Host", actor: Actor, filters: Filters, *, sort: Sort, form: Form, lang: Lang
) -> Exported:
    """The matters under these filters that the actor may read, as a file; audited with their number.

    Unprocessable ``gateway.export_too_many`` beyond :data:`MOST_ROWS`.
    """
    now = host.clock.now()
    total = await count_of(actor, filters, now)
    if total > MOST_ROWS:
        raise Unprocessable("gateway.export_too_many", params={"n": total, "most": MOST_ROWS})
    titles = Titles(host, lang)
    header = [titles.word(f"export_column.{name}") for name in COLUMNS]
    widths = [_WIDTHS.get(name, _TIMES.get(name, 12)) for name in COLUMNS]
    made = await asyncio.to_thread(RowFile, form, titles.word("export.title"), header, widths)
    try:
        sql, given = list_query(actor, filters, now, sort).compile_string()
        async with host.pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            cursor = await conn.cursor(sql, *given)
            while records := await cursor.fetch(AT_ONCE):
                await asyncio.to_thread(made.write, list(_rows(records, titles, now)))
        file, size = await asyncio.to_thread(made.close)
    except BaseException:
        made.abandon()
        raise
    detail: dict[str, str | int] = {"rows": made.rows, "format": form}
    host.audit.record(AuditEntry(at=now, actor=actor.id, command="gateway.export_matters", allowed=True, detail=detail))
    return Exported(file, size, made.rows)


def _rows(records: Iterable[Any], titles: Titles, now: datetime) -> Iterable[Sequence[Any]]:
    return (row_of(matter_of(dict(record)), titles, now) for record in records)
