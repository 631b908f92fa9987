"""Invented persons: staff and students. No name is taken from a real list of people."""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date, timedelta

from demo.data.model import Employee, Student

_GIVEN_NAMES = (
    "Anouk", "Bilal", "Chayenne", "Daan", "Elif", "Femke", "Gijs", "Hajar", "Imre", "Jasmijn", "Kees", "Loïs",
    "Mehmet", "Noor", "Özge", "Pien", "Quinten", "Romy", "Samira", "Tygo", "Ursula", "Veerle", "Wout", "Xander",
    "Yara", "Zoë", "Amélie", "Bram", "Céline", "Dagmar", "Esmée", "Fenna", "Hidde", "Ilse", "Joris", "Koen",
)  # fmt: skip
_SURNAMES = (
    (None, "Voorbeeldsma"), ("van", "Oefenberg"), ("de", "Testmaker"), (None, "Proefstra"), ("van der", "Verzonnen"),
    (None, "Bedenkers"), ("ten", "Denkbeeld"), (None, "Fictema"), ("van den", "Schijnhof"), (None, "Nepveldt"),
    ("'t", "Modelman"), (None, "Demonië"), ("de", "Sjabloon"), (None, "Maskersteen"), ("van", "Poppenhuis"),
    (None, "Spiegelaar"), (None, "Façadeling"), ("el", "Moedaïd"), (None, "Kunstmatig"), ("van", "Dummegem"),
)  # fmt: skip
_FUNCTIONS = ("Opleidingscoördinator", "Teamleider", "Docent en coördinator keuzedelen")


def mail_name(*parts: str | None) -> str:
    """A local part of a mail address: lower case, ASCII, dots between the parts."""
    text = ".".join(part for part in parts if part)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "", ascii_text.lower())


def passes_eleven_test(number: str) -> bool:
    """Whether nine digits could be a BSN."""
    total = sum(int(digit) * weight for digit, weight in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0


def invented_bsn(rng: random.Random) -> str:
    """Nine digits that start with 9999 and can not be a BSN: they fail the eleven-test."""
    return unusable_number(rng.randrange(100_000))


def unusable_number(index: int) -> str:
    """The same, for a number from 0 to 99999."""
    number = f"9999{index:05d}"
    return unusable_number((index + 1) % 100_000) if passes_eleven_test(number) else number


def employees(rng: random.Random, home: str, units: tuple[str, ...], per_unit: int) -> tuple[Employee, ...]:
    """``per_unit`` members of staff for each unit, with an address at the school's own ``.example`` domain."""
    result: list[Employee] = []
    for unit in units:
        for _ in range(per_unit):
            given = rng.choice(_GIVEN_NAMES)
            prefix, surname = rng.choice(_SURNAMES)
            code = f"M{len(result) + 1:04d}"
            mail = f"{mail_name(given[:1], surname)}.{code.lower()}@{home}"
            function = _FUNCTIONS[len(result) % len(_FUNCTIONS)]
            result.append(Employee(code, given, prefix, surname, mail, function, unit))
    return tuple(result)


def students(rng: random.Random, home: str, first_number: int, count: int) -> tuple[Student, ...]:
    """``count`` students with ascending numbers; about one in ten is no longer active."""
    result: list[Student] = []
    for index in range(count):
        call_name = rng.choice(_GIVEN_NAMES)
        second = rng.choice(_GIVEN_NAMES)
        prefix, surname = rng.choice(_SURNAMES)
        number = str(first_number + index)
        result.append(
            Student(
                number=number,
                given_names=f"{call_name} {second}",
                call_name=call_name,
                prefix=prefix,
                surname=surname,
                initials=f"{call_name[0]}.{second[0]}.",
                mail=f"{number}@student.{home}",
                active=index % 10 != 9,
                birth=date(2005, 1, 1) + timedelta(days=rng.randrange(1400)),
                bsn=invented_bsn(rng),
                gender=rng.choice("MVX"),
                nationality=rng.choice(("Verzonlandse", "Nergenslandse")),
                street=f"Nergensstraat {rng.randrange(1, 99)}",
                postal_code="0000 ZZ",
            )
        )
    return tuple(result)
