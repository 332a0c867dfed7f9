"""The service as it is started for use: gunicorn with two workers on a port of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "gunicorn", "--config", "python:costsvc.web.gunicorn_conf"]
PATIENCE_S = 30


@dataclass(frozen=True)
class Server:
    """A running service."""

    process: subprocess.Popen[bytes]
    port: int
    metrics: Path

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
        """A connection on which the head of a training request has been sent, and nothing of its body yet."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        connection.sendall(f"POST /v1/estimates/training HTTP/1.1\r\nHost: here\r\n{head}\r\n\r\n".encode())
        return connection

    def answers(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    @staticmethod
    def wait_until(holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.02)


Serve = Callable[..., AbstractContextManager[Server]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session", name="free_port")
def _free_port() -> Callable[[], int]:
    """Finds a port on which nothing listens."""
    return free_port


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """Finds a program; without it a test is skipped, or fails where CI=true says that all are there."""

    def found(binary: str) -> str:
        path = shutil.which(binary)
        if path is None:
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(f"{binary} is not installed")
        return str(path)

    return found


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
                found = Server(process, port, Path((own | environment)["PROMETHEUS_MULTIPROC_DIR"]))
                workers = int((own | environment)["WEB_CONCURRENCY"])
                found.wait_until(lambda: found.answers() and len(found.workers()) == workers)
                yield found
            finally:
                process.kill()

    return running


@pytest.fixture(scope="session")
def service(serve: Serve) -> Iterator[Server]:
    """A service that several tests share; none of them may harm it."""
    with serve() as found:
        yield found
