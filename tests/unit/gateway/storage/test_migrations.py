"""The revisions as a chain, and what they lean on."""

from __future__ import annotations

import importlib.metadata
import re

from alembic.config import Config
from alembic.script import ScriptDirectory

from gateway.storage.migrate import FOLDER


def revisions() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def test_the_revisions_form_one_chain_numbered_in_order() -> None:
    chain = [script.revision for script in revisions().walk_revisions()]
    assert sorted(chain, reverse=True) == chain
    assert len(revisions().get_heads()) == 1


def test_each_revision_tells_how_the_previous_version_keeps_running() -> None:
    for script in revisions().walk_revisions():
        assert re.search(r"previous version", script.doc + str(script.module.__doc__), re.IGNORECASE), script.revision


def test_the_queue_is_the_version_whose_notifications_the_trigger_copies() -> None:
    """A newer one brings SQL of its own and may notify differently: add a revision, then change this."""
    assert importlib.metadata.version("procrastinate") == "3.10.0"
