"""Work in the background, on procrastinate. Start in ``service.py`` to defer, in ``worker.py`` to run."""

from gateway.jobs.retry import Backoff
from gateway.jobs.service import Deferred, build_app, defer
from gateway.jobs.worker import Worker

__all__ = ["Backoff", "Deferred", "Worker", "build_app", "defer"]
