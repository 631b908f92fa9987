"""The line of each key of a TOML text, which ``tomllib`` does not tell.

The text has been read by ``tomllib`` already, so it is valid TOML: this scanner only has to find the keys, step over
the values, and count lines.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n\r]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key, by path; elements of lists have their index in the path."""
    return _Scanner(text).scan()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of the path, or of the nearest part of it that stands in the text; 1 when nothing does."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = 0  # position up to which the lines were counted
        self._line = 1
        self._lines: dict[Path, int] = {}
        self._lengths: dict[Path, int] = {}  # of arrays of tables

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_SPACE):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Step over what the pattern matches; whether any text is left."""
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return self._at < len(self._text)

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _header(self) -> Path:
        line = self._line_here()
        several = self._text.startswith("[[", self._at)
        self._at += 2 if several else 1
        path = self._resolved(self._key())
        self._at += 2 if several else 1
        if several:
            index = self._lengths.get(path, 0)
            self._lengths[path] = index + 1
            self._lines.setdefault(path, line)
            path = (*path, index)
        self._lines[path] = line
        return path

    def _resolved(self, key: Path) -> Path:
        """A header below an array of tables belongs to the last of its elements."""
        path: Path = ()
        for depth, part in enumerate(key):
            path = (*path, part)
            if depth < len(key) - 1 and path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line_here()
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._at += 1  # the sign =
        self._skip(_BLANKS)
        self._value(path)

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip(_BLANKS)
            parts.append(self._key_part())
            self._skip(_BLANKS)
            if not self._text.startswith(".", self._at):
                return tuple(parts)
            self._at += 1

    def _key_part(self) -> str:
        start = self._at
        sign = self._text[start]
        pattern = _STRINGS[2] if sign == '"' else _STRINGS[3] if sign == "'" else _BARE_KEY
        self._skip(pattern)
        written = self._text[start : self._at]
        if sign == "'":
            return written[1:-1]
        return _ESCAPE.sub(_unescaped, written[1:-1]) if sign == '"' else written

    def _value(self, path: Path) -> None:
        """Step over the value at ``path``; inside lists and inline tables the keys are noted too."""
        sign = self._text[self._at]
        if sign == "[":
            self._list(path)
        elif sign == "{":
            self._inline_table(path)
        elif sign in "\"'":
            for pattern in _STRINGS:
                if found := pattern.match(self._text, self._at):
                    self._at = found.end()
                    break
        else:
            self._skip(_SCALAR)

    def _list(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._skip(_SPACE):
            if self._text[self._at] == "]":
                self._at += 1
                return
            if self._text[self._at] == ",":
                self._at += 1
                index += 1
                continue
            self._lines[(*path, index)] = self._line_here()
            self._value((*path, index))

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip(_SPACE):
            if self._text[self._at] == "}":
                self._at += 1
                return
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._pair(path)


def _unescaped(found: re.Match[str]) -> str:
    letters = found[1]
    return _ESCAPED.get(letters) or (chr(int(letters[1:], 16)) if letters[0] in "uU" else letters)
