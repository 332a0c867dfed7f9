"""Where the tables come from: the files of ``data/upstream.toml``, by package or repository, version and content."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from costsvc.errors import TableError
from costsvc.settings import bundled_data

MANIFEST = "upstream.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One upstream and the files of it that builders read.

    Attributes:
        name: What the manifest calls it.
        package: Client and name of the package that carries the files, ``pypi:litellm``; None where none does.
        version: Version of the package.
        source: Where a person gets the files that no package carries: address, commit, path.
        date: Day of the release, or on which the files were retrieved.
        licence: Licence of the files.
        trimmed: What was left out or added by hand; None where the files are upstream's own.
        files: Path below the folder of upstream files to SHA-256.
    """

    name: str
    package: str | None
    version: str | None
    source: str | None
    date: date
    licence: str
    trimmed: str | None
    files: Mapping[str, str]

    def inside(self, path: str) -> str:
        """The path inside the package of a path below the folder of upstream files."""
        return path.removeprefix(f"{self.name}/")


def manifest(path: Path | None = None) -> tuple[Upstream, ...]:
    """Every upstream of a manifest.

    Args:
        path: The manifest; by default that of the bundled tables.

    Raises:
        TableError: If it is absent or not as described.
    """
    path = path or bundled_data() / MANIFEST
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_upstream(name, entry) for name, entry in entries.items())
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise TableError(f"{path}: {error!r}") from error


def _upstream(name: str, entry: Mapping[str, Any]) -> Upstream:
    known: dict[str, Any] = {"package": None, "version": None, "source": None, "trimmed": None, **entry}
    return Upstream(name=name, **known)


@cache
def released(name: str) -> date:
    """The day of an upstream's release, as the bundled manifest has it.

    Raises:
        TableError: If the manifest has no such upstream.
    """
    result = next((one for one in manifest() if one.name == name), None)
    if result is None:
        raise TableError(f"{MANIFEST} has no upstream {name!r}")
    return result.date


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted(upstreams: tuple[Upstream, ...]) -> Iterator[tuple[Upstream, str, str]]:
    """Every file of the manifest: its upstream, its path below the folder, its SHA-256."""
    for upstream in upstreams:
        for path, content in upstream.files.items():
            yield upstream, path, content
