"""Find the end of a request in the bytes of a connection; gunicorn's parser interprets the bytes."""

import re
from dataclasses import dataclass, field

HEAD_END = b"\r\n\r\n"
HEAD_BYTES = 64 * 1024
"""A longer head is handed to the parser as it is, which refuses it."""
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n", re.IGNORECASE)
BATCH = re.compile(rb"POST [^ ?]*/(?:v1/batches|batch)[? ]")
LINE_BYTES = 1024
"""Largest length of the line with a chunk's size."""


@dataclass(slots=True)
class Incoming:
    """Received bytes of a connection that do not belong to a complete request yet.

    Attributes:
        most_bytes: A longer body is handed to the application as it is, which refuses it.
        batch_bytes: The same for a batch of rows; 0 if it is that of others.
        data: The bytes.
        body_at: Begin of the first request's body; 0 until its head is complete.
        end: End of the first request; 0 until known.
    """

    most_bytes: int
    batch_bytes: int = 0
    data: bytearray = field(default_factory=bytearray)
    body_at: int = 0
    end: int = 0
    _chunk_at: int = 0

    def feed(self, more: bytes) -> None:
        """Append received bytes."""
        self.data += more
        if not self.body_at:
            self._find_body(max(0, len(self.data) - len(more) - len(HEAD_END)))
        if self._chunk_at:
            self._skip_chunks()

    @property
    def complete(self) -> bool:
        """Whether all bytes of the first request were received."""
        return 0 < self.end <= len(self.data)

    @property
    def whole(self) -> bool:
        """Whether the first request is complete, or already too long."""
        return self.complete or len(self.data) > (self.body_at + self._most if self.body_at else HEAD_BYTES)

    @property
    def waits_for_go(self) -> bool:
        """Whether the client waits for ``100 Continue`` before it sends the body."""
        return bool(self.body_at and not self.whole and EXPECTS.search(self.data, 0, self.body_at))

    def take(self) -> bytes:
        """Remove and return the first request, or as much of it as was received."""
        end = self.end if self.complete else len(self.data)
        taken, rest = bytes(self.data[:end]), bytes(self.data[end:])
        self.data, self.body_at, self.end, self._chunk_at = bytearray(), 0, 0, 0
        if rest:
            self.feed(rest)
        return taken

    @property
    def _most(self) -> int:
        is_batch = BATCH.match(self.data) is not None
        return self.batch_bytes or self.most_bytes if is_batch else self.most_bytes

    def _find_body(self, start: int) -> None:
        found = self.data.find(HEAD_END, start)
        if found < 0:
            return
        self.body_at = found + len(HEAD_END)
        if CHUNKED.search(self.data, 0, self.body_at):
            self._chunk_at = self.body_at
            return
        length = LENGTH.search(self.data, 0, self.body_at)
        self.end = self.body_at + (int(length[1]) if length else 0)

    def _skip_chunks(self) -> None:
        """Skip the chunks received so far; a line without a valid size ends the request."""
        while size := CHUNK_SIZE.match(self.data, self._chunk_at):
            if int(size[1], 16) == 0:
                self._find_trailer_end(size.end())
                return
            self._chunk_at = size.end() + int(size[1], 16) + len(b"\r\n")
            if self._chunk_at > len(self.data):
                return
        line = self.data[self._chunk_at : self._chunk_at + LINE_BYTES]
        if b"\n" in line or len(line) == LINE_BYTES:
            self.end = len(self.data)

    def _find_trailer_end(self, trailer_at: int) -> None:
        """Find the end after the last chunk: a blank line, with or without trailers before it."""
        if self.data.startswith(b"\r\n", trailer_at):
            self.end = trailer_at + len(b"\r\n")
            return
        found = self.data.find(HEAD_END, trailer_at)
        if found >= 0:
            self.end = found + len(HEAD_END)
