"""The commands of ``ooapi-gateway``, ours and those of installed packages."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from gateway.cli import configuring, mapping, running, syncing

COMMANDS_GROUP = "ooapi_gateway.commands"

app = typer.Typer(
    name="ooapi-gateway",
    help="A gateway between the systems of vocational schools and the Open Education API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

for room in (running, configuring, mapping, syncing):
    room.register(app)


def main() -> None:
    """Entry point: adds the commands of installed packages, then runs."""
    for point in sorted(entry_points(group=COMMANDS_GROUP), key=lambda point: point.name):
        app.command(point.name)(point.load())
    app()
