"""Named points where a test may stop or kill the process.

``GATEWAY_FAILPOINTS=publish.before-commit=kill`` ends the process with SIGKILL when it comes past that point;
``=sleep:2`` waits there, ``=raise`` raises RuntimeError. Without the variable a point costs one dictionary look-up.
"""

from __future__ import annotations

import os
import signal
import time
from typing import Final

KNOWN: Final = frozenset(
    {"stage.batch", "publish.before-apply", "publish.applied", "publish.before-commit", "publish.committed"}
)


def _parse(text: str) -> dict[str, str]:
    points = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    unknown = points.keys() - KNOWN
    if unknown:
        raise ValueError(f"unknown failpoints: {', '.join(sorted(unknown))}")
    return points


_active = _parse(os.environ.get("GATEWAY_FAILPOINTS", ""))


def reach(name: str) -> None:
    """Do what the environment asks for at this point; normally nothing."""
    action = _active.get(name)
    if action is None:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise RuntimeError(f"failpoint {name}")
    elif action.startswith("sleep:"):
        time.sleep(float(action.removeprefix("sleep:")))
