"""A worker gives up incomplete batches and unsent answers before its memory is used up, and small requests never."""

import socket

import pytest

from costsvc.web.serving.bounds import LARGE_BYTES, excess_answers, excess_requests, held_bytes, longest_waiting
from costsvc.web.serving.exchange import Connection
from costsvc.web.serving.framing import Incoming

MIB = 1024 * 1024


def connection(
    address: str = "a", mib: float = 0, *, working: float = 0, state: str = "reading", deadline: float = 0
) -> Connection:
    """A connection that holds some of a request, with some of another in work or of an answer unsent."""
    one = Connection(sock=socket.socket(), client=(address, 1), server=None, incoming=Incoming(most_bytes=1))
    one.sock.close()
    one.incoming.data += bytes(int(mib * MIB))
    one.working_bytes, one.state, one.deadline = int(working * MIB), state, deadline
    return one


@pytest.mark.parametrize(
    ("holding", "given_up"),
    [
        pytest.param([("a", 2, 0), ("b", 2, 0)], [], id="little"),
        pytest.param([("a", 7, 0), ("b", 4, 0)], ["a"], id="the larger batch"),
        pytest.param([("a", 2, 8), ("b", 4, 0)], ["a"], id="beside a batch in work"),
        pytest.param([("a", 0.5, 0)] * 30, [], id="small requests"),
        pytest.param([("a", 0.5, 0)] * 30 + [("b", 3, 0)], ["b"], id="a batch beside small requests"),
        pytest.param([("a", 3, 0), ("a", 3, 0), ("b", 5, 0)], ["a"], id="the address with most"),
    ],
)
def test_batches_of_the_address_that_holds_most_are_given_up(
    holding: list[tuple[str, float, float]], given_up: list[str]
) -> None:
    connections = [connection(address, mib, working=working) for address, mib, working in holding]
    assert [one.address for one in excess_requests(connections, 10 * MIB)] == given_up


def test_no_batch_is_as_small_as_a_request() -> None:
    assert LARGE_BYTES > MIB
    assert (held_bytes(16 * MIB), held_bytes(64 * MIB)) == (64 * MIB, 256 * MIB)


def test_the_slowest_answers_are_given_up() -> None:
    connections = [connection(state="writing", deadline=deadline) for deadline in (3.0, 1.0, 2.0)]
    for one in connections:
        one.outgoing = memoryview(bytes(4 * MIB))
    assert [one.deadline for one in excess_answers(connections, 10 * MIB)] == [1.0]
    assert excess_answers(connections, 12 * MIB) == []


def test_a_new_connection_replaces_the_one_that_waits_for_longest() -> None:
    connections = [connection(state=state, deadline=d) for state, d in (("working", 1.0), ("idle", 3.0), ("idle", 2.0))]
    found = longest_waiting(connections)
    assert found is connections[2]
    assert longest_waiting(connections[:1]) is None
