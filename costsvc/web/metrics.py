"""Counts and latencies of requests for Prometheus, over all workers."""

import os
import time
from functools import cache

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

UNROUTED = "unknown"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LABELS = ("route", "status")
REQUESTS = Counter("costsvc_requests", "Requests answered", LABELS)
LATENCY = Histogram("costsvc_request_seconds", "Time until the answer was ready", LABELS, buckets=BUCKETS)


def register(app: Flask) -> None:
    """Count every request of an application."""
    app.before_request(_start)
    app.after_request(_count)


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
