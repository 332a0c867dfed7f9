"""Count the files, functions and calls that a request goes through.

    python -m benchmarks.walk

A change of file is a call or a return from one file of costsvc to another, whatever libraries lie between. A request is
counted on a client that has answered another of its kind: cold when its machine and place are seen for the first time,
warm when they are seen again.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from flask.testing import FlaskClient

import costsvc
from costsvc.settings import Settings
from costsvc.web.app import create_app

PACKAGE = str(Path(costsvc.__file__).parent)
REFERENCE = str(Path(PACKAGE) / "reference")
TRAINING, INFERENCE = "/v1/estimates/training", "/v1/estimates/inference"
HERE = {"accelerator": "h100-sxm5-80gb", "region": "aws:us-east-1"}
ELSEWHERE = {"accelerator": "a100-sxm4-80gb", "region": "aws:eu-north-1"}
HOURS = {"accelerator_hours": 1000, "total_params_b": 8}
TOKENS = {"training_tokens_b": 300, "total_params_b": 8}
REQUESTS = {
    "model": "llama-3.1-8b",
    "accelerators": 1,
    "batch_size": 64,
    "input_tokens": 500,
    "output_tokens": 300,
    "requests": 1_000_000,
}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "training, hours": (TRAINING, HOURS),
    "training, tokens": (TRAINING, TOKENS),
    "inference": (INFERENCE, REQUESTS),
}
HEADINGS = ("files", "functions", "calls", "changes of file", "into reference/")


@dataclass(slots=True)
class Walk:
    """The path of one request through costsvc.

    Attributes:
        files: The files that it entered.
        functions: The functions, comprehensions among them.
        calls: How often a function was entered.
        changes: How often a call or a return led to another file.
        into_reference: How often a call led into costsvc/reference/ from elsewhere.
    """

    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    calls: int = 0
    changes: int = 0
    into_reference: int = 0
    _file: str = ""

    def follow(self, frame: FrameType, event: str, _: object) -> None:
        """Count an event of `sys.setprofile`."""
        file = frame.f_code.co_filename
        if event not in ("call", "return") or not file.startswith(PACKAGE):
            return
        if event == "return":
            self._go_to(_caller(frame) or self._file)
            return
        self.calls += 1
        self.files.add(file)
        self.functions.add((file, frame.f_code.co_qualname))
        self.into_reference += file.startswith(REFERENCE) and not _caller(frame).startswith(REFERENCE)
        self._go_to(file)

    def _go_to(self, file: str) -> None:
        self.changes += self._file not in ("", file)
        self._file = file


def main() -> None:
    """Count and print."""
    _print_row("request", "", HEADINGS)
    for name, (path, body) in KINDS.items():
        for seen, way in zip(("cold", "warm"), walks(path, body), strict=True):
            counts = (len(way.files), len(way.functions), way.calls, way.changes, way.into_reference)
            _print_row(name, seen, counts)


def walks(path: str, body: dict[str, Any]) -> tuple[Walk, Walk]:
    """The paths of a request whose machine and place are not cached, and of the same request again."""
    client = create_app(Settings()).test_client()
    client.post(path, json={**body, **ELSEWHERE})
    return walk(client, path, {**body, **HERE}), walk(client, path, {**body, **HERE})


def walk(client: FlaskClient, path: str, body: dict[str, Any]) -> Walk:
    """The way of one request.

    Raises:
        ValueError: If the service refuses it.
    """
    found = Walk()
    with _followed_by(found):
        response = client.post(path, json=body)
    if response.status_code != 200:
        raise ValueError(response.get_data(as_text=True))
    return found


@contextmanager
def _followed_by(way: Walk) -> Iterator[None]:
    sys.setprofile(way.follow)
    try:
        yield
    finally:
        sys.setprofile(None)


def _caller(frame: FrameType) -> str:
    """The file of costsvc that makes a call; empty if there is none."""
    outer = frame.f_back
    while outer is not None and not outer.f_code.co_filename.startswith(PACKAGE):
        outer = outer.f_back
    return outer.f_code.co_filename if outer else ""


def _print_row(name: str, seen: str, cells: Iterable[object]) -> None:
    columns = (f"{cell:>{len(heading) + 3}}" for heading, cell in zip(HEADINGS, cells, strict=True))
    print(f"{name:<18}{seen:<6}{''.join(columns)}")


if __name__ == "__main__":
    main()
