"""Record the answers to random requests, and compare them with the answers of later code.

    python -m benchmarks.answers record FILE [--count 3000] [--seed 0]
    python -m benchmarks.answers compare FILE

Record with the code before a change, compare with the code after it. The requests are in the file, and no server is
needed. A file is JSON lines, gzipped: address, body, status and answer.
"""

import argparse
import gzip
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import orjson
from flask.testing import FlaskClient

from benchmarks.differences import Difference, differences
from benchmarks.random_requests import Request, random_requests
from costsvc.settings import Settings
from costsvc.web.app import create_app

Plain = dict[str, Any]
Given = TypeVar("Given")
Made = TypeVar("Made")

SHOWN = 30
"""Differences that a report shows in full."""
TOLD = 100
"""Characters of a value that it shows."""
AT_ONCE = 50
"""Requests that a process answers before it ends."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Record or compare, and return the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.answers", description=__doc__)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    commands = parser.add_subparsers(required=True, dest="command")
    recorded = commands.add_parser("record")
    recorded.add_argument("file", type=Path)
    recorded.add_argument("--count", type=int, default=3000)
    recorded.add_argument("--seed", type=int, default=0)
    commands.add_parser("compare").add_argument("file", type=Path)
    told = parser.parse_args(arguments)
    if told.command == "compare":
        return compare(told.file, told.processes)
    record(told.file, random_requests(told.count, told.seed), told.processes)
    return 0


def record(file: Path, requests: Iterable[Request], processes: int) -> None:
    """Write the answers to requests, and print their number by status."""
    statuses: Counter[tuple[str, int]] = Counter()
    with gzip.open(file, "wb") as lines:
        for line in _each(answer, requests, processes):
            statuses[_path(line["address"]), line["status"]] += 1
            lines.write(orjson.dumps(line) + b"\n")
    print(f"{'path':<35}{'status':>8}{'requests':>10}")
    for (path, status), count in sorted(statuses.items()):
        print(f"{path:<35}{status:>8}{count:>10}")
    good = sum(count for (_, status), count in statuses.items() if status == 200)
    print(f"{good} of {statuses.total()} have status 200, {good / (statuses.total() or 1):.1%}")


def compare(file: Path, processes: int) -> int:
    """Repeat the requests of a file, and print differences of their answers.

    Args:
        file: The recorded answers.
        processes: Number of processes.

    Returns:
        1 if anything differs, else 0.
    """
    kinds: Counter[str] = Counter()
    asked, differing, shown = 0, 0, 0
    for place, (address, found) in enumerate(_each(differing_from, recorded_in(file), processes)):
        asked, differing = asked + 1, differing + bool(found)
        kinds.update(difference.kind for difference in found)
        for difference in islice(found, SHOWN - shown):
            shown += 1
            print(f"request {place}, {address}: {_shown(difference)}")
    print(f"{differing} of {asked} answers differ, in {kinds.total()} values")
    for kind, count in kinds.most_common():
        print(f"{count:>8}  {kind}")
    return 1 if kinds else 0


def recorded_in(file: Path) -> Iterator[Plain]:
    """The lines of a file: address, body, status and answer of each request."""
    with gzip.open(file, "rb") as lines:
        yield from map(orjson.loads, lines)


def answer(request: Request) -> Plain:
    """The answer to a request, as a line of a file."""
    if request.body is None:
        response = _client().get(request.address)
    else:
        response = _client().post(request.address, data=orjson.dumps(request.body), content_type="application/json")
    found = orjson.loads(response.data)
    return {"address": request.address, "body": request.body, "status": response.status_code, "answer": found}


def differing_from(line: Plain) -> tuple[str, list[Difference]]:
    """The address of a recorded request, and the differences of its answer."""
    now = answer(Request(line["address"], line["body"]))
    if now["status"] != line["status"]:
        return line["address"], [Difference("status", "status", line["status"], now["status"])]
    return line["address"], differences(line["answer"], now["answer"])


@cache
def _client() -> FlaskClient:
    """The client of this process and its forks."""
    return create_app(Settings()).test_client()


def _each(make: Callable[[Given], Made], given: Iterable[Given], processes: int) -> Iterator[Made]:
    """Apply a function to each item, in order, in several processes.

    Each process is a fork of one without any requests, and ends after a few items, so the results do not depend on the
    number of processes.
    """
    _client()
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap(make, given, chunksize=AT_ONCE)


def _path(address: str) -> str:
    """The path of an address without the name of a model."""
    path = address.partition("?")[0]
    return "/v1/models/{id}/footprint" if path.startswith("/v1/models/") else path


def _shown(difference: Difference) -> str:
    before, after = (_cut(repr(value)) for value in (difference.before, difference.after))
    return f"{difference.kind}, {difference.path}: {before} -> {after}"


def _cut(text: str) -> str:
    return text if len(text) <= TOLD else f"{text[: TOLD - 3]}..."


if __name__ == "__main__":
    sys.exit(main())
