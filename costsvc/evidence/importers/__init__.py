"""Builds the project's tables from the upstream files that a user can download too."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeAlias

import pandas as pd

from costsvc.errors import TableError
from costsvc.evidence.importers.changes import Moves, moves
from costsvc.evidence.importers.rows import Frame, shaped, write
from costsvc.reference.table import Table, describe, read

Builder: TypeAlias = Callable[[Path], Mapping[str, Frame]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build made of the upstream files.

    Attributes:
        rows: Rows by table that was built.
        without: Upstream file that is absent, by table that was left as it was.
        moves: What differs from the tables that were there, by table that changed.
        written: Whether the tables were written.
    """

    rows: Mapping[str, int]
    without: Mapping[str, str]
    moves: Mapping[str, Moves]
    written: bool


def build(upstream: Path, folder: Path, *, accept: bool = True) -> Built:
    """Rebuild every table of a data package whose upstream files are there.

    Args:
        upstream: Folder with the upstream files, one sub-folder per source.
        folder: The data package to write into; its datapackage.json describes the tables.
        accept: Write tables even if a figure moved by more than a fifth.

    Raises:
        TableError: If a built table is not as datapackage.json describes it.
    """
    resources = describe(folder)
    sources = set(read(folder / resources["sources"]["path"], resources["sources"])["source_id"])
    without: dict[str, str] = {}
    frames: dict[str, pd.DataFrame] = {}
    changed: dict[str, Moves] = {}
    for name, frame in _frames(upstream, without):
        if name not in resources:
            raise TableError(f"datapackage.json describes no table {name!r}")
        frames[name] = shaped(frame, resources[name])
        Table.of_frame(resources[name], frames[name], sources)
        if result := moves(folder / resources[name]["path"], frames[name], resources[name]):
            changed[name] = result
    written = accept or not any(result.figures for result in changed.values())
    for name, frame in frames.items() if written else ():
        write(frame, folder, resources[name])
    rows = {name: len(frame) for name, frame in frames.items()}
    return Built(rows=rows, without=without, moves=changed, written=written)


def _frames(upstream: Path, without: dict[str, str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each table that can be built; tables with absent upstream files are recorded."""
    for module, builder in builders():
        try:
            tables = builder(upstream)
        except FileNotFoundError as error:
            without[module] = str(error.filename)
            continue
        for name, frame in tables.items():
            try:
                yield name, frame() if callable(frame) else frame
            except FileNotFoundError as error:
                without[name] = str(error.filename)


def builders() -> Iterator[tuple[str, Builder]]:
    """The ``build`` function of each module of this package that has one, with the module's name."""
    for module in iter_modules(__path__):
        builder = getattr(import_module(f"{__name__}.{module.name}"), "build", None)
        if builder is not None:
            yield module.name, builder
