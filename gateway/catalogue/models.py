"""Tables of the catalogue: what is published, what is staged, which run did it.

Catalogue rows are written by set-based SQL (``sync.publish``) and read by ``serve``; both name columns from here.
The tables are made by ``storage/migrations``; a test compares the two.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Computed, DateTime, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, UUID
from sqlalchemy.orm import Mapped, mapped_column

from gateway.storage.base import Base

_WHEN = DateTime(timezone=True)


class _Indexed:
    """What every catalogue row can be found by. One row per resource; the bodies stand apart and are fetched by id."""

    member: Mapped[str] = mapped_column(Text)
    resource: Mapped[str] = mapped_column(Text)  # name in the standard: Course, CourseOffering, …
    source_key: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)  # source/stream/mapping that it came from
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # of everything published of this resource
    primary_code: Mapped[str | None] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"))  # name in Dutch order, see sync.index
    start_at: Mapped[datetime | None] = mapped_column(_WHEN)
    end_at: Mapped[datetime | None] = mapped_column(_WHEN)
    facets: Mapped[dict[str, Any]] = mapped_column(JSONB)  # filterable and sortable properties, as in the body
    refs: Mapped[dict[str, list[str]]] = mapped_column(JSONB)  # property or link -> ids
    consumers: Mapped[list[str]] = mapped_column(ARRAY(Text))  # consumerKeys
    search_name: Mapped[str] = mapped_column(Text)  # name, abbreviation; all languages; folded
    search_text: Mapped[str] = mapped_column(Text)  # the same with the description


class CatalogueResource(_Indexed, Base):
    """A published resource."""

    __tablename__ = "catalogue_resources"

    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    search_vector: Mapped[str] = mapped_column(TSVECTOR)
    search_words: Mapped[list[str]] = mapped_column(
        ARRAY(Text), Computed("gateway_search_words(search_text)", persisted=True)
    )
    changed_at: Mapped[datetime] = mapped_column(_WHEN)


class CatalogueWord(Base):
    """A word that stands, or stood, in the searched text of some resource; kept by a trigger."""

    __tablename__ = "catalogue_words"

    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)


class CatalogueBody(Base):
    """The serialised body of a published resource in one version of the standard."""

    __tablename__ = "catalogue_bodies"

    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)  # 5, later 6
    body: Mapped[bytes] = mapped_column(LargeBinary)  # JSON without timelineOverrides
    timeline: Mapped[bytes | None] = mapped_column(LargeBinary)  # JSON array of the timelineOverrides


class StagedResource(_Indexed, Base):
    """A resource of a run that is not published yet."""

    __tablename__ = "staged_resources"

    run: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    timeline: Mapped[bytes | None] = mapped_column(LargeBinary)
    target_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)))  # all ids it refers to
    targets: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # property, resource, key, id, many
    place: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None] = mapped_column(Integer)


class StagedTombstone(Base):
    """A resource that a run says is gone."""

    __tablename__ = "staged_tombstones"

    run: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)


class ResourceIdentity(Base):
    """Which member owns an id, for ever. The first owner keeps it (architecture, decision 7)."""

    __tablename__ = "resource_identities"

    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    member: Mapped[str] = mapped_column(Text)
    resource: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime] = mapped_column(_WHEN)


class CatalogueGeneration(Base):
    """One row: raised by every publication and every applied configuration."""

    __tablename__ = "catalogue_generation"

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True, default=True)
    generation: Mapped[int] = mapped_column(BigInteger)


class SyncRun(Base):
    """One run of the sync of one member. ``state``: queued, running, held, published, unchanged, failed, rejected,
    interrupted, dry-run."""

    __tablename__ = "sync_runs"

    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    member: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)  # schedule, demand, command
    configuration: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime] = mapped_column(_WHEN)
    started_at: Mapped[datetime | None] = mapped_column(_WHEN)
    finished_at: Mapped[datetime | None] = mapped_column(_WHEN)
    progress: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    hold: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)  # why it waits for a person
    failures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)  # streams that could not be read
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(_WHEN)
    decision_reason: Mapped[str | None] = mapped_column(Text)


class SyncFinding(Base):
    """One finding of a run (``adapters.findings``), kept until the member's next run is finished."""

    __tablename__ = "sync_findings"

    run: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    severity: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    stream: Mapped[str] = mapped_column(Text)
    resource: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None] = mapped_column(Integer)
    target: Mapped[str | None] = mapped_column(Text)
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    details: Mapped[dict[str, str]] = mapped_column(JSONB)


class StreamState(Base):
    """How far a stream with delta was read; written only together with the publication."""

    __tablename__ = "stream_states"

    member: Mapped[str] = mapped_column(Text, primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)
    run: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True))
    at: Mapped[datetime] = mapped_column(_WHEN)


class MemberSnapshot(Base):
    """The published state of a member: which run, when, how many of each resource."""

    __tablename__ = "member_snapshots"

    member: Mapped[str] = mapped_column(Text, primary_key=True)
    run: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True))
    published_at: Mapped[datetime] = mapped_column(_WHEN)
    verified_at: Mapped[datetime] = mapped_column(_WHEN)  # last run that found it still right
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
