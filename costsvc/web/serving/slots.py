"""Run long requests in processes of low priority, so that short ones do not wait for them.

A worker forks a *nursery* before it starts its threads. The nursery only forks *runners*, which share the memory of the
loaded application. A runner answers one request at a time, at a low priority, and only while it holds one of the
service's slots; there is one slot per core. A process that is killed is replaced.
"""

import contextlib
import fcntl
import os
import pickle
import resource
import select
import signal
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Answer: TypeAlias = tuple[str, list[tuple[str, str]], bytes]

PRIORITY = 10
"""Niceness of runners: a tenth of the CPU share of others under contention; at 19 a figure would take minutes."""
PATIENCE_S = 30.0
"""Seconds after which a runner without an answer is killed; no request within the limits takes that long."""
EACH = 8
"""Largest number of waiting requests per address and worker: all figures of one page."""
WAITING = 2 * EACH
"""Largest number of waiting requests per worker; one address can take half of it."""
POLL_S = 0.1
"""Interval at which a waiting request checks whether its client has disconnected."""
LARGE_KB = 400 * 1024
"""Memory of a runner above which it is replaced."""
LENGTH = struct.Struct(">I")
BUSY = "costsvc.busy"
"""Environment key of a request that cannot wait; the application refuses it."""
GONE = "costsvc.gone"
"""Environment key of a function that tells whether the client has disconnected."""


_identity: list[str] = []
"""Identity of this process if it is a runner."""


def identity() -> str | int:
    """Identity of a process in the metrics; a runner continues the counts of the runner that it replaces."""
    return _identity[0] if _identity else os.getpid()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


class GoneError(Exception):
    """The client disconnected before its answer was ready."""


@dataclass(slots=True)
class Runner:
    """A process that answers long requests.

    Attributes:
        number: Number among its worker's runners; its replacement has the same.
        pid: Id of the process.
        sock: Socket to the process.
    """

    number: int
    pid: int
    sock: socket.socket

    def kill(self) -> None:
        """Kill the process."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.sock.close()


class Slots:
    """A WSGI application that answers long requests in runners and others in this process."""

    def __init__(self, application: Application, is_long: Callable[[Environ], bool], den: "Den", runners: int) -> None:
        """Fork the nursery; no thread may run yet.

        Args:
            application: The WSGI application.
            is_long: Whether a request is long.
            den: Resources of the worker for the nursery.
            runners: Number of runners of this worker.
        """
        self._application, self._is_long = application, is_long
        self._nursery = _Nursery(application, den)
        self._idle: list[Runner] = []
        self._runners, self._numbers = runners, list(range(runners))
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._turn = threading.BoundedSemaphore(runners)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if not self._is_long(environ):
            return self._application(environ, start_response)
        found = None
        with self._place(environ.get("REMOTE_ADDR", "")) as is_free:
            if is_free:
                try:
                    found = self._asked(environ)
                except GoneError:
                    found = ("499 Client Closed Request", [("Content-Length", "0")], b"")
        if found is None:
            return self._application(environ | {BUSY: True}, start_response)
        status, headers, body = found
        start_response(status, headers)
        return [body]

    def close(self) -> None:
        """Stop the runners and the nursery."""
        for runner in self._idle:
            runner.kill()
        self._nursery.close()

    @contextlib.contextmanager
    def _place(self, address: str) -> Iterator[bool]:
        """Take a place among the waiting requests; yields whether there was one for this address."""
        with self._lock:
            own, everyone = self._waiting[address], self._waiting.total()
            is_free = own < EACH + self._runners and everyone < WAITING + self._runners
            self._waiting[address] += is_free
        try:
            yield is_free
        finally:
            with self._lock:
                self._waiting[address] -= is_free
                self._waiting += Counter()  # drops addresses without a request

    def _asked(self, environ: Environ) -> Answer | None:
        """The answer of a runner, or of a second one if the first died; None if both failed."""
        job = pickle.dumps((_portable(environ), environ["wsgi.input"].read()))
        gone = environ.get(GONE, bool)
        while not self._turn.acquire(timeout=POLL_S):
            if gone():
                raise GoneError
        try:
            return self._answered(job, gone) or self._answered(job, gone)
        finally:
            self._turn.release()

    def _answered(self, job: bytes, gone: Callable[[], bool]) -> Answer | None:
        try:
            runner = self._idle.pop() if self._idle else self._nursery.runner(self._numbers.pop())
        except (OSError, EOFError):
            # a worker without its nursery finishes its requests and is replaced
            os.kill(os.getpid(), signal.SIGTERM)
            return None
        try:
            _send(runner.sock, job)
            found = _awaited(runner.sock, gone)
        except (OSError, GoneError):
            self._end(runner)
            raise_if_gone(gone)
            return None
        if found is None:
            self._end(runner)
            return None
        answer, is_last = pickle.loads(found)  # noqa: S301 # our own process wrote it
        if is_last:
            self._end(runner)
        else:
            self._idle.append(runner)
        return answer  # type: ignore[no-any-return] # as above

    def _end(self, runner: Runner) -> None:
        runner.kill()
        self._numbers.append(runner.number)


def raise_if_gone(gone: Callable[[], bool]) -> None:
    """Abandon a request whose client has disconnected.

    Raises:
        GoneError: If the client has disconnected.
    """
    if gone():
        raise GoneError


def _awaited(sock: socket.socket, gone: Callable[[], bool]) -> bytes | None:
    """Wait for the next message; None if the sender died or takes too long.

    Raises:
        GoneError: If the client disconnects meanwhile.
    """
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if select.select([sock], [], [], POLL_S)[0]:
            return _received(sock)
        raise_if_gone(gone)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Den:
    """Resources of a worker for its nursery.

    Attributes:
        locks: Folder of the lock files of the slots.
        listeners: Listening sockets that the nursery must close, or the port would remain in use.
    """

    locks: Path
    listeners: Sequence[socket.socket] = ()


class _Nursery:
    """A process that forks runners for a worker, which has threads by then and must not fork itself."""

    def __init__(self, application: Application, den: Den) -> None:
        self._lock = threading.Lock()
        self._sock, other = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            for inherited in (self._sock, *den.listeners):
                inherited.close()
            _leave_signals_alone()
            _breed(other, application, den.locks)
        other.close()

    def runner(self, number: int) -> Runner:
        """Fork a runner."""
        ours, its = socket.socketpair()
        with self._lock:
            socket.send_fds(self._sock, [LENGTH.pack(number)], [its.fileno()])
            (pid,) = LENGTH.unpack(_exactly(self._sock, LENGTH.size))
        its.close()
        return Runner(number=number, pid=pid, sock=ours)

    def close(self) -> None:
        """Stop the nursery; runners exit when their worker has gone."""
        self._sock.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _breed(sock: socket.socket, application: Application, locks: Path) -> None:
    """Fork a runner for each socket that arrives, until the worker has gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    worker = os.getppid()
    while True:
        message, fds, _, _ = socket.recv_fds(sock, LENGTH.size, 1)
        if not fds:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            sock.close()
            _identity[:] = [f"{worker}-{LENGTH.unpack(message)[0]}"]
            _run(socket.socket(fileno=fds[0]), application, locks)
        os.close(fds[0])
        sock.sendall(LENGTH.pack(pid))


def _run(sock: socket.socket, application: Application, locks: Path) -> None:
    """Answer requests at a low priority until the worker has gone or the memory is too large."""
    os.nice(PRIORITY)
    while (job := _received(sock)) is not None:
        environ, body = pickle.loads(job)  # noqa: S301 # our own process wrote it
        with _slot(locks):
            answer = _answer(application, environ, body)
        is_last = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGE_KB
        with contextlib.suppress(OSError):
            _send(sock, pickle.dumps((answer, is_last)))
    os._exit(0)


def _answer(application: Application, environ: Environ, body: bytes) -> Answer:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        started[:] = [status, headers]

    parts = application(environ | {"wsgi.input": BytesIO(body), "wsgi.errors": _Log()}, start_response)
    try:
        whole = b"".join(parts)
    finally:
        getattr(parts, "close", bool)()
    return started[0], started[1], whole


@contextlib.contextmanager
def _slot(locks: Path) -> Iterator[None]:
    """Hold one of the slots of the service; the kernel releases it if the process dies."""
    files = [locks / f"slot-{number}" for number in range(cores())]
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(file.open("ab")) for file in files]
        if not any(_taken(file.fileno()) for file in opened):
            fcntl.flock(opened[os.getpid() % len(opened)], fcntl.LOCK_EX)
        yield


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Log:
    """Error stream of the application in a runner: the standard error of the service."""

    def write(self, text: str) -> None:
        """Write to standard error."""
        os.write(2, text.encode(errors="replace"))

    def flush(self) -> None:
        """Do nothing, since nothing is buffered."""


def _portable(environ: Environ) -> Environ:
    """The part of an environment that can be sent to another process."""
    return {name: part for name, part in environ.items() if isinstance(part, str | bool | tuple)}


def _leave_signals_alone() -> None:
    """Ignore signals: the process exits after its worker, and Ctrl-C must not interrupt a request."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGABRT, signal.SIG_DFL)


def _send(sock: socket.socket, message: bytes) -> None:
    sock.sendall(LENGTH.pack(len(message)) + message)


def _received(sock: socket.socket) -> bytes | None:
    """Receive the next message; None at the end."""
    try:
        (length,) = LENGTH.unpack(_exactly(sock, LENGTH.size))
        return _exactly(sock, length)
    except (OSError, EOFError):
        return None


def _exactly(sock: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = sock.recv(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
