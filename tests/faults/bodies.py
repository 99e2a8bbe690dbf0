"""Well-formed bodies: by hand where a test wants them sensible, else made from the command's own types."""

import re
from typing import Any

from msgspec import inspect

from . import ways
from .desk import Desk

__all__ = ("grid_register_bodies", "sample", "sample_body")

PHONE = "025-5550123"


_WORDS = (
    "示例文字", "example", "EXAMPLE", "A-1", "a1", "U0001", "H0001", "320199001001001", "320199001", "2026-10", "09:00",
    "1", "13800000000", "025-5550123", "0" * 64, "2026-12-01", "#123456", "a@example.test", "9.5", "P:v1",
    "REPLACED", "001",
)  # fmt: skip
"""Something for every pattern a field may have."""


def sample_body(struct: type) -> dict[str, Any]:
    """A body with the fields a command cannot do without, each of its type and within its bounds."""
    made: dict[str, Any] = sample(inspect.type_info(struct))
    return made


def sample(info: inspect.Type) -> Any:
    """A value as JSON that decodes as this type. KeyError for a pattern nobody thought of here."""
    while isinstance(info, inspect.Metadata):
        info = info.type
    match info:
        case inspect.UnionType():
            return sample(next(t for t in info.types if not isinstance(t, inspect.NoneType)))
        case inspect.StructType():
            return {f.encode_name: sample(f.type) for f in info.fields if f.required}
        case inspect.StrType():
            return _word(info)
        case inspect.IntType() | inspect.FloatType():
            least = info.ge if info.ge is not None else info.gt + 1 if info.gt is not None else 1
            return min(least, info.le) if info.le is not None else least
        case inspect.BoolType():
            return False
        case inspect.LiteralType() | inspect.EnumType():
            values = info.values if isinstance(info, inspect.LiteralType) else [e.value for e in info.cls]
            return sorted(values, key=str)[-1]
        case inspect.DateType():
            return ways.LATER
        case inspect.DateTimeType():
            return f"{ways.LATER}T01:00:00Z"
        case inspect.TimeType():
            return "09:00:00"
        case inspect.VarTupleType() | inspect.ListType() | inspect.SetType() | inspect.FrozenSetType():
            return [sample(info.item_type) for _ in range(info.min_length or 0)]
        case inspect.TupleType():
            return [sample(item) for item in info.item_types]
        case inspect.DictType():
            return {}
    return "anything"


def _word(info: inspect.StrType) -> str:
    for word in _WORDS:
        fits = info.pattern is None or re.search(info.pattern, word)
        if fits and (info.min_length or 0) <= len(word) <= (info.max_length or 1_000_000):
            return word
    if info.pattern is None:
        return "字" * (info.min_length or 1)
    raise KeyError(f"no example for {info.pattern} of {info.min_length} to {info.max_length} characters")


def _title(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


def grid_register_bodies(desk: Desk) -> dict[str, dict[str, Any]]:
    """Areas, posts, party organisations and places of the grid service."""
    grid, day = desk.grid, ways.LATER
    ring = [[118.0, 32.0], [118.1, 32.0], [118.1, 32.1], [118.0, 32.0]]
    cell = {
        "code": f"{grid[:-3]}011",
        "title": _title("新网格"),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    on = {"on": day, "intermediate": True}
    post = {"post": f"{grid}-full-acc-1"}
    days = {"first": day, "last": day}
    organisation = {"code": "P-1", "title": _title("党工委"), "tier": "ONE", "form": "WORKING_COMMITTEE"}
    link = {"organisation": "P-1", "target_kind": "AREA", "target": grid}
    place = {"place": "VP-1", "type": "VOLUNTEER_POST", "title": _title("志愿者岗"), "lon": 118.05, "lat": 32.05}
    return {
        "grid.import_areas": {"areas": [{"code": f"{grid[:-3]}009", "title": _title("新网格")}]},
        "grid.retire_area": {"code": grid, "valid_to": day},
        "grid.redraw_areas": {**on, "operations": [{"operation": "TRANSFER", "areas": [grid], "into": [cell]}]},
        "grid.split_area": {**on, "area": grid, "into": [cell, {}]},
        "grid.merge_areas": {**on, "areas": [grid, f"{grid[:-3]}002"], "into": cell},
        "grid.move_border": {**on, "areas": [grid, f"{grid[:-3]}002"], "into": [cell, {}]},
        "grid.transfer_area": {**on, "area": grid, "into": cell},
        "grid.assign_post": {"area": grid, "kind": "FULL", "account": "acc-1"},
        "grid.import_posts": {"rows": [{"area": grid, "kind": "FULL", "account": "acc-1"}]},
        "grid.end_post": {"post": "p1"},
        "grid.plan_shifts": {**post, "shifts": [{"day": day, "start": "09:00", "end": "17:00"}]},
        "grid.cancel_shift": {"shift": "s1"},
        "grid.grant_leave": {**post, **days},
        "grid.withdraw_leave": {**post, "leave": "l1"},
        "grid.name_stand_in": {**post, **days, "account": "acc-2"},
        "grid.open_handover": {**post, "taker": "acc-2", "on": day},
        "grid.confirm_handover": {"handover": "h1"},
        "grid.withdraw_handover": {"handover": "h1"},
        "grid.publish_post": {
            **post,
            "display_name": "周师傅",
            "phone": PHONE,
            "supervision_phone": PHONE,
            "basis": "STATUTORY_DUTY",
        },
        "grid.unpublish_post": post,
        "grid.register_party": organisation,
        "grid.import_party": {"rows": [organisation]},
        "grid.dissolve_party": {"code": "P-1"},
        "grid.link_party": link,
        "grid.unlink_party": link,
        "grid.appoint": {"account": "acc-1", "body_kind": "UNIT", "body": "cg", "position": "STAFF", **days},
        "grid.end_appointment": {"account": "acc-1", "appointment": "a1", "last": day},
        "grid.register_place": {**place, "unit": "cg"},
        "grid.import_places": {"rows": [{**place, "unit": "cg"}]},
        "grid.close_place": {"place": "VP-1"},
    }
