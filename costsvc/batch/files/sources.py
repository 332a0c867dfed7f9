"""The files that a name means: one file, a pattern, a folder, the standard input or an address."""

import glob
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

import pyarrow as pa
from pyarrow import fs

from costsvc.errors import BadRequestError

STDIN = "-"
HIDDEN = (".", "_")
"""First letters of the names in a folder that are no data: ``_SUCCESS``."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
COMPRESSIONS: Mapping[str, str] = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
KINDS: Mapping[str, str] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".psv"), "csv"),
    **dict.fromkeys((".ndjson", ".jsonl"), "ndjson"),
    ".json": "json",
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".arrow", ".feather", ".ipc"), "arrow"),
    ".arrows": "arrows",
}
"""Kind of file by suffix."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """A file to read.

    Attributes:
        name: Its name as the caller knows it.
        path: Its path in the file system; empty for the standard input.
        relative: Its path below the folder that the caller named, else its own name.
        system: The file system; None for the standard input.
        size: Its size; 0 for the standard input. [B]
        changed: When it was last written; None if not known. [ns]
        values: Columns that the names of its folders give: ``month=2026-05``.
    """

    name: str
    path: str
    relative: str
    system: fs.FileSystem | None
    size: int = 0
    changed: int | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)

    def check_unchanged(self) -> None:
        """Check that nobody wrote the file while it was read.

        Raises:
            BadRequestError: If its size or its time differs.
        """
        if self.system is None:
            return
        with located_file(self.name):
            now = self.system.get_file_info(self.path)
            if (now.size, now.mtime_ns) != (self.size, self.changed):
                raise BadRequestError({"file": "changed while it was read; run again when nobody writes it"})


def find(names: Iterable[str]) -> list[Source]:
    """The files that names mean, in the order of the names and then of the paths.

    Args:
        names: Files, patterns, folders, addresses or ``-``.

    Raises:
        BadRequestError: If a name means no file.
    """
    found = [source for name in names for source in _find_one(name)]
    twice = {one.path for one in found if sum(one.path == other.path for other in found) > 1} if len(found) > 1 else ()
    if twice:
        raise BadRequestError({"file": f"{min(twice)} is named more than once"})
    return found


def kind_of(name: str) -> tuple[str, str | None]:
    """The kind of a file and its compression, from its suffixes.

    Args:
        name: Its name.

    Raises:
        BadRequestError: If the suffix is not known.
    """
    path = PurePosixPath(name)
    compression = COMPRESSIONS.get(path.suffix.lower())
    suffix = PurePosixPath(path.stem).suffix if compression else path.suffix
    kind = KINDS.get(suffix.lower())
    if kind is None:
        known = ", ".join((*KINDS, *(f"{one} after these" for one in COMPRESSIONS)))
        raise BadRequestError({"file": f"the suffix {suffix!r} is not known; use one of {known}"})
    return kind, compression


@contextmanager
def located_file(name: str) -> Iterator[None]:
    """Turn errors of reading into errors that name the file.

    Args:
        name: Name of the file.

    Raises:
        BadRequestError: If the file cannot be read.
    """
    try:
        yield
    except BadRequestError as error:
        raise BadRequestError({field: f"{name}: {text}" for field, text in error.problems.items()}) from error
    except (OSError, pa.ArrowException) as error:
        raise BadRequestError({"file": f"{name}: cannot be read: {_first_line(error)}"}) from error


def file_system(name: str) -> tuple[fs.FileSystem, str]:
    """The file system of a name, and the path in it.

    Args:
        name: A path or an address.
    """
    return fs.FileSystem.from_uri(name) if "://" in name else (fs.LocalFileSystem(), name)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _find_one(name: str) -> list[Source]:
    if name == STDIN:
        return [Source(name="standard input", path="", relative="output", system=None)]
    with located_file(name):
        system, path = file_system(name)
        info = system.get_file_info(path)
        if info.type == fs.FileType.Directory:
            return _in_folder(name, system, path)
        if info.type == fs.FileType.File:
            return [_source(name, system, info, info.base_name, "")]
        if isinstance(system, fs.LocalFileSystem) and glob.has_magic(path):
            matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - the pattern may be absolute
            infos = [info for info in system.get_file_info(matches) if info.type == fs.FileType.File]
            if infos:
                return [_source(one.path, system, one, one.base_name, "") for one in infos]
            raise BadRequestError({"file": "no file has a name like this"})
        raise BadRequestError({"file": "does not exist"})


def _in_folder(name: str, system: fs.FileSystem, path: str) -> list[Source]:
    found = []
    root = PurePosixPath(system.normalize_path(path))
    for info in system.get_file_info(fs.FileSelector(path, recursive=True)):
        relative = PurePosixPath(info.path).relative_to(root)
        if info.type == fs.FileType.File and not any(part.startswith(HIDDEN) for part in relative.parts):
            with located_file(str(relative)):
                kind_of(info.base_name)
            shown = f"{name.rstrip('/')}/{relative}"
            found.append(_source(shown, system, info, str(relative), str(relative.parent)))
    if not found:
        raise BadRequestError({"file": "this folder has no files"})
    return sorted(found, key=lambda one: one.relative)


def _source(name: str, system: fs.FileSystem, info: fs.FileInfo, relative: str, folders: str) -> Source:
    pairs = (part.partition("=") for part in PurePosixPath(folders).parts)
    values = {key: None if value == NO_VALUE else unquote(value) for key, sign, value in pairs if sign}
    return Source(
        name=name,
        path=info.path,
        relative=relative,
        system=system,
        size=info.size,
        changed=info.mtime_ns,
        values=values,
    )
