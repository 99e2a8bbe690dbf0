"""What is wrong with a guide, all of it at once (domain rules 3.20-3.25, 3.28). Pure."""

import re
from collections.abc import Iterable

from shuniu.contracts.services_desk.catalogue import Guide, When
from shuniu.rules.refusal import FieldError

__all__ = ("MOST_DAYS", "catch_all", "flaws")

MOST_DAYS = {False: 20, True: 45}
"""Most working days a licence may take, alone and joint (行政许可法 §42)."""
_CATCH_ALL = re.compile(
    r"其他(?:有关|相关|需要|必要|应当|规定)?的?(?:证明)?(?:材料|资料|文件)|等(?:相关)?材料$"
    r"|other (?:documents|materials)",
    re.I,
)


def catch_all(name: str) -> bool:
    """Whether a material's name asks for whatever may come to mind (兜底条款); no guide may (domain rules 3.25)."""
    return _CATCH_ALL.search(name) is not None


def _conditions(guide: Guide, when: Iterable[When], field: str) -> Iterable[FieldError]:
    choices = {q.code: {c.code for c in q.choices} for q in guide.questions}
    for condition in when:
        known = choices.get(condition.question)
        if known is None or not condition.answers or not set(condition.answers) <= known:
            yield FieldError(field, "condition")


def flaws(guide: Guide) -> tuple[FieldError, ...]:
    """Everything that keeps a guide from being published; empty where nothing does."""
    return tuple(_flaws(guide))


def _flaws(g: Guide) -> Iterable[FieldError]:
    for field in ("name", "basis", "body", "result", "contact", "complaint_line", "conditions", "process", "channels"):
        if not getattr(g, field):
            yield FieldError(field, "missing")
    if not g.materials:
        yield FieldError("materials", "missing")
    if g.promised_limit > g.legal_limit:
        yield FieldError("promised_limit", "above_legal")
    if g.kind == "LICENCE" and g.legal_limit > MOST_DAYS[g.joint]:
        yield FieldError("legal_limit", "above_law")
    if g.joint and not g.partners:
        yield FieldError("partners", "missing")
    if g.fee and not g.fee_basis:
        yield FieldError("fee_basis", "missing")
    for name, codes in (
        ("materials", [m.code for m in g.materials]),
        ("questions", [q.code for q in g.questions]),
    ):
        for code in sorted({c for c in codes if codes.count(c) > 1}):
            yield FieldError(f"{name}.{codes.index(code)}.code", "twice")
    for i, q in enumerate(g.questions):
        if len(q.choices) < 2 or len({c.code for c in q.choices}) != len(q.choices):
            yield FieldError(f"questions.{i}.choices", "value")
        earlier = {other.code for other in g.questions[:i]}
        yield from _conditions(g, q.when, f"questions.{i}.when")
        if any(c.question not in earlier for c in q.when):
            yield FieldError(f"questions.{i}.when", "not_earlier")
    for i, m in enumerate(g.materials):
        yield from _conditions(g, m.when, f"materials.{i}.when")
        if catch_all(m.name):
            yield FieldError(f"materials.{i}.name", "catch_all")
