"""Builds the project's tables from the upstream files that a user can download too."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeAlias

import pandas as pd

from costsvc.errors import TableError
from costsvc.evidence.build.rows import write
from costsvc.reference.table import Table, describe, read

Builder: TypeAlias = Callable[[Path], dict[str, pd.DataFrame]]


def build(upstream: Path, folder: Path) -> dict[str, int]:
    """Rebuild every built table of a data package.

    Args:
        upstream: Folder with the upstream files, one sub-folder per source.
        folder: The data package to write into; its datapackage.json describes the tables.

    Returns:
        Rows written, by table.

    Raises:
        TableError: If an upstream file is absent, or a built table is not as datapackage.json describes it.
    """
    resources = describe(folder)
    sources = set(read(folder / resources["sources"]["path"], resources["sources"])["source_id"])
    written = {}
    for name, frame in _built(upstream):
        if name not in resources:
            raise TableError(f"datapackage.json describes no table {name!r}")
        write(frame, folder, resources[name])
        written[name] = len(Table.load(folder, resources[name], sources))
    return written


def _built(upstream: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    for builder in builders():
        try:
            tables = builder(upstream)
        except FileNotFoundError as error:
            raise TableError(f"{upstream} has no {error.filename}") from error
        yield from tables.items()


def builders() -> Iterator[Builder]:
    """The ``build`` function of each module of this package that has one."""
    for module in iter_modules(__path__):
        builder = getattr(import_module(f"{__name__}.{module.name}"), "build", None)
        if builder is not None:
            yield builder
