"""The service as it is started for use: gunicorn with two workers on a port of its own."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.web.browsing import browser, visit  # noqa: F401 - fixtures of every test of the page in a browser

COMMAND = [sys.executable, "-m", "gunicorn", "--config", "python:costsvc.web.gunicorn_conf"]
PATIENCE_S = 120
PORTS = range(16_000, 32_000)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True)
class Server:
    """A running service."""

    process: subprocess.Popen[bytes]
    port: int
    metrics: Path
    count: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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

    def get(self, path: str, **headers: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("GET", path, headers={"Connection": "close", **headers})
        found = connection.getresponse().read()
        connection.close()
        return found

    def open(self, head: str) -> socket.socket:
        """A connection on which a worker has begun with a training request, of which no body has been sent yet."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        lines = ["POST /v1/estimates/training HTTP/1.1", "Host: here", "Expect: 100-continue", head]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(len(CONTINUE), socket.MSG_WAITALL) == CONTINUE
        return connection

    def is_up(self) -> bool:
        assert self.process.poll() is None, "it has ended instead of starting"
        return self.listens() and len(self.workers()) == self.count

    def listens(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def stops(self) -> bool:
        """Whether it has closed its port, though workers may have something to finish."""
        files = Path(f"/proc/{self.process.pid}/fd").iterdir()
        return not any(file.resolve().name.startswith("socket:") for file in files)

    @staticmethod
    def wait_until(holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.02)


Serve = Callable[..., AbstractContextManager[Server]]


def free_port() -> int:
    """A port on which nothing listens; none of those that connections take, or one could before a server does."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@pytest.fixture(scope="session", name="free_port")
def _free_port() -> Callable[[], int]:
    """Finds a port on which nothing listens."""
    return free_port


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Starts a service; its environment holds what is given by name besides."""

    @contextmanager
    def running(**environment: str) -> Iterator[Server]:
        port = free_port()
        own = {
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path_factory.mktemp("metrics")),
            "PYTHONHASHSEED": "1",
        }
        with subprocess.Popen(COMMAND, env=os.environ | own | environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
            try:
                said = own | environment
                count, metrics = int(said["WEB_CONCURRENCY"]), Path(said["PROMETHEUS_MULTIPROC_DIR"])
                found = Server(process, port, metrics, count)
                found.wait_until(found.is_up)
                yield found
            finally:
                process.kill()

    return running


@pytest.fixture(scope="session")
def service(serve: Serve) -> Iterator[Server]:
    """A service that several tests share; none of them may harm it."""
    with serve() as found:
        yield found


@pytest.fixture(scope="session")
def prefixed(serve: Serve) -> Iterator[Server]:
    """A service under ``/costs`` that several tests share; none of them may harm it."""
    with serve(SCRIPT_NAME="/costs") as found:
        yield found
