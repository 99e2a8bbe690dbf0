"""Needs that are the same are put together by a person; links are kept both ways (domain rules 10.10)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.needs import (
    ClusterClosed,
    ClusterFormed,
    ClusterMerged,
    NeedClustered,
    NeedFedBack,
    NeedTakenOut,
    ToldBy,
)
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_services_desk.fields import Hidden, Reason, Sealing, Version, wrong
from shuniu_services_desk.matter import may
from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_ROW
from shuniu_services_desk.needs.lifecycles import CLUSTER, NEED, SORTERS
from shuniu_services_desk.needs.prepared import prepare_named
from shuniu_services_desk.needs.raising import PURPOSE, OnNeed, given, need_in, on_need, sort_term
from shuniu_services_desk.needs.state import Cluster, Need

__all__ = ("COMMANDS", "MOST", "OnCluster", "cluster_in", "needs_of", "on_cluster", "settled")

NUMBERS = "XQC"
MOST = 200
"""Needs of one cluster."""
Named = Annotated[str, Meta(min_length=1, max_length=60)]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cluster of this need and, by their numbers, of others; of one alone too."""

    need: Hidden
    needs: Annotated[tuple[Named, ...], Meta(max_length=50)] = ()
    expected_version: Version | None = None


class Join(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The need is one of the cluster of this number."""

    other: Named


class OnCluster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one cluster."""

    cluster: Hidden
    expected_version: Version | None = None


class Merge(OnCluster, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cluster of this number is the same: its needs come over."""

    other: Named


class TellCluster(OnCluster, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everybody whose need was served is told the same."""

    told_by: ToldBy
    words: Reason


def on_cluster(c: OnCluster, ctx: Context) -> Iterable[Key]:
    """The cluster's row."""
    return (CLUSTER_ROW.key(c.cluster),)


def needs_of(c: OnCluster, rows: Rows, ctx: Context) -> Iterable[Key]:
    """The rows of its needs."""
    found = rows.find(CLUSTER_ROW, c.cluster)
    return tuple(NEED_ROW.key(n) for n in found.needs) if found is not None else ()


def cluster_in(rows: Rows, c: OnCluster, move: str, ctx: Context) -> Cluster:
    """The cluster a command is on, if this person may make this move now."""
    row = rows.need(CLUSTER_ROW, c.cluster, c.expected_version, move)
    may(CLUSTER, row, move, ctx)
    return row


def _form_keys(c: Form, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield from (NEED_ROW.key(n) for n in dict.fromkeys((c.need, *(given(ctx).needs or c.needs))))


def form(rows: Rows, c: Form, ctx: Context) -> Decision:
    """Every need waits to be sorted; the cluster lies where they all do, else in the street."""
    others = given(ctx).needs or c.needs
    ids = tuple(dict.fromkeys((c.need, *others)))
    first = rows.need(NEED_ROW, c.need, c.expected_version, "cluster")
    found = [first]
    for n, id_ in enumerate(others):
        need = rows.find(NEED_ROW, id_)
        if need is None:
            raise wrong("need.unknown_number", f"needs.{n}", "unknown", "cluster", number=id_[:40])
        if id_ != c.need:
            found.append(need)
    for need in found:
        may(NEED, need, "cluster", ctx)
    areas = {need.area for need in found}
    cluster = ctx.new_id()
    fact = ClusterFormed(
        cluster=cluster,
        number=next_number(rows, NUMBERS, ctx.now),
        category=first.category,
        area=first.area if len(areas) == 1 else ctx.scope,
    )
    events = [Emit(fact, (CLUSTER_ROW.key(cluster), counter_key(NUMBERS, ctx.now)), fact.area)]
    events += [_clustered(need, cluster) for need in found]
    answer = {"cluster": cluster, "number": fact.number, "needs": len(ids)}
    return Decision(tuple(events), (), answer)


def _clustered(n: Need, cluster: str) -> Emit:
    on = [NEED_ROW.key(n.id), CLUSTER_ROW.key(cluster)]
    if n.cluster:
        on.append(CLUSTER_ROW.key(n.cluster))
    return Emit(NeedClustered(need=n.id, cluster=cluster, before=n.cluster), tuple(on), n.area)


def _join_keys(c: Join, ctx: Context) -> Iterable[Key]:
    return (NEED_ROW.key(c.need), CLUSTER_ROW.key(given(ctx).cluster or c.other))


def join(rows: Rows, c: Join, ctx: Context) -> Decision:
    """NEED_RAISED → CLUSTERED in a cluster that is open."""
    n = need_in(rows, c, "cluster", ctx)
    cluster = rows.find(CLUSTER_ROW, given(ctx).cluster or c.other)
    if cluster is None:
        raise wrong("cluster.unknown_number", "other", "unknown", "cluster", n.status)
    may(CLUSTER, cluster, "join", ctx)
    _room(len(cluster.needs) + 1, cluster)
    return Decision((_clustered(n, cluster.id),), (), {"cluster": cluster.id, "number": cluster.number})


def _room(count: int, cluster: Cluster) -> None:
    if count > MOST:
        raise Conflict("cluster.full", state=cluster.status, event="join", params={"most": MOST})


def _its_cluster(c: OnNeed, rows: Rows, ctx: Context) -> Iterable[Key]:
    found = rows.find(NEED_ROW, c.need)
    return (CLUSTER_ROW.key(found.cluster),) if found is not None and found.cluster else ()


def take_out(rows: Rows, c: OnNeed, ctx: Context) -> Decision:
    """CLUSTERED → NEED_RAISED; the last need stays, an empty cluster says nothing."""
    n = need_in(rows, c, "take_out", ctx)
    cluster = rows.need(CLUSTER_ROW, n.cluster)
    may(CLUSTER, cluster, "leave", ctx)
    if len(cluster.needs) == 1:
        raise Conflict("cluster.last_need", state=cluster.status, event="take_out")
    fact = NeedTakenOut(need=n.id, cluster=cluster.id, term=sort_term(ctx, n.clocks))
    emit = Emit(fact, (NEED_ROW.key(n.id), CLUSTER_ROW.key(cluster.id)), n.area)
    return Decision((emit,), (), {"need": n.id, "number": n.number})


def _merge_keys(c: Merge, ctx: Context) -> Iterable[Key]:
    return (CLUSTER_ROW.key(c.cluster), CLUSTER_ROW.key(given(ctx).cluster or c.other))


def _other_needs(c: Merge, rows: Rows, ctx: Context) -> Iterable[Key]:
    other = rows.find(CLUSTER_ROW, given(ctx).cluster or c.other)
    return tuple(NEED_ROW.key(n) for n in other.needs) if other is not None else ()


def merge(rows: Rows, c: Merge, ctx: Context) -> Decision:
    """The other cluster → CL_MERGED; each of its needs knows where it went. One that is at work elsewhere stays."""
    main = cluster_in(rows, c, "merge", ctx)
    other = rows.find(CLUSTER_ROW, given(ctx).cluster or c.other)
    if other is None or other.id == main.id:
        raise wrong("cluster.unknown_number", "other", "unknown", "merge", main.status)
    may(CLUSTER, other, "merge_away", ctx)
    _room(len(main.needs) + len(other.needs), main)
    needs = [rows.need(NEED_ROW, n) for n in other.needs]
    events = [_clustered_into(n, main.id) for n in needs]
    merged = ClusterMerged(cluster=other.id, into=main.id)
    events.append(Emit(merged, (CLUSTER_ROW.key(other.id),), other.area))
    return Decision(tuple(events), (), {"cluster": main.id, "number": main.number, "moved": len(needs)})


def _clustered_into(n: Need, cluster: str) -> Emit:
    on = (NEED_ROW.key(n.id), CLUSTER_ROW.key(cluster), CLUSTER_ROW.key(n.cluster))
    return Emit(NeedClustered(need=n.id, cluster=cluster, before=n.cluster), on, n.area)


def settled(rows: Rows, cluster: Cluster, event: str, but: Sequence[str] = ()) -> None:
    """Refuse to close while somebody has not been told what came of their need, ``but`` those told by this command."""
    waiting = [n for n in (rows.need(NEED_ROW, id_) for id_ in cluster.needs) if n.open and n.id not in but]
    if waiting:
        params = {"waiting": len(waiting)}
        raise Conflict("cluster.not_all_told", state=cluster.status, event=event, params=params)


def tell(rows: Rows, c: TellCluster, ctx: Context) -> Decision:
    """SERVED → FED_BACK for every need of it that was served."""
    cluster = cluster_in(rows, c, "close", ctx)
    needs = [n for n in (rows.need(NEED_ROW, id_) for id_ in cluster.needs) if n.status == "SERVED"]
    if not needs:
        raise Conflict("cluster.nobody_to_tell", state=cluster.status, event="feed_back")
    sealing, events = Sealing(ctx), []
    for n in needs:
        if not ctx.actor.covers(n.area):
            raise Forbidden("access.area", state=n.status, event="feed_back", params={"area": n.area})
        ref = sealing.text(c.words, PURPOSE, n.id)
        events.append(Emit(NeedFedBack(need=n.id, told_by=c.told_by, words_ref=ref), (NEED_ROW.key(n.id),), n.area))
    return Decision(tuple(events), sealing.private, {"cluster": cluster.id, "told": len(needs)})


def close(rows: Rows, c: OnCluster, ctx: Context) -> Decision:
    """→ CL_CLOSED, once everybody who raised one of its needs was told."""
    cluster = cluster_in(rows, c, "close", ctx)
    if cluster.needs and not any(rows.find(NEED_ROW, n) for n in cluster.needs):
        raise NotFound("desk_need.unknown", event="close")
    settled(rows, cluster, "close")
    fact = ClusterClosed(cluster=cluster.id)
    answer = {"cluster": cluster.id, "number": cluster.number}
    return Decision((Emit(fact, (CLUSTER_ROW.key(cluster.id),), cluster.area),), (), answer)


def _on_need(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given_ = {"keys": on_need, "kind": "desk_need", "matter_field": "need", "roles": SORTERS, **rest}
    return Command(f"cluster.{name}", struct, decide=decide, order=order, **given_)


def _on_cluster(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given_ = {"keys": on_cluster, "more_keys": needs_of, "roles": SORTERS, **rest}
    return Command(
        f"cluster.{name}", struct, decide=decide, kind="need_cluster", matter_field="cluster", order=order, **given_
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on_need("form", Form, form, 303, keys=_form_keys, prepare=prepare_named, tone="primary"),
    _on_need("join", Join, join, 304, keys=_join_keys, prepare=prepare_named),
    _on_need("take_out", OnNeed, take_out, 305, more_keys=_its_cluster),
    _on_cluster("merge", Merge, merge, 306, keys=_merge_keys, more_keys=_other_needs, prepare=prepare_named),
    _on_cluster("feed_back", TellCluster, tell, 307),
    _on_cluster("close", OnCluster, close, 308),
)
