"""New rows with their keys given out in advance, written table by table in one go."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from feedback_store.tables import Base

Row = TypeVar("Row", bound=Base)


class Rows:
    """Collects rows of many tables. The sample data is loaded before anything else runs on the
    database, so that counting on from the highest key is safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Base], list[Base]] = {}
        self._next: dict[type[Base], int] = {}

    def key(self, table: type[Base]) -> int:
        """The next key of ``table``; in rising order."""
        if table not in self._next:
            highest = self._session.scalar(select(func.max(table.id)))  # type: ignore[attr-defined]
            self._next[table] = (highest or 0) + 1
        key = self._next[table]
        self._next[table] = key + 1
        return key

    def add(self, row: Row) -> Row:
        self._rows.setdefault(type(row), []).append(row)
        return row

    def of(self, table: type[Row]) -> list[Row]:
        """The rows of one table collected so far."""
        return self._rows.get(table, [])  # type: ignore[return-value]

    def write(self) -> None:
        """Insert everything, parents first, and move the sequences past the keys used."""
        order = {table.name: position for position, table in enumerate(Base.metadata.sorted_tables)}
        for table in sorted(self._rows, key=lambda one: order[one.__tablename__]):
            self._insert(table)
        for table in self._next:
            name = table.__tablename__
            self._session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            )

    def _insert(self, table: type[Base]) -> None:
        """On the bare table: the mapped class would make a statement for every pattern of empty columns."""
        alike: dict[frozenset[str], list[dict[str, Any]]] = {}
        for row in self._rows[table]:
            values = _values(row)
            alike.setdefault(frozenset(values), []).append(values)
        for rows in alike.values():
            self._session.execute(insert(Base.metadata.tables[table.__tablename__]), rows)


def _values(row: Base) -> dict[str, Any]:
    """Every column; defaults are those of the table. Empty JSON is left out: given, it would be stored as ``null``."""
    values: dict[str, Any] = {}
    for column in row.__table__.columns:
        value = row.__dict__.get(column.key)
        if value is None and column.default is not None and column.default.is_scalar:
            value = column.default.arg
        if value is not None or not isinstance(column.type, JSONB):
            values[column.key] = value
    return values
