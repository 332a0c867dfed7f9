"""Drawings are made by a child of the worker, which comes with the first and goes with the worker."""

import os
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from costsvc import drawing
from costsvc.drawing import Artist, Spec
from costsvc.errors import BusyError

PATIENCE_S = 30


def bars(count: int = 3) -> Spec:
    return {
        "data": {"values": [{"x": i, "y": i} for i in range(count)]},
        "mark": "bar",
        "encoding": {"x": {"field": "x", "type": "ordinal"}, "y": {"field": "y", "type": "quantitative"}},
    }


def alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait(until: Any) -> None:
    begun = time.monotonic()
    while not until():
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.02)


@pytest.fixture(name="artist")
def an_artist() -> Iterator[Artist]:
    made = Artist()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Artist]:
    """An artist that several tests have draw, and leave as it is."""
    made = Artist()
    yield made
    made.close()


def test_draws_as_svg_and_as_png(shared: Artist) -> None:
    assert shared.draw(bars(), "svg").startswith(b"<svg")
    assert shared.draw(bars(), "png").startswith(b"\x89PNG")


def test_the_process_comes_with_the_first_drawing_and_stays(artist: Artist) -> None:
    assert artist.pid is None
    artist.draw(bars(), "svg")
    first = artist.pid
    artist.draw(bars(4), "svg")
    assert artist.pid == first
    assert first != os.getpid()


def test_what_was_drawn_is_not_drawn_again(artist: Artist) -> None:
    found = artist.draw(bars(), "svg")
    artist.close()
    assert artist.draw(bars(), "svg") == found
    assert artist.pid is None


@pytest.mark.slow
def test_a_process_that_was_killed_is_followed_by_another(artist: Artist) -> None:
    artist.draw(bars(), "svg")
    first = artist.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert artist.draw(bars(5), "svg").startswith(b"<svg")
    assert artist.pid != first


def test_a_process_that_drew_much_makes_way(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "RECYCLED", 2)
    pids = []
    for count in range(1, 6):
        artist.draw(bars(count), "svg")
        pids.append(artist.pid)
    assert len(set(pids)) == 3


@pytest.mark.slow
def test_a_process_that_does_not_finish_is_ended(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    artist.draw(bars(), "svg")
    assert artist.pid is not None
    os.kill(artist.pid, signal.SIGSTOP)
    monkeypatch.setattr(drawing, "PATIENCE_S", 0.2)
    stopped = artist.pid
    with pytest.raises(RuntimeError, match="died twice"):
        artist.draw(bars(6), "svg")
    monkeypatch.undo()
    assert not alive(stopped)
    assert artist.draw(bars(7), "svg").startswith(b"<svg")


@pytest.mark.parametrize("text", ["a\x00b", "a\x01b", "a\x1fb", "a\ufffeb", "<script>&\"'", "a\nb", "\\u0001"])
def test_a_name_may_be_anything(shared: Artist, text: str) -> None:
    spec = {"data": {"values": [{"name": text}]}, "mark": "bar", "encoding": {"y": {"field": "name"}}}
    shared.draw(bars(), "svg")
    first = shared.pid
    assert ET.fromstring(shared.draw(spec, "svg")).tag.endswith("svg")  # noqa: S314 - it is our own
    assert shared.pid == first is not None


def test_only_a_few_wait(artist: Artist) -> None:
    outcomes: list[str] = []

    def ask(count: int) -> None:
        try:
            artist.draw(bars(count), "png")
            outcomes.append("drawn")
        except BusyError:
            outcomes.append("busy")

    threads = [threading.Thread(target=ask, args=(count,)) for count in range(10, 10 + 4 * drawing.WAITING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("drawn") >= drawing.WAITING
    assert outcomes.count("busy") >= 1


@pytest.mark.slow
def test_the_process_goes_when_its_parent_is_killed() -> None:
    script = (
        "import time; from costsvc.drawing import Artist; a = Artist(); "
        "a.draw({'data': {'values': []}, 'mark': 'bar'}, 'svg'); print(a.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:  # noqa: S603 - ourselves
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    wait(lambda: not alive(child))


def test_a_worker_forked_after_the_artist_was_made_draws_with_its_own(artist: Artist) -> None:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:  # the worker
        found = artist.draw(bars(), "svg")
        artist.close()
        os.write(write, b"drawn" if found.startswith(b"<svg") else b"")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(read, 10) == b"drawn"
    os.close(read)
    os.close(write)
    assert artist.pid is None
