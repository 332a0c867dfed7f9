"""A gunicorn worker whose threads never wait for a client.

The main loop receives each request completely before a thread gets it, and sends the answers. Heads, bodies, answers
and idle connections have deadlines. gunicorn's own threaded worker hands a connection to a thread at its first byte, so
as many slow clients as threads block it. Long requests have threads of their own, and client addresses take turns.
"""

import contextlib
import errno
import io
import mmap
import os
import selectors
import socket
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from typing import Any

from gunicorn import http
from gunicorn.http import wsgi
from gunicorn.workers.base import Worker

from costsvc import limits
from costsvc.settings import Settings
from costsvc.web.serving.bounds import excess_answers, excess_requests, held_bytes, longest_waiting
from costsvc.web.serving.exchange import Connection, Exchange
from costsvc.web.serving.framing import Incoming
from costsvc.web.serving.lanes import Lane
from costsvc.web.serving.long import is_long

HEAD_S = 10.0
"""Seconds for the head of a request, from the connection or its first byte."""
GRACE_S = 10.0
"""Seconds for a body or an answer, in addition to the time of its bytes."""
LEAST_BYTES_PER_S = 4096
CLOSING_S = 2.0
"""Seconds for a client to receive the last bytes of a closed connection."""
STOPPING_S = 2.0
"""Seconds that a stopping worker waits for requests in transit on open connections."""
READ_BYTES = 64 * 1024
THREADS = 2
"""Threads for short requests; they share one interpreter, so more threads would only make each slower."""
BUSY_S = 0.2
"""Longest time that requests wait for the main loop to be idle. Each system call of the loop releases the interpreter,
and a busy thread returns it late, so otherwise many new connections would be accepted too slowly."""
SLOTS = 1024
COUNTS = memoryview(mmap.mmap(-1, 4 * SLOTS)).cast("I")
"""Connections of each worker, plus one, in shared memory; 0 without a worker."""
AHEAD = 1.2
"""Ratio of connections to those of another worker above which a worker leaves the next connection to others."""
YIELD_S = 0.002
CROWDED = 0.75
"""Share of the connections above which a new one replaces the one that was idle longest."""
TICK_S = 0.5
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
GONE = {errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.EBADF, errno.ETIMEDOUT}


class BufferingWorker(Worker):
    """Answers complete requests in threads; see the module."""

    def init_process(self) -> None:
        """Initialise the process before its loop runs."""
        self.short, self.long = Lane(THREADS), Lane(self.cfg.threads)
        self.poller = selectors.DefaultSelector()
        self.connections: set[Connection] = set()
        self.done: SimpleQueue[tuple[Lane, Exchange, bool]] = SimpleQueue()
        self.batch_bytes = Settings.from_env().batch_limits.body_bytes
        self.unchecked = 0
        self.held_bytes = held_bytes(self.batch_bytes)
        self.rested = self.swept = self.resumes = 0.0
        self.yielded: list[socket.socket] = []
        self.waker, self.wake = os.pipe()
        for end in (self.waker, self.wake):
            os.set_blocking(end, False)
        super().init_process()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Start to shut down."""
        self.alive = False
        self._wake()

    def run(self) -> None:
        """Serve until the worker must stop, then finish the open requests."""
        self.poller.register(self.waker, selectors.EVENT_READ, self._finish)
        for listener in self.sockets:
            listener.setblocking(False)
            self._listen(listener)
        while self.alive and self.ppid == os.getppid():
            self._step()
        self._stop()

    def _stop(self) -> None:
        """Refuse new connections, and answer requests that were accepted or are in transit on open connections."""
        for listener in self.sockets:
            while self._accept(listener):
                pass
            if listener not in self.yielded:
                self.poller.unregister(listener)
            listener.close()
        self.yielded.clear()
        end, quiet = time.monotonic() + self.cfg.graceful_timeout, time.monotonic() + STOPPING_S
        for one in self.connections:
            one.deadline = min(one.deadline, quiet) if one.state == "idle" else one.deadline
        while self.connections and time.monotonic() < end:
            self._step()
        self.short.close()
        self.long.close()
        for one in list(self.connections):
            self._drop(one)

    def _step(self) -> None:
        self.notify()
        ready, now = self.poller.select(0), time.monotonic()
        if self.yielded and now > self.resumes:
            self._resume()
        if not ready or now > self.rested + BUSY_S:
            self.rested = now
            self.short.begin()
            self.long.begin()
        for key, _ in ready or self.poller.select(YIELD_S if self.yielded else TICK_S):
            key.data()
        now = time.monotonic()
        if now < self.swept + TICK_S / 2:
            return
        self.swept = now
        for one in [one for one in self.connections if one.deadline < now and one.state != "working"]:
            self._drop(one)

    # connections

    def _listen(self, listener: socket.socket) -> None:
        self.poller.register(listener, selectors.EVENT_READ, partial(self._take_or_yield, listener))

    def _take_or_yield(self, listener: socket.socket) -> None:
        """Accept a connection, or leave it to other workers for a moment if they have fewer."""
        now, mine = time.monotonic(), self.age % SLOTS
        others = [count for slot, count in enumerate(COUNTS[: min(self.age + 8, SLOTS)]) if count and slot != mine]
        if others and COUNTS[mine] > AHEAD * min(others) + 1 and now > self.resumes + YIELD_S:
            self.poller.unregister(listener)
            self.yielded.append(listener)
            self.resumes = now + YIELD_S
        else:
            self._accept(listener)

    def _resume(self) -> None:
        """Accept connections again, since another worker with fewer may be blocked."""
        for listener in self.yielded:
            self._listen(listener)
        self.yielded.clear()

    def _count(self) -> None:
        COUNTS[self.age % SLOTS] = len(self.connections) + 1

    def _accept(self, listener: socket.socket) -> bool:
        """Accept a connection; returns whether there was one."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        self._make_room()
        sock.setblocking(False)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        incoming = Incoming(most_bytes=limits.BODY_BYTES + 1, batch_bytes=self.batch_bytes + 1)
        one = Connection(sock=sock, client=client, server=sock.getsockname(), incoming=incoming)
        one.deadline = time.monotonic() + HEAD_S
        self.connections.add(one)
        self._count()
        self._watch(one, selectors.EVENT_READ, self._read)
        return True

    def _make_room(self) -> None:
        """If there are many connections, close the one that has been without a complete request for longest."""
        if len(self.connections) < CROWDED * self.cfg.worker_connections:
            return
        waiting = longest_waiting(self.connections)
        if waiting is not None:
            self._drop(waiting)

    def _watch(self, one: Connection, events: int, then: Any) -> None:
        with contextlib.suppress(KeyError):
            self.poller.unregister(one.sock)
        self.poller.register(one.sock, events, partial(then, one))

    def _drop(self, one: Connection) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.poller.unregister(one.sock)
        self.connections.discard(one)
        self._count()
        one.sock.close()

    def _close(self, one: Connection) -> None:
        """Close the sending side, and let the client receive the rest."""
        one.state, one.deadline = "closing", time.monotonic() + CLOSING_S
        try:
            one.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(one)
        else:
            self._watch(one, selectors.EVENT_READ, self._drain)

    def _drain(self, one: Connection) -> None:
        if not _received(one.sock):
            self._drop(one)

    # requests

    def _read(self, one: Connection) -> None:
        data = _received(one.sock)
        if not data:
            if data is not None:
                self._drop(one)
            return
        now = time.monotonic()
        if not one.incoming.data:
            one.state, one.began, one.deadline = "reading", now, now + HEAD_S
        one.incoming.feed(data)
        self.unchecked += len(data)
        if self.unchecked > limits.BODY_BYTES:
            self.unchecked = 0
            for excess in excess_requests(self.connections, self.held_bytes):
                self._drop(excess)
        if one in self.connections:
            self._go_on(one, now)

    def _go_on(self, one: Connection, now: float) -> None:
        """Hand a complete request to a thread, or set the deadline of an incomplete one."""
        if one.incoming.whole:
            self.poller.unregister(one.sock)
            one.state, is_cut = "working", not one.incoming.complete
            data = one.incoming.take()
            one.working_bytes = len(data)
            self.short.put(one.address, partial(self._begin, one, data, is_cut))
            return
        if one.incoming.body_at:
            one.deadline = one.began + GRACE_S + len(one.incoming.data) / LEAST_BYTES_PER_S
        if one.incoming.waits_for_go and not one.told_to_go_on:
            one.told_to_go_on = True
            self._send(one, GO_ON)

    def _begin(self, one: Connection, data: bytes, is_cut: bool) -> None:
        """Parse a request, and answer it if it is short; runs in a thread."""
        exchange = Exchange(one, http.get_parser(self.cfg, [data], one.client))
        self._try(self.short, exchange, partial(self._opened, is_cut))

    def _try(self, lane: Lane, exchange: Exchange, step: Callable[[Exchange], bool]) -> None:
        """Run a step of an exchange, and report to the main loop whether it was the last."""
        exchange.one.keep = False
        try:
            is_last = step(exchange)
        except (http.errors.NoMoreData, StopIteration):
            exchange.sink.parts.clear()
            is_last = True
        except Exception as error:  # noqa: BLE001 - whatever it is, gunicorn answers it
            exchange.sink.parts.clear()
            self.handle_error(exchange.request, exchange.sink, exchange.one.client, error)
            is_last = True
        self.done.put((lane, exchange, is_last))
        self._wake()

    def _opened(self, is_cut: bool, exchange: Exchange) -> bool:
        """Parse the request, and answer it if it is short; returns whether it was answered."""
        exchange.request = request = next(exchange.parser)
        most = self.batch_bytes if request.path.endswith(limits.BATCH_PATHS) else limits.BODY_BYTES
        body = b"" if is_cut else request.body.read()
        self.cfg.pre_request(self, request)
        client, server = exchange.one.client, exchange.one.server
        exchange.response, exchange.environ = wsgi.create(request, exchange.sink, client, server, self.cfg)
        exchange.environ |= {"wsgi.multithread": True, "costsvc.gone": partial(_is_gone, exchange.one.sock)}
        exchange.environ["wsgi.input"] = io.BytesIO(body)
        if is_cut:  # longer than allowed
            exchange.environ["CONTENT_LENGTH"] = str(most + 1)
            exchange.environ.pop("HTTP_TRANSFER_ENCODING", None)
        # bytes that the parser misses or leaves mean that it frames the request differently
        is_short = len(body) < int(exchange.environ.get("CONTENT_LENGTH") or 0)
        if is_short or exchange.parser.unreader.take_buffered():
            exchange.response.force_close()
        return not is_long(exchange.environ) and self._respond(exchange)

    def _respond(self, exchange: Exchange) -> bool:
        """Run the application; always the last step."""
        response, began = exchange.response, datetime.now()  # noqa: DTZ005 - gunicorn's log takes differences
        self.nr += 1
        if not self.alive or not self.cfg.keepalive:
            response.force_close()
        parts = self.wsgi(exchange.environ, response.start_response)
        try:
            for part in parts:
                response.write(part)
            response.close()
        finally:
            getattr(parts, "close", bool)()
        self.log.access(response, exchange.request, exchange.environ, datetime.now() - began)  # noqa: DTZ005 - as above
        self.cfg.post_request(self, exchange.request, exchange.environ, response)
        exchange.one.keep = not response.should_close()
        return True

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self.wake, b"\0")

    # answers

    def _finish(self) -> None:
        """Send the answers of the threads, and hand long requests to their own threads."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.waker, READ_BYTES)
        while not self.done.empty():
            lane, exchange, is_last = self.done.get()
            one = exchange.one
            one.working_bytes = 0 if is_last else one.working_bytes
            lane.ended(one.address)
            if not is_last:
                self.long.put(one.address, partial(self._try, self.long, exchange, self._respond))
            elif answer := b"".join(exchange.sink.parts):
                one.state, one.outgoing, one.sent = "writing", memoryview(answer), 0
                one.began = time.monotonic()
                self._write(one)
            else:
                self._drop(one)

    def _write(self, one: Connection) -> None:
        sent = self._send(one, one.outgoing[one.sent :])
        if sent is None:
            return
        one.sent += sent
        if one.sent == len(one.outgoing):
            one.outgoing = memoryview(b"")
            self._next(one)
            return
        one.deadline = one.began + GRACE_S + one.sent / LEAST_BYTES_PER_S
        self._watch(one, selectors.EVENT_WRITE, self._write)
        for excess in excess_answers(self.connections, self.held_bytes):
            self._drop(excess)

    def _send(self, one: Connection, data: Any) -> int | None:
        """Send bytes, and return how many were sent; None if the client has gone and the connection is closed."""
        try:
            return one.sock.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno not in GONE:
                self.log.exception("A connection failed.")
            self._drop(one)
            return None

    def _next(self, one: Connection) -> None:
        """Wait for the next request of a connection, or start with one that was received already."""
        if not one.keep:
            self._close(one)
            return
        now = time.monotonic()
        one.told_to_go_on = False
        one.state, one.began, one.deadline = "idle", now, now + (self.cfg.keepalive if self.alive else STOPPING_S)
        self._watch(one, selectors.EVENT_READ, self._read)
        if one.incoming.data:
            one.state, one.deadline = "reading", now + HEAD_S
            self._go_on(one, now)


def _received(sock: socket.socket) -> bytes | None:
    """Receive bytes; empty at the end, None if none are available yet."""
    try:
        return sock.recv(READ_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _is_gone(sock: socket.socket) -> bool:
    """Whether the client has disconnected."""
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
