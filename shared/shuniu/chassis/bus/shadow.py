"""Shadow tables: a projection's tables once more, empty, in a schema of their own, to be filled unseen and swapped in.

A projection names its tables without a schema, so the connection's search path decides which ones it writes. Names of
indexes, constraints and sequences stay what the migrations called them, because later migrations refer to them.

A swap renames, which takes milliseconds; a table that others hang on (foreign keys, triggers, views) keeps its identity
and gets the shadow's rows instead, which takes as long as copying them. A statement that begins before the swap sees
the old rows whole, one that begins after it the new ones whole. Only a transaction that keeps one snapshot (repeatable
read), began before and reads a renamed table after it would see neither: readers of projections do not use such.
"""

from typing import Any, NamedTuple

__all__ = ("Shadow",)


class _Table(NamedTuple):
    oid: int
    schema: str
    name: str
    qualified: str
    tied: bool
    """Others hang on it."""


_TABLES = """
select c.oid, n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as qualified,
       c.relkind <> 'r' or c.relrowsecurity or c.relispartition
       or exists (select 1 from pg_constraint k where k.contype = 'f' and c.oid in (k.conrelid, k.confrelid))
       or exists (select 1 from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal)
       or exists (select 1 from pg_inherits i where c.oid in (i.inhrelid, i.inhparent))
       or exists (select 1 from pg_depend d where d.refobjid = c.oid and d.classid = 'pg_rewrite'::regclass)
       or exists (select 1 from pg_publication_rel p where p.prrelid = c.oid) as tied
  from unnest($1::text[]) with ordinality as t(given, n_th)
  join pg_class c on c.oid = to_regclass(t.given)
  join pg_namespace n on n.oid = c.relnamespace
 order by t.n_th
"""
_CONSTRAINTS = """
select format('%I', conname) as name, pg_get_constraintdef(oid) as definition
  from pg_constraint where conrelid = $1 and contype in ('p', 'u', 'x')
"""
_INDEXES = """
select pg_get_indexdef(i.indexrelid) as definition, m.amname as method
  from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
 where i.indrelid = $1 and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
"""
_SEQUENCES = """
select format('%I.%I', n.nspname, s.relname) as sequence, format('%I', s.relname) as name,
       format('%I', a.attname) as column
  from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' and d.classid = 'pg_class'::regclass
  join pg_namespace n on n.oid = s.relnamespace
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
 where d.refobjid = $1 and d.deptype = 'a'
"""
_GRANTS = """
select format('grant %s on %s to %s', a.privilege_type, $2::text,
              case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end) as statement
  from pg_class c, aclexplode(c.relacl) a where c.oid = $1 and a.grantee <> c.relowner
"""


class Shadow:
    """The shadow tables of one projection. Every method takes a connection inside a transaction."""

    def __init__(self, projection: str, tables: tuple[str, ...]) -> None:
        self._names = tables
        self.schema = _quoted(f"rebuild_{projection}")
        self._retired = _quoted(f"retired_{projection}")
        self._tables: list[_Table] = []
        self._late: list[str] = []

    async def make(self, conn: Any, *, copied: bool) -> None:
        """Make the tables, whatever an earlier attempt left; ``copied``: with the rows there are now.

        Indexes that only readers use (GIN and the like) come later, see :meth:`finish`.
        """
        await self.drop(conn)
        await conn.execute(f"create schema {self.schema}")
        rows = await conn.fetch(_TABLES, list(self._names))
        self._tables = [_Table(*row.values()) for row in rows]
        self._late = []
        for table in self._tables:
            shadow = self._shadow(table)
            await conn.execute(f"create table {shadow} (like {table.qualified} including all excluding indexes)")
            for made in await conn.fetch(_CONSTRAINTS, table.oid):
                await conn.execute(f"alter table {shadow} add constraint {made['name']} {made['definition']}")
            for made in await conn.fetch(_INDEXES, table.oid):
                statement = made["definition"].replace(f" ON {table.qualified} ", f" ON {shadow} ", 1)
                if made["method"] == "btree":
                    await conn.execute(statement)
                else:
                    self._late.append(statement)
            if copied:
                await conn.execute(f"insert into {shadow} overriding system value select * from {table.qualified}")

    async def look_here(self, conn: Any) -> None:
        """From here to the end of the transaction unqualified names mean the shadow tables first."""
        await conn.execute(f"set local search_path = {self.schema}, {await conn.fetchval('show search_path')}")

    async def finish(self, conn: Any) -> None:
        """Once filled: the readers' indexes, and the planner's statistics."""
        for statement in self._late:
            await conn.execute(statement)
        self._late = []
        for table in self._tables:
            await conn.execute(f"analyze {self._shadow(table)}")

    async def swap(self, conn: Any) -> None:
        """Put the shadow tables in the place of the others, and drop those."""
        if not self._tables:
            return
        # One statement: waits for readers under way, at most the transaction's lock_timeout.
        renamed = [table.qualified for table in self._tables if not table.tied]
        if renamed:
            await conn.execute(f"lock table {', '.join(renamed)} in access exclusive mode")
        await conn.execute(f"drop schema if exists {self._retired} cascade")
        await conn.execute(f"create schema {self._retired}")
        for table in self._tables:
            await (self._refill(conn, table) if table.tied else self._rename(conn, table))
        await conn.execute(f"drop schema {self._retired} cascade")
        await self.drop(conn)

    async def _rename(self, conn: Any, table: _Table) -> None:
        sequences = await conn.fetch(_SEQUENCES, table.oid)
        for grant in await conn.fetch(_GRANTS, table.oid, self._shadow(table)):
            await conn.execute(grant["statement"])
        for each in sequences:
            await conn.execute(f"alter sequence {each['sequence']} owned by none")
        await conn.execute(f"alter table {table.qualified} set schema {self._retired}")
        await conn.execute(f"alter table {self._shadow(table)} set schema {_quoted(table.schema)}")
        for each in sequences:
            await conn.execute(f"alter sequence {each['sequence']} owned by {table.qualified}.{each['column']}")

    async def _refill(self, conn: Any, table: _Table) -> None:
        await conn.execute(f"delete from {table.qualified}")
        await conn.execute(f"insert into {table.qualified} overriding system value select * from {self._shadow(table)}")

    async def drop(self, conn: Any) -> None:
        """Remove the shadow tables."""
        await conn.execute(f"drop schema if exists {self.schema} cascade")

    def _shadow(self, table: _Table) -> str:
        return f"{self.schema}.{_quoted(table.name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
