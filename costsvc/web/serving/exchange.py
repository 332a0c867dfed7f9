"""A connection, and a request on it with its answer, as far as they have come."""

import socket
from dataclasses import dataclass, field
from typing import Any, Literal

from costsvc.web.serving.framing import Incoming

State = Literal["idle", "reading", "working", "writing", "closing"]


class Sink:
    """Takes an answer where gunicorn expects a socket."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Keep bytes of the answer."""
        self.parts.append(data)

    def gettimeout(self) -> float:
        """Never wait."""
        return 0.0

    def send(self, data: bytes) -> int:
        """Drop the word to go on, which the main loop has sent."""
        return len(data)


@dataclass(slots=True, eq=False)
class Connection:
    """A connection and how far its current request or answer has come."""

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


@dataclass(slots=True, eq=False)
class Exchange:
    """A request that is worked on, and its answer as far as it is there."""

    one: Connection
    parser: Any
    request: Any = None
    response: Any = None
    environ: dict[str, Any] = field(default_factory=dict)
    sink: Sink = field(default_factory=Sink)
