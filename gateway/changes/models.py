"""Tables of the room; made by migration 0001."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    FetchedValue,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from gateway.storage import Base


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's ``xid8``: the 64-bit number of a transaction, never used twice in one server."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class Change(Base):
    """One change. Only the numbering job writes ``position``, once; nothing else is ever updated."""

    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("partition", "position"),
        CheckConstraint("position > 0", name="position"),
        Index("ix_changes_waiting", "transaction_id", "id", postgresql_where=text("position IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[int] = mapped_column(TransactionId, FetchedValue(), nullable=False)
    partition: Mapped[str] = mapped_column(Text)
    position: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ChangePartition(Base):
    """The highest position ever given in a partition. It outlives removed changes, so no number comes back."""

    __tablename__ = "change_partitions"

    partition: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
