"""Threads for requests: addresses take turns, and none has all the threads."""

import threading

import pytest

from costsvc.web.serving.lanes import Lane

PATIENCE_S = 10.0


class Jobs:
    """Jobs of a lane that end when they are told to."""

    def __init__(self, threads):
        self.lane, self.began, self.go, self.change = Lane(threads), [], threading.Event(), threading.Condition()

    def put(self, *addresses):
        for address in addresses:
            self.lane.put(address, lambda address=address: self._begin(address))
        self.lane.begin()

    def end(self, address):
        self.lane.ended(address)
        self.lane.begin()

    def _begin(self, address):
        with self.change:
            self.began.append(address)
            self.change.notify_all()
        self.go.wait(PATIENCE_S)

    def wait_for(self, count):
        """The addresses of the jobs that have begun, when there are so many."""
        with self.change:
            assert self.change.wait_for(lambda: len(self.began) >= count, PATIENCE_S)
        return self.began


@pytest.fixture
def jobs():
    found = []

    def make(threads):
        found.append(Jobs(threads))
        return found[0]

    yield make
    found[0].go.set()
    found[0].lane.close()


def test_one_address_never_has_the_last_thread(jobs):
    lane = jobs(2)
    lane.put("greedy", "greedy", "greedy", "other")
    assert lane.wait_for(2) == ["greedy", "other"]


def test_addresses_take_turns_however_much_one_of_them_asks(jobs):
    lane = jobs(1)
    lane.go.set()
    lane.put(*["greedy"] * 4, *["other"] * 2)
    order = ["greedy", "other", "greedy", "other", "greedy", "greedy"]
    for count, address in enumerate(order, 1):
        assert lane.wait_for(count) == order[:count]
        lane.end(address)


def test_a_lane_that_is_closed_begins_no_other_job(jobs):
    lane = jobs(1)
    lane.put("first", "second")
    lane.lane.close()
    lane.end("first")
    assert lane.wait_for(1) == ["first"]
