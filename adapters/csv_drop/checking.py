"""The check of a source, told per line. Runs in a thread and never raises AdapterError."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.contract import CheckItem, CheckReport
from adapters.csv_drop.drops import DropFile, Place
from adapters.csv_drop.reading import StreamReader
from adapters.errors import AdapterError, ColumnsMissing
from adapters.text import Text

_SAMPLE = 200


def check_streams(place: Place, readers: Sequence[StreamReader]) -> CheckReport:
    """``place`` first; the streams only when it can be reached."""
    if not place.folder.is_dir():
        hint = Text("Controleer de map in de instellingen.", "Check the folder in the settings.")
        text = Text(f"De map {place.folder.name} is er niet.", f"The folder {place.folder.name} is not there.")
        return CheckReport((CheckItem("folder", False, text, hint),))
    items = [CheckItem("folder", True, Text(f"De map {place.folder.name} is er.", f"Folder {place.folder.name}."))]
    for reader in readers:
        items += _check_stream(reader)
    return CheckReport(tuple(items))


def _check_stream(reader: StreamReader) -> list[CheckItem]:
    items: list[CheckItem] = []
    name = reader.name
    try:
        file = reader.place.newest(reader.pattern)
        items.append(CheckItem(f"{name}: file", True, _age(reader.place, file)))
        items += _unfinished(reader, file)
        with reader.table(file) as (header, rows):
            missing = sorted(set(reader.settings.key) - set(header.positions))
            if missing:
                raise ColumnsMissing(place=header.place, columns=", ".join(missing))
            count = len(header.positions)
            items.append(CheckItem(f"{name}: header", True, Text(f"{count} kolommen.", f"{count} columns.")))
            read = damaged = 0
            for row in rows:
                read += 1
                damaged += row.fault is not None
                if read >= _SAMPLE:
                    break
        items.append(_sampled(name, read, damaged, reader.encoding))
    except AdapterError as error:
        items.append(CheckItem(name, False, error.text, error.hint))
    except OSError as error:
        text = Text(f"Het bestand is niet te lezen: {error.strerror}", f"The file cannot be read: {error.strerror}")
        items.append(CheckItem(name, False, text))
    return items


def _sampled(name: str, read: int, damaged: int, encoding: str) -> CheckItem:
    text = Text(
        f"{read} regels gelezen, {damaged} beschadigd ({encoding}).",
        f"{read} rows read, {damaged} damaged ({encoding}).",
    )
    hint = Text("Controleer scheidingsteken en codering.", "Check delimiter and encoding.")
    fine = damaged * 2 <= read
    return CheckItem(f"{name}: rows", fine, text, None if fine else hint)


def _age(place: Place, file: DropFile) -> Text:
    minutes = max(0, int((place.now() - file.modified / 1e9) // 60))
    if minutes < 120:
        return Text(f"{file.path.name}, {minutes} minuten oud.", f"{file.path.name}, {minutes} minutes old.")
    hours = minutes // 60
    if hours < 72:
        return Text(f"{file.path.name}, {hours} uur oud.", f"{file.path.name}, {hours} hours old.")
    return Text(f"{file.path.name}, {hours // 24} dagen oud.", f"{file.path.name}, {hours // 24} days old.")


def _unfinished(reader: StreamReader, newest: DropFile) -> list[CheckItem]:
    """A newer file that is not complete: normal during an upload, worth knowing when it lasts."""
    later = [file for file in reader.place.find(reader.pattern).incomplete if file.order > newest.order]
    names = ", ".join(file.path.name for file in later[-3:])
    text = Text(f"Nog niet compleet: {names}", f"Not complete yet: {names}")
    return [CheckItem(f"{reader.name}: waiting", True, text)] if later else []
