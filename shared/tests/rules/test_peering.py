"""What another scope sees of our log: the table of an agreement, and that a stub tells nothing but its place."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.bus.incoming import read_event
from shuniu.contracts.envelope import CloudEvent, EventData, event_id
from shuniu.contracts.summary import MatterSummary, MatterUnit, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.peering import Agreement, Share, Sight, about, departed, referral_only, sight, withheld

OURS, THEIRS, THIRD = "320199001", "320199002", "320199003"
SOURCE = f"/{OURS}/whistle"


def agreement(clearance: int = 2, service: str = "whistle", **share: Any) -> Agreement:
    return Agreement(
        scope=THEIRS,
        title=Text("邻街", "Next street"),
        issuers=(f"/{THEIRS}/gateway",),
        clearance=clearance,
        shares={service: Share(**share)},
    )


def event(name: str = "whistle.blown.v1", fact: Any = None, **summary: Any) -> CloudEvent:
    return CloudEvent(
        specversion="1.0",
        id=event_id("e1", 7),
        source=SOURCE,
        type=f"shuniu.whistle.{name}",
        subject="w-1",
        time=datetime(2026, 11, 23, 1, tzinfo=UTC),
        datacontenttype="application/json",
        sequence="7",
        epoch="e1",
        data=EventData(fact=msgspec.Raw(msgspec.json.encode(fact or {})), summary=Summary(**summary)),
        correlationid="w-1",
    )


def matter(*, lead: str = "", parts: tuple[str, ...] = (), seen_by: tuple[str, ...] = (), level: int = 2) -> Any:
    return MatterSummary(
        kind="whistle",
        id="w-1",
        number="1",
        version=3,
        title="油烟",
        lead_unit=lead,
        units=tuple(MatterUnit(unit=unit) for unit in parts),
        visibility=Visibility(units=seen_by, sensitivity=level),
    )


MADE, TAKEN, GOES_ON = "referral.made.v1", "referral.taken.v1", "referral.progressed.v1"
ALL = {"referrals": True, "progress": True, "matters_of_units": ("cg",)}


@pytest.mark.parametrize(
    ("share", "what", "seen"),
    [
        # referrals: only between the two
        ({"referrals": True}, event(MADE, {"to_scope": THEIRS}), "referral"),
        ({"referrals": True}, event(MADE, {"to_scope": THIRD}), "nothing"),
        ({"referrals": True}, event(MADE, {"to_scope": OURS}), "nothing"),
        ({}, event(MADE, {"to_scope": THEIRS}), "nothing"),
        ({"referrals": True}, event("referral.made.v2", {"to_scope": THEIRS}), "referral"),
        ({"referrals": True}, event(MADE, {"to_scope": THEIRS}, matter=matter(level=4)), "referral"),
        *(
            (
                {"referrals": True},
                event(f"referral.{word}.v1", {"made_by": f"/{scope}/whistle"}),
                "referral" if scope == THEIRS else "nothing",
            )
            for word in ("taken", "refused", "expired", "settled")
            for scope in (OURS, THEIRS, THIRD)
        ),
        ({"referrals": True}, event(TAKEN, {"made_by": "nobody"}), "nothing"),
        ({"referrals": True}, event(TAKEN, {"made_by": 3}), "nothing"),
        # each unit's own answer and clock: only where that is agreed too
        ({"referrals": True}, event(GOES_ON, {"made_by": f"/{THEIRS}/whistle"}), "nothing"),
        ({"referrals": True, "progress": True}, event(GOES_ON, {"made_by": f"/{THEIRS}/whistle"}), "referral"),
        ({"referrals": True, "progress": True}, event(GOES_ON, {"made_by": f"/{THIRD}/whistle"}), "nothing"),
        # a referral to somebody else is nobody's business, also where the matter is shared
        (ALL, event(MADE, {"to_scope": THIRD}, matter=matter(lead="cg")), "nothing"),
        (ALL, event(GOES_ON, {"made_by": f"/{THIRD}/whistle"}, matter=matter(lead="cg")), "nothing"),
        # our summary goes along only where the matter is shared as well
        (ALL, event(MADE, {"to_scope": THEIRS}, matter=matter(lead="cg")), "whole"),
        (ALL, event(MADE, {"to_scope": THEIRS}, matter=matter(lead="fire")), "referral"),
        (ALL, event(MADE, {"to_scope": THEIRS}, matter=matter(lead="cg", level=3)), "referral"),
        # matters of its units
        ({"matters_of_units": ("cg",)}, event(matter=matter(lead="cg")), "whole"),
        ({"matters_of_units": ("cg",)}, event(matter=matter(parts=("fire", "cg"))), "whole"),
        ({"matters_of_units": ("cg",)}, event(matter=matter(seen_by=("cg",))), "whole"),
        ({"matters_of_units": ("cg",)}, event(matter=matter(lead="fire", parts=("gas",))), "nothing"),
        ({"matters_of_units": ("cg",)}, event(matter=matter()), "nothing"),
        ({"matters_of_units": ("",)}, event(matter=matter()), "nothing"),
        ({"matters_of_units": ("cg",)}, event(visibility=Visibility(units=("cg",))), "whole"),
        ({"matters_of_units": ("cg",)}, event(visibility=Visibility(areas=(OURS,), sensitivity=1)), "nothing"),
        ({"matters_of_units": ("cg",)}, event(), "nothing"),
        ({"matters_of_units": ("cg",)}, event(matter=matter(lead="cg", level=3)), "nothing"),
        ({"matters_of_units": ("cg",), "clearance": 3}, event(matter=matter(lead="cg", level=3)), "whole"),
        # another service's share says nothing about this one's log
        ({**ALL, "service": "grid"}, event(matter=matter(lead="cg")), "nothing"),
    ],
)
def test_what_an_agreement_shows(share: dict[str, Any], what: CloudEvent, seen: Sight) -> None:
    assert sight(what, agreement(**share)) == seen


@pytest.mark.parametrize(
    ("what", "ours"),
    [
        (event(MADE, {"to_scope": OURS}), True),
        (event(MADE, {"to_scope": THIRD}), False),
        (event(TAKEN, {"made_by": SOURCE}), True),
        (event(TAKEN, {"made_by": f"/{THIRD}/whistle"}), False),
        (event("whistle.blown.v1"), True),
        (msgspec.structs.replace(event(), type="odd"), True),
    ],
)
def test_a_referral_said_to_others_causes_nothing_here(what: CloudEvent, ours: bool) -> None:
    assert about(what, OURS) is ours


_words = st.text("ab", min_size=1, max_size=2)
_matters = st.builds(
    matter,
    lead=_words,
    parts=st.tuples(_words, _words),
    seen_by=st.tuples(_words),
    level=st.integers(1, 4),
)
_events = st.builds(
    event,
    st.sampled_from([MADE, TAKEN, GOES_ON, "whistle.blown.v1", "account.opened.v1"]),
    st.fixed_dictionaries({"to_scope": st.sampled_from([OURS, THEIRS, THIRD]), "made_by": st.just(SOURCE)}),
    matter=st.none() | _matters,
)
_shares = st.builds(
    agreement,
    clearance=st.integers(1, 4),
    referrals=st.booleans(),
    progress=st.booleans(),
    matters_of_units=st.tuples(_words),
)


@given(what=_events, position=st.integers(1, 2**40), epoch=st.text("0123456789abcdef", min_size=1, max_size=32))
def test_a_stub_has_its_place_and_nothing_of_the_event(what: CloudEvent, position: int, epoch: str) -> None:
    raw = withheld(what.source, epoch, position)
    assert raw == withheld(SOURCE, epoch, position), "the same whatever stands behind it"
    assert set(msgspec.json.decode(raw)) == {"specversion", "id", "source", "type", "sequence", "epoch"}
    read = read_event(raw, SOURCE)
    assert (read.withheld, read.received, read.flaw, read.matter) == (True, None, "", "")
    assert (read.epoch, read.position, read.id) == (epoch, position, event_id(epoch, position))


@given(what=_events)
def test_a_referral_alone_tells_nothing_of_our_matter(what: CloudEvent) -> None:
    said = msgspec.structs.replace(what, actor="a-1", area=f"{OURS}001", causationid="e0-1", traceparent="00-1-1-01")
    shown = referral_only(said)
    assert shown.data.fact == what.data.fact
    assert shown.data.summary == Summary()
    assert (shown.actor, shown.area, shown.causationid, shown.traceparent) == ("", "", "", "")
    assert (shown.id, shown.source, shown.type, shown.correlationid) == (what.id, SOURCE, what.type, "w-1")


@given(what=_events)
def test_a_departure_names_the_matter_and_nothing_else(what: CloudEvent) -> None:
    gone = departed(what)
    assert gone == departed(msgspec.structs.replace(event(), data=what.data)), "the same whatever it was"
    assert msgspec.json.decode(gone.data.fact) == {"matter": "w-1"}
    assert gone.data.summary == Summary()
    assert read_event(msgspec.json.encode(gone), SOURCE).received is not None


@given(what=_events, share=_shares)
def test_nothing_is_seen_without_a_share_of_that_service(what: CloudEvent, share: Agreement) -> None:
    seen = sight(what, share)
    if seen != "nothing":
        assert sight(what, msgspec.structs.replace(share, shares={})) == "nothing"
        assert sight(msgspec.structs.replace(what, source=f"/{OURS}/grid"), share) == "nothing"
    if seen == "whole":
        assert what.data.summary.matter is not None
        assert what.data.summary.matter.visibility.sensitivity <= share.clearance
    if seen == "referral":
        assert what.type.removeprefix("shuniu.whistle.") in (MADE, TAKEN, GOES_ON)
