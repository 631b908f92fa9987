"""A text that a person reads, in the two languages of the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Dutch (B1) and English.

    Either side may hold ``{name}`` placeholders that :meth:`fill` replaces.
    """

    nl: str
    en: str

    def fill(self, **values: object) -> Text:
        """Return the text with its placeholders replaced; an unknown placeholder is a KeyError.

        A value that is a Text itself goes into each language in that language.
        """
        return Text(
            self.nl.format(**{name: v.nl if isinstance(v, Text) else v for name, v in values.items()}),
            self.en.format(**{name: v.en if isinstance(v, Text) else v for name, v in values.items()}),
        )

    def in_language(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en

    def as_dict(self) -> dict[str, str]:
        return {"nl": self.nl, "en": self.en}
