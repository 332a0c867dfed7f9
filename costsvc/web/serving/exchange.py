"""State of a connection, and of a request with its answer."""

import socket
from dataclasses import dataclass, field
from typing import Any, Literal

from costsvc.web.serving.framing import Incoming

State = Literal["idle", "reading", "working", "writing", "closing"]


class Sink:
    """Collects an answer in place of the socket that gunicorn expects."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Append bytes of the answer."""
        self.parts.append(data)

    def gettimeout(self) -> float:
        """Never wait."""
        return 0.0

    def send(self, data: bytes) -> int:
        """Ignore ``100 Continue``, which the main loop has sent already."""
        return len(data)


@dataclass(slots=True, eq=False)
class Connection:
    """State of a connection, with its current request or answer."""

    sock: socket.socket
    client: Any
    server: Any
    incoming: Incoming
    state: State = "reading"
    deadline: float = 0.0
    began: float = 0.0
    outgoing: memoryview = field(default_factory=lambda: memoryview(b""))
    sent: int = 0
    keep: bool = True
    told_to_go_on: bool = False
    working_bytes: int = 0

    @property
    def address(self) -> str:
        """Address of the client; clients behind one proxy share it."""
        return self.client[0] if isinstance(self.client, tuple) else ""

    @property
    def held_bytes(self) -> int:
        """Memory of its requests."""
        return len(self.incoming.data) + self.working_bytes


@dataclass(slots=True, eq=False)
class Exchange:
    """A request in progress, with its answer."""

    one: Connection
    parser: Any
    request: Any = None
    response: Any = None
    environ: dict[str, Any] = field(default_factory=dict)
    sink: Sink = field(default_factory=Sink)
