"""The generation that every process follows: raised by each publication and each applied configuration.

A process that sees a higher generation drops what it keeps ready and reads the configuration again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "catalogue_generation"

_RAISE = text("UPDATE catalogue_generation SET generation = generation + 1 RETURNING generation")
_NOTIFY = text("SELECT pg_notify(:channel, :generation)")
_READ = text("SELECT generation FROM catalogue_generation")


async def raise_generation(session: AsyncSession) -> int:
    """Raise it in the caller's transaction; processes hear of it at commit.

    The row stays locked until then, so call this as the last statement.
    """
    generation = (await session.execute(_RAISE)).scalar_one()
    await session.execute(_NOTIFY, {"channel": CHANNEL, "generation": str(generation)})
    return int(generation)


async def read_generation(session: AsyncSession) -> int:
    return int((await session.execute(_READ)).scalar_one())
