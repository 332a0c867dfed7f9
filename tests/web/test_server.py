"""The service as it is started for use: its workers, its answers, its end."""

import fcntl
import json
import os
import signal
import socket
import sys
import termios
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

import pytest
from flask.testing import FlaskClient

from costsvc.web.api import amortization, inference, training

pytestmark = pytest.mark.processes

PATIENCE_S = 60
ENDPOINTS = [
    pytest.param("/v1/estimates/training", training.EXAMPLE, id="training"),
    pytest.param("/v1/estimates/inference", inference.EXAMPLE, id="inference"),
    pytest.param("/v1/comparisons/amortization", amortization.EXAMPLE, id="amortization"),
]


@pytest.fixture(scope="module")
def server(serve) -> Iterator[Any]:
    """A service whose workers may be killed."""
    with serve() as found:
        yield found


def answer_of(connection: socket.socket) -> tuple[int, str, bytes]:
    """Status, media type and body of what comes back on a connection."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.headers["Content-Type"], answer.read()


def arrived(connection: socket.socket) -> bool:
    """Whether all that was sent has arrived."""
    return int.from_bytes(fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)), sys.byteorder) == 0


@pytest.mark.parametrize(("path", "body"), ENDPOINTS)
def test_the_same_request_gives_the_same_bytes_in_two_processes(
    server, client: FlaskClient, path: str, body: dict[str, object]
) -> None:
    assert server.post(path, body) == (200, client.post(path, json=body).data)


def test_requests_are_counted_over_all_workers(server) -> None:
    for _ in range(20):
        server.get("/readyz")
    assert b'costsvc_requests_total{route="/readyz",status="200"} 20.0' in server.get("/metrics")


@pytest.mark.parametrize(
    ("media_type", "status"),
    [pytest.param("application/json", 413, id="too-large"), pytest.param("text/plain", 415, id="wrong-media-type")],
)
def test_a_client_that_is_still_sending_3_mb_gets_its_answer(server, media_type: str, status: int) -> None:
    with server.open(f"Content-Type: {media_type}\r\nContent-Length: 3000000") as connection:
        for _ in range(30):
            connection.sendall(b" " * 100_000)
            server.wait_until(lambda: arrived(connection))
        assert answer_of(connection)[:2] == (status, "application/problem+json")


def test_a_client_that_sends_3_mb_in_chunks_gets_its_answer(server) -> None:
    with server.open("Content-Type: application/json\r\nTransfer-Encoding: chunked") as connection:
        for _ in range(30):
            connection.sendall(b"%x\r\n%b\r\n" % (100_000, b" " * 100_000))
        connection.sendall(b"0\r\n\r\n")
        assert answer_of(connection)[:2] == (413, "application/problem+json")


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_and_requests_go_on(server) -> None:
    before = server.workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    for _ in range(20):
        assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200
    server.wait_until(lambda: len(server.workers() - {victim}) == 2)
    assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200


@pytest.mark.slow
def test_a_request_in_flight_is_answered_before_the_service_stops(serve) -> None:
    body = json.dumps(training.EXAMPLE).encode()
    with serve() as server:
        head = f"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}"
        with server.open(head) as connection:
            connection.sendall(body[:10])
            server.process.send_signal(signal.SIGTERM)
            server.wait_until(server.stops)
            connection.sendall(body[10:])
            assert answer_of(connection)[0] == 200
        assert server.process.wait(timeout=PATIENCE_S) == 0
        assert not server.listens()
