"""Recognising numbers that may be a BSN, so that they are neither shown nor copied."""

from __future__ import annotations

import re

_NINE_DIGITS = re.compile(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)|(?<!\d)\d{4}\.\d{2}\.\d{3}(?!\d)")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def looks_like_bsn(text: str) -> bool:
    """Whether the text holds nine digits (dots and blanks between them allowed) that pass the BSN's check sum."""
    for found in _NINE_DIGITS.finditer(text):
        digits = [int(sign) for sign in found[0] if sign.isdigit()]
        if any(digits) and sum(w * d for w, d in zip(_WEIGHTS, digits, strict=True)) % 11 == 0:
            return True
    return False
