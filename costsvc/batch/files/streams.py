"""Streams of bytes of which the beginning is known before they are read."""

import io
from typing import Protocol

PEEKED = 1 << 20
"""Bytes of a file from which its kind and its columns are told. [B]"""


class Bytes(Protocol):
    """What gives bytes: a file of Python or of Arrow."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""


class Joined(io.RawIOBase):
    """A stream whose beginning can be looked at.

    Attributes:
        head: Its first bytes, PEEKED at most.
        done: Bytes that were read from it. [B]
    """

    def __init__(self, stream: Bytes) -> None:
        self._stream = stream
        parts, size = [], 0
        while size < PEEKED and (part := stream.read(PEEKED - size)):
            parts.append(part)
            size += len(part)
        self.head = b"".join(parts)
        self.done = 0

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Args:
            size: The most bytes; all if negative. [B]
        """
        if size < 0:
            return self.readall()
        part = self.head[self.done : self.done + size] if self.done < len(self.head) else self._stream.read(size)
        self.done += len(part)
        return part

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # bytes come from read
        """Fill a buffer.

        Args:
            buffer: The buffer.
        """
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)
