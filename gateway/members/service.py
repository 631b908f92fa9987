"""Applying a configuration, the one in force, and an adapter for a source."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.contract import Adapter, AdapterContext, SecretReference
from adapters.errors import SecretMissing
from adapters.mapping import ResourceMapping, load_mapping
from adapters.text import Text
from gateway.clock import Clock
from gateway.errors import ConfigurationRefused, NotFound
from gateway.members.files import BUILTIN_TEMPLATE, Fault, Faulty, make_adapter, read_folder
from gateway.members.models import StoredConfiguration
from gateway.members.schemas import Configuration, Document, Member, Source
from gateway.settings import Settings
from gateway.storage.generation import raise_generation

__all__ = ["Configuration", "Fault", "Member", "Source", "adapter_for", "apply", "check", "current", "mappings_for"]

_APPLY_LOCK: Final = 7_110_001  # advisory lock: one apply at a time


def check(folder: Path, settings: Settings, clock: Clock) -> Document:
    """Read and check a folder without storing anything.

    Raises ConfigurationRefused; its ``faults`` are lines with file, line and what was expected.
    """
    try:
        return read_folder(folder, _context(settings, clock, member="", source="", base=folder))
    except Faulty as error:
        raise ConfigurationRefused(error.faults) from None


async def apply(session: AsyncSession, document: Document, *, by: str, clock: Clock) -> tuple[int, bool]:
    """Store a checked document as the configuration in force.

    Returns its generation, and whether it differs from the one before (an equal one is not stored again).
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _APPLY_LOCK})
    digest = hashlib.sha256(document.model_dump_json().encode()).hexdigest()
    latest = await _latest(session)
    if latest is not None and latest.digest == digest:
        return latest.generation, False
    stored = StoredConfiguration(
        digest=digest, document=document.model_dump(mode="json"), applied_at=clock.now(), applied_by=by
    )
    session.add(stored)
    await session.flush()
    await raise_generation(session)
    return stored.generation, True


async def current(session: AsyncSession) -> Configuration | None:
    """The configuration in force, or None when none was applied yet."""
    latest = await _latest(session)
    return None if latest is None else Configuration(generation=latest.generation, **latest.document)


async def _latest(session: AsyncSession) -> StoredConfiguration | None:
    newest = select(StoredConfiguration).order_by(StoredConfiguration.generation.desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()


def member_of(configuration: Configuration, identifier: str) -> Member:
    """The member with this id. Raises NotFound."""
    member = configuration.member(identifier)
    if member is None:
        raise NotFound(what=f"member {identifier}")
    return member


def mappings_for(configuration: Document, member: Member, source: Source) -> tuple[ResourceMapping, ...]:
    """The mapping files of a source, loaded, in the order of the configuration."""
    stored = configuration.mappings.get(member.id, {})
    names: list[str] = []
    for name in source.mappings:
        names += [key for key in stored if key.startswith("template/")] if name == BUILTIN_TEMPLATE else [name]
    return tuple(load_mapping(stored[name], name=name) for name in names)


def adapter_for(configuration: Document, member: Member, source: Source, settings: Settings, clock: Clock) -> Adapter:
    """The adapter of a source, ready to be entered. Raises AdapterError when a secret is missing."""
    context = _context(
        settings,
        clock,
        member=member.id,
        source=source.name,
        base=Path(configuration.base),
        limit=member.limits.max_bytes,
    )
    return make_adapter(source, context)


def _context(
    settings: Settings, clock: Clock, *, member: str, source: str, base: Path, limit: int | None = None
) -> AdapterContext:
    return AdapterContext(
        member=member,
        source=source,
        base=base,
        now=clock.now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        random=random.Random(),  # noqa: S311 - jitter of retries, not a secret
        secret=read_secret,
        max_bytes=min(settings.max_source_bytes, limit or settings.max_source_bytes),
        allow_private_addresses=settings.allow_private_addresses,
    )


def read_secret(reference: SecretReference) -> str:
    """The secret that ``env:NAME`` or ``file:/path`` refers to. Raises SecretMissing."""
    kind, _, place = reference.partition(":")
    if kind == "env":
        value = os.environ.get(place)
    else:
        try:
            value = Path(place).read_text("utf-8").strip()
        except (OSError, ValueError):  # not there, or no text; the error itself could show what is in the file
            value = None
    if not value:
        raise SecretMissing(reference=str(reference))
    return value


def fault_lines(faults: Sequence[Fault]) -> list[dict[str, object]]:
    """Faults as JSON lines."""
    return [{"file": fault.file, "line": fault.line, **fault.text.as_dict()} for fault in faults]


def as_text(fault: Fault) -> Text:
    return Text(f"{fault.file}:{fault.line}: {fault.text.nl}", f"{fault.file}:{fault.line}: {fault.text.en}")
