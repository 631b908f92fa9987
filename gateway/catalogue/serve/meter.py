"""What was asked and how it was answered, counted by operation of the standard and status, never by address."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.catalogue.serve.follower import Follower
from gateway.catalogue.serve.service import Catalogue
from gateway.errors import StoreUnavailable


class Meter(Collector):
    """Plain dictionaries on the path of a request; metrics are made of them when somebody looks."""

    def __init__(self, catalogue: Catalogue, follower: Follower) -> None:
        self._catalogue = catalogue
        self._follower = follower
        self.requests: dict[tuple[str, int], int] = {}
        self.ready = 0

    def count(self, operation: str, status: int) -> None:
        key = (operation, status)
        self.requests[key] = self.requests.get(key, 0) + 1

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "gateway_requests", "Requests by operation and status.", labels=("operation", "status")
        )
        for (operation, status), number in sorted(self.requests.items()):
            requests.add_metric((operation, str(status)), number)
        yield requests
        yield CounterMetricFamily("gateway_ready_answers", "Requests answered from memory.", value=self.ready)
        yield CounterMetricFamily(
            "gateway_catalogue_snapshots", "Reads of the database for the catalogue.", value=self._catalogue.snapshots
        )
        yield GaugeMetricFamily(
            "gateway_ready_bytes", "Memory of answers kept ready.", value=self._catalogue.kept_bytes
        )
        yield GaugeMetricFamily(
            "gateway_stale", "1 while the database cannot be reached.", value=float(self._follower.stale)
        )
        try:
            generation = self._follower.state.generation
        except StoreUnavailable:
            return
        yield GaugeMetricFamily("gateway_generation", "The generation of the catalogue in force.", value=generation)
