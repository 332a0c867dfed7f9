"""Which connections a worker gives up so that its memory stays bounded."""

from collections import Counter
from collections.abc import Collection

from costsvc import limits
from costsvc.web.serving.exchange import Connection
from costsvc.web.serving.framing import HEAD_BYTES

HELD_BYTES = 64 * 1024 * 1024
"""Largest memory of a worker for answers to slow clients, and the same for requests."""
HELD_BATCHES = 4
"""The same in batches of rows of the largest size."""
LARGE_BYTES = limits.BODY_BYTES + HEAD_BYTES
"""Requests that are longer are batches of rows."""


def held_bytes(batch_bytes: int) -> int:
    """Largest memory of a worker for answers, and the same for requests.

    Args:
        batch_bytes: Largest body of a batch of rows.
    """
    return max(HELD_BYTES, HELD_BATCHES * batch_bytes)


def longest_waiting(connections: Collection[Connection]) -> Connection | None:
    """The connection that has been without a complete request for longest; None if all have one."""
    waiting = [one for one in connections if one.state in ("idle", "reading", "closing")]
    return min(waiting, key=lambda one: one.deadline) if waiting else None


def excess_requests(connections: Collection[Connection], most: int) -> list[Connection]:
    """Incomplete batches without which requests take little enough memory, of the addresses that hold most of it.

    Args:
        connections: All connections.
        most: Largest memory for requests. [B]
    """
    held = Counter[str]()
    for one in connections:
        held[one.address] += one.held_bytes
    batches, excess = [one for one in connections if len(one.incoming.data) > LARGE_BYTES], []
    while batches and held.total() > most:
        worst = max(batches, key=lambda one: (held[one.address], -one.began))
        batches.remove(worst)
        excess.append(worst)
        held[worst.address] -= worst.held_bytes
    return excess


def excess_answers(connections: Collection[Connection], most: int) -> list[Connection]:
    """The slowest connections without which unsent answers take little enough memory.

    Args:
        connections: All connections.
        most: Largest memory for answers. [B]
    """
    writing = sorted((one for one in connections if one.state == "writing"), key=lambda one: one.deadline)
    unsent, excess = sum(len(one.outgoing) for one in writing), []
    for one in writing:
        if unsent <= most:
            break
        excess.append(one)
        unsent -= len(one.outgoing)
    return excess
