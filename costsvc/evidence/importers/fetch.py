"""Fetches upstream files from packages and from a folder."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from costsvc.errors import TableError
from costsvc.evidence.importers.upstream import Upstream, digest

State = Literal["present", "unpacked", "copied", "missing", "differs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Outcome for one file.

    Attributes:
        upstream: Its upstream.
        path: Its path below the folder.
        state: Whether it is there and has the content that the manifest names.
    """

    upstream: Upstream
    path: str
    state: State


def fetch(upstreams: Iterable[Upstream], folder: Path, offered: Path | None = None) -> list[Fetched]:
    """Bring every file of a manifest into a folder.

    Args:
        upstreams: The manifest.
        folder: The folder to fill; files that have the right content already are left alone.
        offered: A folder of the same layout with files that no package carries.

    Returns:
        Outcomes in the order of the manifest.

    Raises:
        TableError: If a package client fails.
    """
    result = []
    for upstream in upstreams:
        absent = [path for path in upstream.files if not _is_right(folder / path, upstream.files[path])]
        taken: State = "copied"
        if absent and upstream.package:
            taken = "unpacked"
            _unpack(upstream, absent, folder)
        elif offered:
            _copy(absent, offered, folder)
        for path, content in upstream.files.items():
            state = _state(folder / path, content, taken if path in absent else "present")
            result.append(Fetched(upstream=upstream, path=path, state=state))
    return result


def _is_right(path: Path, content: str) -> bool:
    return path.is_file() and digest(path) == content


def _state(file: Path, content: str, taken: State) -> State:
    if not file.is_file():
        return "missing"
    return taken if digest(file) == content else "differs"


def _copy(paths: Iterable[str], offered: Path, folder: Path) -> None:
    for path in paths:
        if (offered / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(offered / path, folder / path)


def _unpack(upstream: Upstream, paths: Iterable[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        archive = _download(upstream, Path(scratch))
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(_member(archive, upstream.inside(path)))


def _download(upstream: Upstream, into: Path) -> Path:
    client, _, name = (upstream.package or "").partition(":")
    commands = {
        "pypi": [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary=:all:", "--dest", str(into), f"{name}=={upstream.version}"),
        ],
        "npm": ["npm", "pack", "--silent", "--pack-destination", str(into), f"{name}@{upstream.version}"],
    }
    try:
        subprocess.run(commands[client], check=True, capture_output=True, text=True)  # noqa: S603 # from the manifest
        return next(into.iterdir())
    except (KeyError, OSError, StopIteration) as error:
        raise TableError(f"{upstream.name}: {upstream.package} cannot be downloaded: {error!r}") from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "").strip().rpartition("\n")[2]
        raise TableError(f"{upstream.name}: {upstream.package} {upstream.version}: {last}") from error


def _member(archive: Path, path: str) -> bytes:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(path)
        with tarfile.open(archive) as tar:
            member = tar.extractfile(path)
            return member.read() if member else b""
    except KeyError as error:
        raise TableError(f"{archive.name} holds no {path}") from error
