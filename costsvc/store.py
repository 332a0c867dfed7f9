"""A store of finished bytes that is bounded by their number, whoever decides how large one is."""

from collections import OrderedDict
from threading import Lock

LARGEST_SHARE = 4
"""What is larger than this part of the room is not kept: it would drive out what everybody else asked for."""


class Store:
    """The values that were used last, in so many bytes.

    Attributes:
        size: Bytes of keys and values that are kept.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, if it is kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value; if the store is full, forget those that were used least recently."""
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
