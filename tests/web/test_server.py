"""The service as it is started for use: gunicorn with two workers on a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from costsvc.web import amortization, inference, training

COMMAND = [sys.executable, "-m", "gunicorn", "--config", "python:costsvc.web.gunicorn_conf"]
PATIENCE_S = 30
QUESTIONS = [
    pytest.param("/v1/estimates/training", training.EXAMPLE, id="training"),
    pytest.param("/v1/estimates/inference", inference.EXAMPLE, id="inference"),
    pytest.param("/v1/comparisons/amortization", amortization.EXAMPLE, id="amortization"),
]


@dataclass(frozen=True)
class Server:
    """A running service."""

    process: subprocess.Popen[bytes]
    port: int

    def workers(self) -> set[int]:
        pid = self.process.pid
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}

    def post(self, path: str, body: object) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Content-Type": "application/json", "Connection": "close"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def get(self, path: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("GET", path, headers={"Connection": "close"})
        found = connection.getresponse().read()
        connection.close()
        return found

    def open(self, head: str) -> socket.socket:
        """A connection on which the head of a training request has been sent, and nothing of its body yet."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        connection.sendall(f"POST /v1/estimates/training HTTP/1.1\r\nHost: here\r\n{head}\r\n\r\n".encode())
        return connection


@contextmanager
def running(metrics: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "PYTHONHASHSEED": "1",
    }
    with subprocess.Popen(COMMAND, env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            found = Server(process, port)
            wait_until(lambda: answers(port) and len(found.workers()) == 2)
            yield found
        finally:
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("metrics")) as found:
        yield found


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_until(holds) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answer_of(connection: socket.socket) -> tuple[int, str, bytes]:
    """Status, media type and body of what comes back on a connection."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.headers["Content-Type"], answer.read()


@pytest.mark.parametrize(("path", "body"), QUESTIONS)
def test_the_same_request_gives_the_same_bytes_in_two_processes(
    server: Server, client: FlaskClient, path: str, body: dict[str, object]
) -> None:
    assert server.post(path, body) == (200, client.post(path, json=body).data)


def test_requests_are_counted_over_all_workers(server: Server) -> None:
    for _ in range(20):
        server.get("/readyz")
    assert b'costsvc_requests_total{route="/readyz",status="200"} 20.0' in server.get("/metrics")


@pytest.mark.parametrize(
    ("media_type", "status"),
    [pytest.param("application/json", 413, id="too-large"), pytest.param("text/plain", 415, id="wrong-media-type")],
)
def test_a_client_that_is_still_sending_3_mb_gets_its_answer(server: Server, media_type: str, status: int) -> None:
    with server.open(f"Content-Type: {media_type}\r\nContent-Length: 3000000") as connection:
        for _ in range(30):
            connection.sendall(b" " * 100_000)
            time.sleep(0.005)
        assert answer_of(connection)[:2] == (status, "application/problem+json")


def test_a_client_that_sends_3_mb_in_chunks_gets_its_answer(server: Server) -> None:
    with server.open("Content-Type: application/json\r\nTransfer-Encoding: chunked") as connection:
        for _ in range(30):
            connection.sendall(b"%x\r\n%b\r\n" % (100_000, b" " * 100_000))
        connection.sendall(b"0\r\n\r\n")
        assert answer_of(connection)[:2] == (413, "application/problem+json")


def test_a_worker_that_dies_is_replaced_and_requests_go_on(server: Server) -> None:
    before = server.workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    for _ in range(20):
        assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200
    wait_until(lambda: len(server.workers() - {victim}) == 2)
    assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200


def test_a_request_in_flight_is_answered_before_the_service_stops(tmp_path: Path) -> None:
    body = json.dumps(training.EXAMPLE).encode()
    with running(tmp_path) as server:
        head = f"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}"
        with server.open(head) as connection:
            connection.sendall(body[:10])
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(body[10:])
            assert answer_of(connection)[0] == 200
        assert server.process.wait(timeout=PATIENCE_S) == 0
        assert not answers(server.port)
