"""Every message that a configuration can draw from pydantic has words in both languages."""

from __future__ import annotations

import string

from gateway.members import wording


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_placeholders() -> None:
    for kind, text in wording._WORDING.items():
        assert fields(text.nl) == fields(text.en), kind
        assert text.nl.endswith("."), kind
        assert text.en.endswith("."), kind


def test_every_form_of_a_shape_has_words() -> None:
    from pydantic import BaseModel

    from gateway.members import schemas

    patterns = set()
    for name in dir(schemas):
        shape = getattr(schemas, name)
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            for field in shape.model_fields.values():
                patterns |= {part.pattern for part in field.metadata if getattr(part, "pattern", None)}
    assert patterns
    assert patterns <= set(wording._FORMS)
