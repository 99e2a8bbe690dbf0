"""The processes of a service, as they announce themselves: pure, told the time."""

from shuniu.chassis.bus.instances import ABSENT_AFTER_S, Instances
from shuniu.contracts.envelope import LogHead

SOURCE = "/320199001/guest"


def head(instance: str, position: int = 1, version: str = "1") -> LogHead:
    return LogHead(
        service="guest",
        scope="320199001",
        epoch="e",
        position=position,
        instance=instance,
        manifest="m",
        version=version,
    )


def test_two_processes_of_one_service_are_two() -> None:
    known = Instances()
    known.note(SOURCE, head("b", 7), 100.0)
    known.note(SOURCE, head("a", 6, "2"), 101.0)
    known.note(SOURCE, head("b", 8), 102.0)
    assert [(p.head.instance, p.head.version, p.head.position, p.first, p.last) for p in known.of(SOURCE, 102.0)] == [
        ("a", "2", 6, 101.0, 101.0),
        ("b", "1", 8, 100.0, 102.0),
    ]
    assert known.of("/320199001/other", 102.0) == ()


def test_a_silent_one_stands_behind_and_is_forgotten_after_a_while() -> None:
    known = Instances()
    known.note(SOURCE, head("a"), 0.0)
    known.note(SOURCE, head("b"), 0.0)
    late = ABSENT_AFTER_S + 1
    known.note(SOURCE, head("b"), late)
    assert [(p.head.instance, p.present(late)) for p in known.of(SOURCE, late)] == [("b", True), ("a", False)]
    known.note(SOURCE, head("a"), late + 1)
    assert {p.head.instance: p.first for p in known.of(SOURCE, late + 1)} == {"a": late + 1, "b": late}, "came anew"
    assert [p.head.instance for p in known.of(SOURCE, late + 16 * 60)] == []


def test_names_without_end_are_not_kept_without_end() -> None:
    known = Instances()
    for n in range(100):
        known.note(SOURCE, head(f"p{n}"), float(n))
    kept = {p.head.instance for p in known.of(SOURCE, 99.0)}
    assert len(kept) == 32
    assert "p99" in kept
    assert "p0" not in kept
