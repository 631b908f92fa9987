"""The query parameter ``q``: what matches a text, how well, and what resembles it when nothing matches.

The standard asks for a substring, without regard to case (ooapi.md §1.2). Stems find "cursussen" by "cursus" on top of
that, and typing errors are forgiven only when there is nothing else, so that a right word is never drowned.
All texts here are folded as the index is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Text, case, cast, false, func, literal, literal_column, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.catalogue.models import CatalogueResource, CatalogueWord

_LANGUAGES: Final = ("dutch", "english")
_LEAST_SIMILAR: Final = 0.5  # word_similarity of a query with one wrong letter in six is about 0.6
_LEAST_SIMILAR_WORD: Final = 0.4  # of two whole words
_MOST_RESEMBLING: Final = 6
_SHORTEST_MISTYPED: Final = 4  # letters; below this every word resembles every other
_INDEXED_LETTERS: Final = 3  # the indexes know stretches of three letters
_LONGEST_IN_A_WORD: Final = 50  # letters; see gateway_search_words in the migration
_MOST_WORDS: Final = 2000
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Resembling:
    condition: ColumnElement[bool]
    order: Sequence[ColumnElement[Any]]


def like_pattern(text: str) -> str:
    """The text for LIKE with its wildcards made ordinary."""
    return re.sub(r"([\\%_])", r"\\\1", text)


async def words_holding(session: AsyncSession, q: str) -> list[str] | None:
    """The words of the catalogue in which the text stands; None where single words cannot tell.

    They cannot for a text of several words, a very long one, or one that stands in very many words.
    """
    if " " in q or len(q) > _LONGEST_IN_A_WORD:
        return None
    holding = select(CatalogueWord.word).where(CatalogueWord.word.like(f"%{like_pattern(q)}%")).limit(_MOST_WORDS + 1)
    words = list((await session.execute(holding)).scalars())
    return words if len(words) <= _MOST_WORDS else None


def matching(q: str, words: Sequence[str] | None) -> ColumnElement[bool]:
    """Contains the text as it is, or all its words by their stem; a text of two letters is its own stem.

    ``words``: those that hold the text, of ``words_holding``; whole words are found without reading a text.
    """
    substring: ColumnElement[bool]
    if words is None:
        substring = CatalogueResource.search_text.like(f"%{like_pattern(q)}%")
    elif words:
        substring = CatalogueResource.search_words.op("&&", is_comparison=True)(_texts(words))
    else:
        substring = false()
    stems = _stems(q) if len(q) >= _INDEXED_LETTERS else None
    return substring if stems is None else or_(substring, _vector().op("@@", is_comparison=True)(stems))


def best_first(q: str) -> list[ColumnElement[Any]]:
    """The name itself, its beginning, a word's beginning, within it, by stem; then the description."""
    name = CatalogueResource.search_name
    at = func.strpos(name, literal(q, Text))  # where it stands first, from 1
    within = case(
        (name == q, 0),
        (at == 1, 1),
        (func.substr(name, at - 1, 1) == " ", 2),
        (_holds(name, f" {q}"), 2),
        else_=3,
    )
    not_within: ColumnElement[int] | int = 5
    in_name = _stems(q, weight="A")
    if in_name is not None:
        not_within = case((_vector().op("@@", is_comparison=True)(in_name), 4), else_=5)
    return [case((at > 0, within), else_=not_within)]


def _texts(words: Sequence[str]) -> ColumnElement[Any]:
    return cast(literal(list(words), ARRAY(Text)), ARRAY(Text))


def _holds(text: ColumnElement[str] | InstrumentedAttribute[str], q: str) -> ColumnElement[bool]:
    return func.strpos(text, literal(q, Text)) > 0


async def prefer_indexes(session: AsyncSession, q: str, words: Sequence[str] | None) -> None:
    """Keep the planner from reading the whole table where an index can tell.

    It thinks that comparing a text costs as little as comparing a number; with a word that many resources hold that
    makes it choose the slower way by a factor of two. Below three letters in a row the indexes cannot tell.
    """
    if words is not None or max((len(word) for word in _WORD.findall(q)), default=0) >= _INDEXED_LETTERS:
        await session.execute(select(func.set_config("enable_seqscan", "off", True)))


async def resembling(session: AsyncSession, q: str) -> Resembling | None:
    """What a mistyped text may have meant: what holds a word like it, or names with a stretch of words like them.

    None for a text that is too short, or that resembles nothing.
    """
    if len(q) < _SHORTEST_MISTYPED:
        return None
    if " " not in q:
        return await _resembling_words(session, q)
    # The index serves the operator, and the operator takes its threshold from this setting of the transaction.
    await session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(_LEAST_SIMILAR), True)))
    typed = literal(q, Text)
    return Resembling(
        typed.op("<%", is_comparison=True)(CatalogueResource.search_name),
        [func.word_similarity(typed, CatalogueResource.search_name).desc()],
    )


async def _resembling_words(session: AsyncSession, q: str) -> Resembling | None:
    """The words of the catalogue that look most like one word, and what holds them, the likeliest first."""
    await session.execute(select(func.set_config("pg_trgm.similarity_threshold", str(_LEAST_SIMILAR_WORD), True)))
    typed = literal(q, Text)
    likeness = func.similarity(CatalogueWord.word, typed)
    like_it = select(CatalogueWord.word).where(CatalogueWord.word.op("%", is_comparison=True)(typed))
    ranked = like_it.order_by(likeness.desc(), CatalogueWord.word).limit(_MOST_RESEMBLING)
    words = list((await session.execute(ranked)).scalars())
    if not words:
        return None
    held = CatalogueResource.search_words
    ranks = [(held.op("@>", is_comparison=True)(_texts([word])), rank) for rank, word in enumerate(words)]
    return Resembling(held.op("&&", is_comparison=True)(_texts(words)), [case(*ranks)])


def _vector() -> ColumnElement[Any]:
    return cast(CatalogueResource.search_vector, CatalogueResource.search_vector.type)


def _stems(q: str, weight: str = "") -> ColumnElement[Any] | None:
    """All words of the text by their stem, in Dutch or in English; None for a text without a word ("c++").

    The text is built here and not by ``plainto_tsquery`` because that knows no weights; a word is letters and digits
    only, so it needs no more than its quotes. The language is a constant of the statement: as a parameter it would
    be looked up, and the text parsed, again for every row.
    """
    words = _WORD.findall(q)
    if max(map(len, words), default=0) < 2:
        return None
    text = " & ".join(f"'{word}':{weight}" if weight else f"'{word}'" for word in words)
    dutch, english = (
        func.to_tsquery(literal_column(f"'{language}'::regconfig"), text, type_=TSQUERY) for language in _LANGUAGES
    )
    return dutch.op("||")(english)
