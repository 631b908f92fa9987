"""Reading a folder of configuration files: the whole document, or every fault with file and line."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.contract import (
    Adapter,
    AdapterContext,
    StreamSpec,
    adapter_kind,
    adapter_kind_names,
    forbidden_column,
)
from adapters.csv_drop.template import builtin_mappings
from adapters.errors import AdapterError
from adapters.mapping import MappingInvalid, ResourceMapping, load_mapping
from adapters.mapping.locate import key_lines, line_of
from adapters.text import Text
from gateway.members.schemas import Document, Federation, Member, Source
from gateway.members.wording import wording

BUILTIN_TEMPLATE = "builtin:template"
PERSONAL_RESOURCES = frozenset(
    {"ProgramOfferingAssociation", "CourseOfferingAssociation", "ComponentOfferingAssociation"}
)
_MOST_FILES = 5000
Shape = TypeVar("Shape", bound=BaseModel)
_LARGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file. ``line`` counts from 1."""

    file: str
    line: int
    text: Text

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text.en}"


class Faulty(Exception):
    """The folder holds faults; all of them are in ``faults``."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def read_folder(folder: Path, context: AdapterContext) -> Document:
    """Read federation.toml, members/*.toml and their mapping files.

    ``context`` serves only to make adapters that name their streams; nothing is reached. Raises Faulty.
    """
    reader = _Reader(folder, context)
    document = reader.read()
    if reader.faults or document is None:
        raise Faulty(reader.faults)
    return document


class _Reader:
    def __init__(self, folder: Path, context: AdapterContext) -> None:
        self.folder = folder
        self.context = context
        self.faults: list[Fault] = []
        self.lines: dict[str, dict[tuple[str | int, ...], int]] = {}
        self.tables: dict[str, dict[str, Any]] = {}

    def fault(self, file: str, line: int, nl: str, en: str) -> None:
        self.faults.append(Fault(file, line, Text(nl, en)))

    def line(self, file: str, path: tuple[str | int, ...]) -> int:
        return line_of(self.lines.get(file, {}), path)

    # -- files ---------------------------------------------------------------------------------------------------
    def text(self, name: str) -> str | None:
        if "\0" in name:
            self.fault(name.replace("\0", "?"), 1, "Dit is geen naam van een bestand.", "This is no name of a file.")
            return None
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            self.fault(name, 1, "Het bestand staat buiten de map.", "The file stands outside the folder.")
            return None
        try:
            if path.stat().st_size > _LARGEST_FILE:
                self.fault(name, 1, "Het bestand is groter dan 1 MB.", "The file is larger than 1 MB.")
                return None
            text = path.read_text("utf-8")
        except FileNotFoundError:
            self.fault(name, 1, "Dit bestand ontbreekt.", "This file is missing.")
            return None
        except UnicodeDecodeError:
            self.fault(name, 1, "Het bestand is geen UTF-8.", "The file is not UTF-8.")
            return None
        except OSError as error:
            self.fault(name, 1, f"Niet te lezen: {error.strerror}", f"Cannot be read: {error.strerror}")
            return None
        return text

    def table(self, name: str) -> dict[str, Any] | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            table = tomllib.loads(text)
        except RecursionError:
            self.fault(
                name, 1, "Lijsten of tabellen zitten te diep in elkaar.", "Lists or tables are nested too deeply."
            )
            return None
        except ValueError as error:  # TOMLDecodeError, and a number of thousands of digits
            place = re.search(r"at line (\d+)", str(error))
            line = int(place[1]) if place else text.count("\n") + 1
            self.fault(name, line, f"Geen geldige TOML: {error}", f"Not valid TOML: {error}")
            return None
        self.lines[name] = key_lines(text)
        self.tables[name] = table
        return table

    # -- the whole -----------------------------------------------------------------------------------------------
    def read(self) -> Document | None:
        federation = self.shaped("federation.toml", Federation)
        names = sorted(path.name for path in (self.folder / "members").glob("*.toml"))
        if not names:
            self.fault("members", 1, "Er is geen enkele school.", "There is no member at all.")
        if len(names) > _MOST_FILES:
            number = len(names)
            self.fault("members", 1, f"Er zijn {number} scholen, te veel.", f"There are {number} members, too many.")
            return None
        members: dict[str, Member] = {}
        mappings: dict[str, dict[str, str]] = {}
        for name in names:
            file = f"members/{name}"
            member = self.shaped(file, Member)
            if member is None:
                continue
            if member.id != name.removesuffix(".toml"):
                self.fault(
                    file,
                    self.line(file, ("id",)),
                    f"id '{member.id}' moet gelijk zijn aan de bestandsnaam.",
                    f"id '{member.id}' must equal the name of the file.",
                )
            members[file] = member
            mappings[member.id] = self.mappings_of(file, member)
        self.unique(members)
        if federation is None or self.faults:
            return None
        return Document(
            federation=federation, members=tuple(members.values()), mappings=mappings, base=str(self.folder.resolve())
        )

    def shaped(self, file: str, shape: type[Shape]) -> Shape | None:
        table = self.table(file)
        if table is None:
            return None
        try:
            return shape.model_validate(table)
        except ValidationError as error:
            self.shape_faults(file, error, ())
            return None

    def shape_faults(self, file: str, error: ValidationError, prefix: tuple[str | int, ...]) -> None:
        for item in error.errors():
            path = self.written(file, (*prefix, *item["loc"]))
            name = ".".join(map(str, path))
            text = wording(item)
            self.fault(file, self.line(file, path), f"{name}: {text.nl}", f"{name}: {text.en}")

    def written(self, file: str, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """The path as it stands in the file: pydantic also names the kind that it chose, such as ``auth.basic``."""
        found: list[str | int] = []
        value: Any = self.tables.get(file)
        for part in path[:-1]:
            known = part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int)
            if known:
                value = value[part]
                found.append(part)
        return (*found, *path[-1:])

    def unique(self, members: Mapping[str, Member]) -> None:
        for attribute in ("schac_home", "brin", "oin"):
            counted = Counter(getattr(member, attribute) for member in members.values())
            for file, member in members.items():
                value = getattr(member, attribute)
                if counted[value] > 1:
                    self.fault(
                        file,
                        self.line(file, (attribute,)),
                        f"{attribute} '{value}' staat bij meer dan één school.",
                        f"{attribute} '{value}' stands at more than one member.",
                    )

    # -- sources -------------------------------------------------------------------------------------------------
    def mappings_of(self, file: str, member: Member) -> dict[str, str]:
        texts: dict[str, str] = {}
        names = Counter(source.name for source in member.sources)
        for number, source in enumerate(member.sources):
            where = ("sources", number)
            if names[source.name] > 1:
                self.fault(
                    file,
                    self.line(file, (*where, "name")),
                    f"Twee bronnen heten '{source.name}'.",
                    f"Two sources are called '{source.name}'.",
                )
            streams = self.streams_of(file, source, where)
            for name in source.mappings:
                for mapping_name, text, mapping_file in self.mapping_texts(member, name):
                    texts[mapping_name] = text
                    mapping = self.mapping(mapping_file, mapping_name, text)
                    if mapping is None or streams is None:
                        continue
                    if name == BUILTIN_TEMPLATE and mapping.stream not in streams:
                        del texts[mapping_name]  # a school need not use every sheet
                    else:
                        self.check_mapping(mapping_file, text, mapping, streams)
        return texts

    def streams_of(self, file: str, source: Source, where: tuple[str | int, ...]) -> dict[str, StreamSpec] | None:
        """The streams that the source's adapter declares; None with faults when it cannot be made."""
        names = adapter_kind_names()
        if source.kind not in names:
            known = ", ".join(names)
            self.fault(
                file,
                self.line(file, (*where, "kind")),
                f"Soort '{source.kind}' is er niet. Kies uit: {known}.",
                f"There is no kind '{source.kind}'. Choose from: {known}.",
            )
            return None
        try:
            adapter = make_adapter(source, self.context)
        except ValidationError as error:
            self.shape_faults(file, error, (*where, "settings"))
            return None
        except AdapterError as error:
            line = self.line(file, (*where, "settings"))
            self.fault(file, line, error.text.nl, error.text.en)
            return None
        return {stream.name: stream for stream in adapter.streams()}

    def mapping_texts(self, member: Member, name: str) -> list[tuple[str, str, str]]:
        """(name, text, file for faults) of one entry of ``mappings``."""
        if name == BUILTIN_TEMPLATE:
            return [(f"template/{key}", text, f"{name}/{key}") for key, text in builtin_mappings().items()]
        file = f"members/{member.id}/{name}"
        text = self.text(file)
        return [] if text is None else [(name, text, file)]

    def mapping(self, file: str, name: str, text: str) -> ResourceMapping | None:
        try:
            return load_mapping(text, name=name)
        except MappingInvalid as error:
            self.faults.extend(Fault(file, fault.line, fault.text) for fault in error.faults)
            return None

    def check_mapping(self, file: str, text: str, mapping: ResourceMapping, streams: dict[str, StreamSpec]) -> None:
        line = line_of(key_lines(text), ("stream",))
        stream = streams.get(mapping.stream)
        if stream is None:
            known = ", ".join(sorted(streams))
            self.fault(
                file,
                line,
                f"De bron heeft geen stroom '{mapping.stream}'. Wel: {known}.",
                f"The source has no stream '{mapping.stream}'. It has: {known}.",
            )
            return
        if mapping.resource in PERSONAL_RESOURCES and not stream.personal:
            self.fault(
                file,
                line,
                f"{mapping.resource} gaat over personen: zet personal = true bij stroom '{stream.name}'.",
                f"{mapping.resource} is about persons: set personal = true at stream '{stream.name}'.",
            )
        for column in sorted(mapping.columns or ()):
            if forbidden_column(column, personal=stream.personal):
                self.fault(
                    file,
                    line,
                    f"Kolom '{column}' mag niet gelezen worden (BSN, nationaliteit, adres of geslacht).",
                    f"Column '{column}' may not be read (BSN, nationality, address or gender).",
                )


def make_adapter(source: Source, context: AdapterContext) -> Adapter:
    """The adapter of a source. Raises ValidationError or AdapterError when its kind or settings are wrong."""
    kind = adapter_kind(source.kind)
    return kind(kind.config_model.model_validate(source.settings), context)
