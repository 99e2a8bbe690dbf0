"""The complete list for one applicant's situation in one answer (一口清), and of several items together. Pure.

Conditions are data: an answer decides whether a material is needed. What nobody asked cannot make a list longer, so a
situation is exact when every question that still matters is answered (domain rules 3.20, 3.24-3.25).
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace
from shuniu.contracts.services_desk.catalogue import Guide, Material, MaterialForm, Question, When
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = ("Checklist", "check_situation", "checklist", "merged", "together")

Situation = Mapping[str, str]
_PAPER: dict[str, frozenset[str]] = {
    "ELECTRONIC": frozenset(),
    "COPY": frozenset({"copy"}),
    "ORIGINAL": frozenset({"original"}),
    "ORIGINAL_AND_COPY": frozenset({"original", "copy"}),
}
_FORMS: dict[frozenset[str], MaterialForm] = {
    frozenset({"copy"}): "COPY",
    frozenset({"original"}): "ORIGINAL",
    frozenset({"original", "copy"}): "ORIGINAL_AND_COPY",
    frozenset(): "ELECTRONIC",
}


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """``materials`` are needed whatever else is answered; ``open`` may be, depending on ``questions`` still to answer.

    ``exact``: no question that matters is open, so the list is complete and final.
    """

    exact: bool
    questions: tuple[Question, ...]
    materials: tuple[Material, ...]
    open: tuple[Material, ...]


def _holds(when: Iterable[When], asked: Mapping[str, Question], situation: Situation, seen: tuple[str, ...]) -> object:
    """True, False, or None while it depends on an answer that is not there."""
    result: object = True
    for condition in when:
        question = asked.get(condition.question)
        if question is None or condition.question in seen:
            return False
        relevant = _holds(question.when, asked, situation, (*seen, condition.question))
        answer = situation.get(condition.question)
        if relevant is False:
            return False
        if answer is None or relevant is None:
            result = None
        elif answer not in condition.answers:
            return False
    return result


def check_situation(guides: Iterable[Guide], situation: Situation, event: str) -> None:
    """Unprocessable ``guide.situation`` for an answer to no question of these items, or one that is no choice."""
    choices: dict[str, set[str]] = {}
    for guide in guides:
        for q in guide.questions:
            choices.setdefault(q.code, set()).update(c.code for c in q.choices)
    flaws = tuple(
        FieldError(f"situation.{code[:40]}", "unknown" if code not in choices else "value")
        for code, answer in situation.items()
        if answer not in choices.get(code, ())
    )
    if flaws:
        raise Unprocessable("guide.situation", event=event, fields=flaws)


def checklist(guide: Guide, situation: Situation) -> Checklist:
    """What this item needs of this applicant."""
    asked = {q.code: q for q in guide.questions}
    needed, maybe = [], []
    for material in guide.materials:
        holds = _holds(material.when, asked, situation, ())
        if holds is True:
            needed.append(material)
        elif holds is None:
            maybe.append(material)
    matters = {c.question for m in maybe for c in m.when}
    while True:
        more = {c.question for q in matters for c in asked[q].when} - matters
        if not more:
            break
        matters |= more
    questions = tuple(
        q
        for q in guide.questions
        if q.code in matters and q.code not in situation and _holds(q.when, asked, situation, (q.code,)) is not False
    )
    return Checklist(exact=not maybe, questions=questions, materials=tuple(needed), open=tuple(maybe))


def merged(one: Material, other: Material) -> Material:
    """The same paper for two items: whatever form both can use, the more copies, the stricter of every rule."""
    return replace(
        one,
        form=_FORMS[_PAPER[one.form] | _PAPER[other.form]],
        copies=max(one.copies, other.copies),
        required=one.required or other.required,
        gap_allowed=one.gap_allowed and other.gap_allowed,
        when=(),
    )


def together(lists: Iterable[Checklist]) -> Checklist:
    """Several items in one visit (一件事): the union, each material and each question once."""
    needed: dict[str, Material] = {}
    maybe: dict[str, Material] = {}
    questions: dict[str, Question] = {}
    for one in lists:
        for m in one.materials:
            needed[m.code] = merged(needed[m.code], m) if m.code in needed else m
        for m in one.open:
            maybe.setdefault(m.code, m)
        for q in one.questions:
            known = questions.get(q.code)
            extra = () if known is None else tuple(c for c in q.choices if c not in known.choices)
            questions[q.code] = q if known is None else replace(known, choices=(*known.choices, *extra))
    return Checklist(
        exact=not maybe,
        questions=tuple(questions.values()),
        materials=tuple(needed.values()),
        open=tuple(m for code, m in maybe.items() if code not in needed),
    )
