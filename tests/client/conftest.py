"""A service to ask, a client of it, and servers that answer as a test prescribes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from costsvc.client import Client
from tests.web.conftest import prefixed, serve, service  # noqa: F401 - fixtures of every test of the client


@dataclass(frozen=True)
class Reply:
    """What a prescribed server answers; status 0 ends the connection without an answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b'{"status": "ok"}'


@dataclass(frozen=True)
class Prescribed:
    """A server that answers as prescribed, and what it was asked."""

    address: str
    asked: list[tuple[str, str, Message, bytes]]


@pytest.fixture(scope="session")
def prescribe() -> Callable[..., AbstractContextManager[Prescribed]]:
    """Starts a server that gives replies in their order, and the last one for ever."""

    @contextmanager
    def running(*replies: Reply) -> Iterator[Prescribed]:
        with ThreadingHTTPServer(("127.0.0.1", 0), handler(replies, asked := [])) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield Prescribed(f"http://127.0.0.1:{server.server_port}", asked)
            finally:
                server.shutdown()
                thread.join()

    return running


def handler(replies: Sequence[Reply], asked: list[Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = replies[min(len(asked), len(replies) - 1)]
            asked.append((self.command, self.path, self.headers, body))
            if not reply.status:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The committed openapi.yaml."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each operation by operationId, with the parameters of the path."""
    return {
        operation["operationId"]: (
            method.upper(),
            path,
            {**operation, "parameters": item.get("parameters", []) + operation.get("parameters", [])},
        )
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


@pytest.fixture(scope="module")
def asking(service: Any) -> Iterator[Client]:  # noqa: F811 - the fixture
    """A client of a running service."""
    with Client(service.url) as client:
        yield client
