"""Ids for resources whose source knows no UUIDs (decision 7 of the architecture).

The same member, resource and source key give the same UUID for ever, on every machine, and no two different
triples share one by accident of joining.
"""

from __future__ import annotations

import re
from hashlib import sha1
from uuid import UUID

# Fixed for ever: changing it would give every derived resource a new id.
NAMESPACE = UUID("6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3")

_CANONICAL = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERSION_5 = 5


def derive_id(member: str, resource: str, source_key: str) -> UUID:
    """Return the UUIDv5 (RFC 9562 §5.5) of a source key of one member.

    Each part is written with its length in bytes in front, so ``("a", "b/c")`` and ``("a/b", "c")`` differ.
    A part that is not valid Unicode (a lone surrogate) raises UnicodeEncodeError.
    """
    digest = sha1(NAMESPACE.bytes, usedforsecurity=False)
    for part in (member, resource, source_key):
        octets = part.encode()
        digest.update(b"%d:%b" % (len(octets), octets))
    return UUID(bytes=digest.digest()[:16], version=_VERSION_5)


def as_uuid(text: object) -> UUID | None:
    """Return the UUID that a text of the canonical 36-character form names, else None.

    The form with braces, the URN and the one without hyphens are refused: the standard knows only this one.
    """
    if isinstance(text, str) and _CANONICAL.fullmatch(text):
        return UUID(text)
    return None
