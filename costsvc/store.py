"""A cache of bytes whose total size is bounded."""

from collections import OrderedDict
from threading import Lock

LARGEST_SHARE = 4
"""An entry larger than the capacity divided by this is not stored, because it would evict most others."""


class Store:
    """Least-recently-used cache with a capacity in bytes.

    Attributes:
        size: Bytes of the stored keys and values.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None if it is not stored."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: bytes, value: bytes) -> None:
        """Store a value; if the store is full, drop the least recently used ones."""
        size = len(key) + len(value)
        if size > self._room // LARGEST_SHARE:
            return
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value
                self.size += size
            while self.size > self._room:
                old, forgotten = self._kept.popitem(last=False)
                self.size -= len(old) + len(forgotten)
