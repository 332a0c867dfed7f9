"""Requests, their latencies and what was estimated, for Prometheus, over all workers."""

import os
import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from costsvc import __version__

UNROUTED = "unknown"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LABELS = ("route", "status")
REQUESTS = Counter("costsvc_requests", "Requests answered", LABELS)
LATENCY = Histogram("costsvc_request_seconds", "Time until the answer was ready", LABELS, buckets=BUCKETS)
KIND = ("kind",)
ESTIMATES = Counter("costsvc_estimates", "Questions answered", KIND)
AMOUNTS: Mapping[tuple[str, ...], Counter] = {
    ("energy_kwh",): Counter("costsvc_estimated_energy_kwh", "Electricity estimated, 1e9 at most of one answer", KIND),
    ("carbon", "total_kg"): Counter("costsvc_estimated_carbon_kg", "CO2e estimated, 1e9 at most of one answer", KIND),
    ("water", "total_l"): Counter("costsvc_estimated_water_litres", "Water estimated, 1e9 at most of one answer", KIND),
    ("cost", "total_usd"): Counter("costsvc_estimated_cost_usd", "Cost estimated, 1e9 at most of one answer", KIND),
}
"""Amounts of estimates that are summed, by their path in an answer."""
COUNTED = 1e9
"""Most that one estimate adds to a sum: a thousandth of a kWh would be lost beside what a stranger may make up."""
ESTIMATED = ("training", "inference")
"""Kinds whose answer is one estimate; the amounts of the others are alternatives, which have no sum."""
BUILD = Gauge(
    "costsvc_build_info",
    "What runs: 1 for the tables that answer, 0 for those before a reload",
    ("version", "data_version"),
    multiprocess_mode="mostrecent",  # the application is loaded once and says it once, whatever forks after it
)

TABLES_REJECTED = Gauge(
    "costsvc_tables_rejected",
    "Whether newer tables were refused at the last reload, so that older ones answer",
    multiprocess_mode="mostrecent",
)


_builds: set[tuple[str, str]] = set()
"""Versions that this process or those it was forked from have loaded."""


def register(app: Flask, kinds: Iterable[str], data_version: str) -> None:
    """Count every request of an application, and say what runs.

    Args:
        app: The application.
        kinds: Kinds of its endpoints, which are 0 until the first request: no rate sees a
            count that begins with 1.
        data_version: Version of its tables.
    """
    app.before_request(_start)
    app.after_request(_count)
    for kind in kinds:
        _counters(kind)
    for earlier in _builds:
        BUILD.labels(*earlier).set(0)
    _builds.add((__version__, data_version))
    BUILD.labels(__version__, data_version).set(1)
    TABLES_REJECTED.set(0)


def estimated(kind: str, found: Mapping[str, Any]) -> None:
    """Count an answer and the amounts that it estimates; one that is null is not counted, one that is huge in part.

    Args:
        kind: Kind of the question.
        found: The answer.
    """
    estimates, amounts = _counters(kind)
    estimates.inc()
    for where, counter in amounts:
        quantity: Any = found
        for name in where:
            quantity = quantity[name]
        if quantity is not None:
            counter.inc(min(quantity["value"], COUNTED))


def exposition() -> Response:
    """All metrics in Prometheus' text format."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # prometheus-client's own switch, set by gunicorn_conf
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library has no types here
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else UNROUTED
    requests, latency = _series(route, str(response.status_code))
    requests.inc()
    if "started" in g:
        latency.observe(time.perf_counter() - g.started)
    return response


@cache
def _series(*labels: str) -> tuple[Counter, Histogram]:
    """The two series of a route and a status; there are few, and looking them up takes a lock."""
    return REQUESTS.labels(*labels), LATENCY.labels(*labels)


@cache
def _counters(kind: str) -> tuple[Counter, list[tuple[tuple[str, ...], Counter]]]:
    """What a kind of question is counted in, looked up once as the series of requests are."""
    amounts = AMOUNTS if kind in ESTIMATED else {}
    return ESTIMATES.labels(kind), [(where, counter.labels(kind)) for where, counter in amounts.items()]
