"""Our OpenAPI document against the standard's own, measured by the project's coverage tool."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ooapi_specs.v5.document import openapi_document

pytestmark = pytest.mark.needs_shared

IGNORED = Path(__file__).with_name("coverage-ignore.txt")
MEASURED = ("operations", "parameters", "responses", "properties", "required", "enums", "formats")


def _report(shared: Path, document: Path) -> subprocess.CompletedProcess[str]:
    tool = shared / "tools" / "openapi_coverage.py"
    reference = shared / "specs" / "ooapi" / "ooapi-v5.json"
    return subprocess.run(
        [sys.executable, str(tool), str(reference), str(document), "--ignore", str(IGNORED), "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_our_document_covers_the_standard_whole(shared: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.json"
    ours.write_text(json.dumps(openapi_document(server_url="https://gateway.example/ooapi/v5")))
    measured = _report(shared, ours)
    assert measured.returncode == 0, measured.stdout + measured.stderr


def test_a_document_that_lacks_something_is_noticed(shared: Path, tmp_path: Path) -> None:
    document = openapi_document(server_url="https://gateway.example/ooapi/v5")
    del document["components"]["schemas"]["CourseOffering"]["properties"]["flexibleEntryPeriodStart"]
    ours = tmp_path / "ours.json"
    ours.write_text(json.dumps(document))
    measured = _report(shared, ours)
    assert measured.returncode == 1
    assert "flexibleEntryPeriodStart" in measured.stdout
