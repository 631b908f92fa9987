"""A real Chromium before a running demonstration. What a page must never do is watched in every test."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(chromium: Browser) -> Iterator[str]:
    """The address of a demonstration of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ooapi-gateway-browser-"))
    folder.chmod(0o755)  # as root, the database runs as another user
    said = folder.with_suffix(".stderr")
    with said.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "demo", "--port", "0", "--data", str(folder), "--json"],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, f"the demonstration did not start: {said.read_text()}"
        yield str(json.loads(line)["base_url"])
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=60)
        process.kill()
        shutil.rmtree(folder, ignore_errors=True)
        said.unlink(missing_ok=True)


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Open]:
    """``open_page("/search", size="phone", language="nl", dark=True)``.

    At the end nothing may have been said on the console, no policy broken, no other host asked for anything.
    ``status``: of the answer that is expected; Chromium itself reports one that is no 200 on the console.
    """
    contexts = []
    faults: list[str] = []

    def open_one(
        path: str,
        *,
        size: str | dict[str, int] = "desktop",
        language: str = "nl",
        dark: bool = False,
        status: int = 200,
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=site,
            viewport=SIZES[size] if isinstance(size, str) else size,  # type: ignore[arg-type]
            locale={"nl": "nl-NL", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("request", lambda request: _same_host(request.url, site, faults))
        page.on("requestfailed", lambda request: _failed(request, faults))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on(
            "console",
            lambda said: faults.append(f"{said.type}: {said.text}") if f"status of {status}" not in said.text else None,
        )
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def _failed(request: Request, faults: list[str]) -> None:
    if request.failure != "net::ERR_ABORTED":  # the test went on to another page before this one was complete
        faults.append(f"failed: {request.url} {request.failure}")


def _same_host(url: str, site: str, faults: list[str]) -> None:
    if urlsplit(url).netloc != urlsplit(site).netloc:
        faults.append(f"asked another host: {url}")
