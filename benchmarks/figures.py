"""Latency of estimates while figures are rendered, which must not delay them."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from statistics import quantiles
from urllib.parse import urlencode

from benchmarks.load import HOST, Server

DRAWERS = 3
"""Clients that request one figure after another."""
PAUSE_S = 0.02
"""Seconds between two estimates: a user works with the service and does not flood it."""
NAMES = ("breakdown.svg", "drivers.svg")


def p95_ms(server: Server, bodies: Sequence[object]) -> float:
    """The 95th percentile of the latency of estimates, requested one after another.

    Args:
        server: The service.
        bodies: Training runs.
    """
    connection = HTTPConnection(HOST, server.port)
    found = []
    for body in bodies:
        begun = time.perf_counter()
        connection.request("POST", "/v1/estimates/training", json.dumps(body), {"Content-Type": "application/json"})
        _read(connection)
        found.append((time.perf_counter() - begun) * 1e3)
        time.sleep(PAUSE_S)
    return quantiles(found, n=20)[-1]


@contextmanager
def drawn(server: Server) -> Iterator[list[float]]:
    """Request different figures in the background; yields a list that receives the seconds of each."""
    end, took = threading.Event(), list[float]()
    clients = [threading.Thread(target=_draw, args=(server, place, end, took)) for place in range(DRAWERS)]
    for client in clients:
        client.start()
    try:
        yield took
    finally:
        end.set()
        for client in clients:
            client.join()


def _draw(server: Server, place: int, end: threading.Event, took: list[float]) -> None:
    connection = HTTPConnection(HOST, server.port)
    for hours in count(1 + place, DRAWERS):
        if end.is_set():
            return
        asked = urlencode({"accelerator": "h100", "accelerator_hours": hours, "region": "world"})
        begun = time.perf_counter()
        connection.request("GET", f"/v1/estimates/training/figures/{NAMES[hours % len(NAMES)]}?{asked}")
        _read(connection)
        took.append(time.perf_counter() - begun)


def _read(connection: HTTPConnection) -> None:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != HTTPStatus.OK:
        raise RuntimeError(f"{answer.status}: {body!r}")
