"""Whether a text is one SELECT, and nothing else.

This is the first guard and a help to whoever writes the settings. The real guards are the read-only transaction and
an account that may only read: a database has more ways to write than any list of words knows.
"""

from __future__ import annotations

import re

from adapters.text import Text

# Words that begin only whole statements (BEGIN, SET, USE …) are left out: brackets and the first word keep them out,
# and schools name columns like that.
_WORDS = frozenset(
    {"insert", "update", "delete", "merge", "upsert", "truncate", "drop", "alter", "create", "grant", "revoke"}
    | {"exec", "execute", "call", "copy", "into", "outfile", "dumpfile", "lock", "attach", "detach", "pragma"}
    | {"vacuum", "reindex", "commit", "rollback", "savepoint", "declare", "dbcc", "waitfor", "shutdown"}
)
# Functions that write, wait, read files or reach other systems although they stand in a SELECT.
_FUNCTIONS = re.compile(
    r"^(nextval|setval|set_config|lo_\w+|loread|lowrite|pg_(?:read|write|ls|stat)_\w*file\w*|pg_ls_\w+|pg_sleep\w*|"
    r"pg_(?:try_)?advisory\w*|pg_(?:cancel|terminate)_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|"
    r"pg_(?:create|drop)_\w+|pg_notify|pg_file_\w+|dblink\w*|query_to_xml\w*|table_to_xml\w*|cursor_to_xml\w*|"
    r"load_extension|load_file|readfile|writefile|edit|fts3_tokenizer|sleep|benchmark|get_lock|release_lock|sys_\w+|"
    r"xp_\w+|sp_\w+|openrowset|openquery|opendatasource|openxml|utl_\w+|dbms_\w+|httpuritype)$"
)
_TOKEN = re.compile(
    r"""(?P<line>--[^\n]*)
      | (?P<block>/\*)
      | (?P<string>[eEnNbBxX]?'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`)
      | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)
      | (?P<word>[^\W\d]\w*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class StatementRefused(ValueError):
    """``reason``: why, for whoever wrote the statement."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


def checked_select(statement: str) -> str:
    """The statement without comments, fit to stand between brackets. Raises StatementRefused.

    Doubt refuses: backslashes inside strings, comments that some databases execute, characters of no use.
    """
    blank = " "
    kept: list[str] = []
    words: list[str] = []
    depth = 0
    position = 0
    while position < len(statement):
        match = _TOKEN.match(statement, position)
        assert match is not None  # the last alternative takes any character
        token, kind, position = match.group(), match.lastgroup, match.end()
        if kind == "tag":
            kind = "dollar"
        if kind == "block":
            position = _end_of_comment(statement, match.start())
            token = blank
        elif kind == "line":
            token = blank
        elif kind in ("string", "dollar"):
            if "\\" in token:
                raise StatementRefused(Text("een tekst bevat \\", "a text holds \\"))
        elif kind == "word":
            called = statement[position:].lstrip().startswith("(")
            _check_word(token.lower(), called=called)
            words.append(token.lower())
        elif kind == "other":
            depth = _check_sign(token, depth)
        kept.append(token)
    if depth:
        raise StatementRefused(Text("haakjes kloppen niet", "brackets do not match"))
    if not words or words[0] not in ("select", "with") or not "".join(kept).lstrip().lower().startswith(words[0]):
        raise StatementRefused(Text("alleen SELECT of WITH is toegestaan", "only SELECT or WITH is allowed"))
    if "select" not in words:
        raise StatementRefused(Text("er is geen SELECT", "there is no SELECT"))
    return "".join(kept).strip()


def _end_of_comment(statement: str, start: int) -> int:
    """Where the block comment that starts here ends; comments nest as in PostgreSQL, so both readings must agree."""
    if statement[start + 2 : start + 3] in ("!", "+"):
        raise StatementRefused(Text("dit commentaar wordt uitgevoerd", "this comment would be executed"))
    end = statement.find("*/", start + 2)
    if end < 0 or "/*" in statement[start + 2 : end]:
        raise StatementRefused(Text("commentaar zonder einde", "a comment without end"))
    return end + 2


def _check_word(word: str, *, called: bool) -> None:
    if word in _WORDS:
        raise StatementRefused(Text(f"het woord {word.upper()} mag niet", f"the word {word.upper()} is not allowed"))
    if called and _FUNCTIONS.match(word):
        raise StatementRefused(Text(f"de functie {word} mag niet", f"the function {word} is not allowed"))


def _check_sign(sign: str, depth: int) -> int:
    """Check one character outside words and strings; return how many brackets are open after it."""
    if sign == ";":
        raise StatementRefused(Text("een puntkomma mag niet", "a semicolon is not allowed"))
    if sign in "'\"`\\#\0" or sign == "$":
        raise StatementRefused(Text(f"het teken {sign!r} mag hier niet", f"the sign {sign!r} is not allowed here"))
    depth += {"(": 1, ")": -1}.get(sign, 0)
    if depth < 0:
        raise StatementRefused(Text("haakjes kloppen niet", "brackets do not match"))
    return depth
