"""Attacking clients with their own address: slow ones, silent ones, and ones that never pause."""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from urllib.parse import urlencode

from benchmarks import decisions
from benchmarks.reliability.clients import HOST, TRAINING, message, pressed

FROM = ("127.0.0.2", 0)
ESTIMATE = message(TRAINING, {"accelerator": "h100", "accelerator_hours": 1})
LARGE = message("/v1/models?limit=1000")
SLOW = ("idle", "dribbling heads", "dribbling bodies", "never reading")
FIGURE = "/v1/estimates/training/figures/drivers.svg?" + urlencode({"accelerator": "h100", "accelerator_hours": 0})
SCHEDULE = {
    "energy_kwh": 100,
    "region": "aws:us-east-1",
    "other_regions": "all",
    "earliest": "2027-01-01T00:00:00Z",
    "deadline": "2027-12-31T00:00:00Z",
    "duration_h": 3,
}
GREEDY = ("placement", "amortization", "schedule", "figures")


def _greedy(kind: str) -> bytes:
    hours = time.time() % 1e4 + 1
    if kind == "figures":
        return message(FIGURE.replace("hours=0", f"hours={hours}"))
    if kind == "schedule":
        return message("/v1/comparisons/schedule", SCHEDULE | {"energy_kwh": hours})
    bodies = {"placement": decisions.placement, "amortization": decisions.amortization}
    return message(f"/v1/comparisons/{kind}", bodies[kind](hours))


def _slow(port: int, kind: str, count: int, ready: Event) -> None:
    opened = [_opened(port, kind) for _ in range(count)]
    ready.set()
    sent = 0
    while True:
        for number, one in enumerate(opened):
            try:
                _dribble(one, kind, sent)
            except OSError:
                # reopen closed connections
                one.close()
                with suppress(OSError):
                    opened[number] = _opened(port, kind)
        sent += 1
        time.sleep(1)


def _opened(port: int, kind: str) -> socket.socket:
    one = socket.socket()
    if kind == "never reading":
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.bind(FROM)
    one.settimeout(10)
    one.connect((HOST, port))
    one.setblocking(False)
    if kind == "never reading":
        one.send(LARGE)
    if kind == "dribbling bodies":
        one.send(ESTIMATE[: ESTIMATE.index(b"\r\n\r\n") + 4])
    return one


def _dribble(one: socket.socket, kind: str, sent: int) -> None:
    if kind.startswith("dribbling"):
        start = sent % len(ESTIMATE) if kind == "dribbling heads" else 0
        one.send(ESTIMATE[start : start + 1])


def _press(port: int, kind: str, ready: Event) -> None:
    ready.set()
    pressed(port, 4, 1e9, lambda _: _greedy(kind), FROM[0])


@contextmanager
def attacked(port: int, kind: str, count: int = 4) -> Iterator[None]:
    """Run attackers in a process of their own.

    Args:
        port: Where the service listens.
        kind: One of ``SLOW`` or of ``GREEDY``.
        count: Connections of a slow kind; greedy clients are four.
    """
    context = get_context("spawn")
    ready = context.Event()
    target, arguments = (_slow, (port, kind, count, ready)) if kind in SLOW else (_press, (port, kind, ready))
    process = context.Process(target=target, args=arguments, daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise RuntimeError(f"{kind}: the attackers did not get their connections")
        yield
    finally:
        process.kill()
        process.join()


def enough_files() -> None:
    """Raise the limit of open files for the connections of all attackers."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
