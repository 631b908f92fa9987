"""Telling a wrong encoding from one damaged row.

Bytes that cannot be decoded become surrogates (``surrogateescape``), so that one bad row is one fault. A file read
with the wrong encoding shows in most of its rows with accents; then nothing of it may be published.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.csv_drop.problems import problem
from adapters.errors import SourceMalformed
from adapters.text import Text

_UNDECODED = re.compile("[\udc80-\udcff]")
# The first two signs of a UTF-8 sequence as cp1252 shows them.
_GARBLE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# From so many strange rows on, reading stops before the end of the file.
_ENOUGH = 3


def undecoded(cells: Sequence[str]) -> bool:
    """Whether a cell holds bytes that the encoding does not know."""
    return any(not cell.isascii() and _UNDECODED.search(cell) is not None for cell in cells)


def garbled(text: str) -> bool:
    """Whether a text looks like UTF-8 that was read as cp1252, such as ``Ã«`` for ``ë``."""
    if _GARBLE.search(text) is None:
        return False
    try:
        text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


@dataclass(slots=True)
class EncodingWatch:
    """Counts rows with characters outside ASCII, and says when the encoding of the file cannot be the right one."""

    place: str
    encoding: str
    undecoded: int = 0
    garbled: int = 0
    sound: int = 0

    def see(self, text: str) -> bool:
        """Count one row that is not plain ASCII. Returns whether it can be read."""
        if _UNDECODED.search(text) is not None:
            self.undecoded += 1
            return False
        if garbled(text):
            self.garbled += 1
        else:
            self.sound += 1
        return True

    def judge(self, *, end: bool) -> None:
        """Raise SourceMalformed when strange rows outnumber sound ones.

        Before the end of the file that takes a few rows. One undecodable row in a file is the fault of that row;
        one garbled text is accepted only beside sound ones, since nothing would show that it is wrong.
        """
        if self.undecoded >= _ENOUGH and self.undecoded > self.sound + self.garbled:
            raise wrong_encoding(self.place, self.encoding)
        if self.garbled > self.sound and (end or self.garbled >= _ENOUGH):
            raise wrong_encoding(self.place, self.encoding)


def check_mark(start: bytes, place: str, encoding: str) -> None:
    """Compare the first bytes of a file with its encoding. Raises SourceMalformed naming the encoding it has."""
    for mark, actual in _MARKS.items():
        if start.startswith(mark):
            if not encoding.replace("_", "-").startswith(actual):
                raise wrong_encoding(place, encoding, actual)
            return
    zeros = b"\x00" in start
    if zeros != encoding.startswith(("utf-16", "utf-32")) and start:
        raise wrong_encoding(place, encoding, "utf-16" if zeros else "utf-8")


def wrong_encoding(place: str, encoding: str, actual: str | None = None) -> SourceMalformed:
    likely = actual or ("cp1252" if encoding.startswith("utf") else "utf-8")
    what = Text(
        f"de tekst is niet in {encoding} geschreven, maar waarschijnlijk in {likely}",
        f"the text is not written in {encoding}, but probably in {likely}",
    )
    hint = Text(
        f'Zet in de instellingen encoding = "{likely}", of sla de export op als {encoding}.',
        f'Set encoding = "{likely}" in the settings, or save the export as {encoding}.',
    )
    return problem(SourceMalformed, place, what, hint)
