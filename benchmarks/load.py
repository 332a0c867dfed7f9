"""Start a server and send requests to it, with the same client for every server."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median

HOST = "127.0.0.1"
CONNECTIONS = 4
READY_WITHIN_S = 60
KB_PER_MB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server.

    Attributes:
        port: Where it listens.
        ready_s: From the start of its process until its first answer.
        pid: Its first process.
    """

    port: int
    ready_s: float
    pid: int

    def worker_mb(self) -> float:
        """Resident memory of its largest worker, including shared pages [MB]."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        status = [Path(f"/proc/{pid}/status").read_text() for pid in children]
        return max(int(text.split("VmRSS:")[1].split()[0]) for text in status) / KB_PER_MB


@contextmanager
def served(command: Sequence[str | Path], ready: str, **environment: str) -> Iterator[Server]:
    """Start a command with a free PORT, wait until it answers, and stop it at the end."""
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    words = [str(word).replace("$PORT", str(port)) for word in command]
    started = time.perf_counter()
    process = subprocess.Popen(
        words, env=os.environ | environment | {"PORT": str(port)}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        _wait(port, ready, process)
        yield Server(port=port, ready_s=time.perf_counter() - started, pid=process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def requests(path: str, bodies: Sequence[object]) -> list[bytes]:
    """POST requests as bytes."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: "
    texts = [json.dumps(body) for body in bodies]
    return [f"{head}{len(text)}\r\n\r\n{text}".encode() for text in texts]


def rate(server: Server, messages: Sequence[bytes]) -> tuple[float, int]:
    """Send each message once over kept-alive connections.

    Returns:
        Requests per second, and the median size of a body in bytes.
    """
    shares = [messages[i::CONNECTIONS] for i in range(CONNECTIONS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        sizes = [size for share in pool.map(lambda share: _send(server.port, share), shares) for size in share]
    return len(messages) / (time.perf_counter() - started), int(median(sizes))


def _send(port: int, messages: Sequence[bytes]) -> list[int]:
    sizes = []
    with socket.create_connection((HOST, port)) as connection, connection.makefile("rwb") as stream:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for message in messages:
            stream.write(message)
            stream.flush()
            status, length = int(stream.readline().split()[1]), 0
            while (line := stream.readline().lower()) != b"\r\n":
                if line.startswith(b"content-length:"):
                    length = int(line.split()[1])
            body = stream.read(length)
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{status}: {body!r} to {message!r}")
            sizes.append(length)
    return sizes


def _wait(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.perf_counter() + READY_WITHIN_S
    while time.perf_counter() < deadline and process.poll() is None:
        with suppress(ConnectionRefusedError), socket.create_connection((HOST, port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            if connection.recv(16).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.01)
    raise RuntimeError(f"{process.args!r} does not answer")
