"""How texts are made comparable: for searching, and for a Dutch order of names.

Both sides use this module: the sync when it indexes a resource, the search when it reads a query. What the two make
of a text must be the same, or a search finds nothing.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart, but that people type without their stroke.
_STROKES = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_DIGITS = re.compile(r"[0-9]+")


def fold(text: str) -> str:
    """The text without case, accents, invisible signs and doubled blanks. ``fold(fold(text)) == fold(text)``."""
    if text.isascii():  # nearly every text of a catalogue, and the sync folds each of them
        return " ".join((text if text.isprintable() else _CONTROLS.sub(" ", text)).lower().split())
    folded = _without_marks(text)
    while (again := _without_marks(folded)) != folded:  # case folding may bring forth a new mark or capital
        folded = again
    return folded


def _without_marks(text: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    changed = dict(_STROKES)
    for sign in set(apart):
        category = unicodedata.category(sign)
        if category == "Cc":
            changed[ord(sign)] = " "
        elif category in ("Mn", "Me", "Cf", "Cs"):
            changed[ord(sign)] = ""
    return " ".join(apart.translate(changed).split())


def name_key(text: str) -> str:
    """The key by which names are sorted, compared by code point (``COLLATE "C"``).

    Order as in a Dutch list: case and accents do not count, ij is i followed by j (also the single sign), numbers by
    their value ("Module 2" before "Module 10"), articles are kept. Names that differ only in case or accent
    have the same key; the caller breaks the tie by id.
    """
    return _DIGITS.sub(_by_value, fold(text))


def _by_value(match: re.Match[str]) -> str:
    """A number with the count of its digits in front, so that a longer number comes later: 2 -> 012, 10 -> 0210."""
    digits = match.group().lstrip("0") or "0"
    length = str(len(digits))
    # A two-digit length keeps the order up to 99 digits; longer "numbers" are no numbers that people compare.
    return f"{length:0>2}{digits}" if len(digits) < 100 else f"99{digits}"
