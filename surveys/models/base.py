"""Column types and naming shared by every table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    Date,
    DateTime,
    Index,
    MetaData,
    String,
    Update,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    MappedColumn,
    Mapper,
    ORMExecuteState,
    Session,
    mapped_column,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC on every database; SQLite alone would return naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: instants are stored as aware UTC.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")

Id = Annotated[int, mapped_column(primary_key=True)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Code = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(200))]
Digest = Annotated[str, mapped_column(String(64))]


class Base(DeclarativeBase):
    """Parent of all models; it names every constraint, so that migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 — SQLAlchemy's own attribute
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: Json,
        dict[str, str]: Json,
        list[str]: Json,
    }


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """A named CHECK that `column` is NULL or one of `values`."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


@dataclass(frozen=True)
class _Made:
    """How a column is computed from others of its row."""

    by: Callable[..., str | None]
    of: tuple[str, ...]

    def value(self, row: Mapping[str, Any]) -> str | None:
        """The column's value in a row with these values."""
        return self.by(*(row.get(name) for name in self.of))


def referring(column: InstrumentedAttribute[int | None]) -> Index:
    """An index of a column that may refer to a row: each row that is deleted is looked for in it."""
    there = column.is_not(None)
    name = f"ix_{column.class_.__tablename__}_{column.key}"
    return Index(name, column, sqlite_where=there, postgresql_where=there)


def made_from(*columns: str, by: Callable[..., str | None], **kwargs: Any) -> MappedColumn[Any]:
    """A column whose value `by` always computes from `columns`; no function of the store writes it.

    It is computed at INSERT, at a flush that changes one of them, and at an UPDATE of many rows, which must
    then set all of them.
    """
    made = _Made(by, columns)
    return mapped_column(
        default=lambda context: made.value(context.get_current_parameters()), info={"made": made}, **kwargs
    )


def _made_columns(mapper: Mapper[Any]) -> list[tuple[str, _Made]]:
    return [(column.key, column.info["made"]) for column in mapper.columns if "made" in column.info]


@event.listens_for(Base, "before_update", propagate=True)
def _make_again(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    for name, made in _made_columns(mapper):
        setattr(row, name, made.value({of: getattr(row, of) for of in made.of}))


@event.listens_for(Session, "do_orm_execute")
def _make_for_many(state: ORMExecuteState) -> None:
    if not isinstance(state.statement, Update) or state.bind_mapper is None:
        return
    for name, made in _made_columns(state.bind_mapper):
        values = state.statement.compile().params
        if missing := set(made.of) - values.keys():
            if missing != set(made.of):
                raise ValueError(f"Set {', '.join(sorted(missing))} too: {name} is made from them.")
            continue
        state.statement = state.statement.values({name: made.value(values)})
