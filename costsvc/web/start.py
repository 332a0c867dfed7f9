"""Start of the service: settings and folders are checked, and errors end in one line, before a port opens."""

import atexit
import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from costsvc.errors import CostsvcError, SettingsError
from costsvc.settings import Settings, check_folders

if TYPE_CHECKING:
    from flask import Flask

Found = TypeVar("Found")
MEMORY = Path("/dev/shm")  # noqa: S108 - writable in a container whose root file system is not
ROOM_BYTES = 4 * 2**20
"""What the metrics of a few workers take: they are mapped into memory, and a full disk ends a worker without a word."""
METRICS = "costsvc-metrics-"
LOCKS = "costsvc-slots-"
HELD = "held"
"""File that is locked as long as its folder is in use."""


def or_exit(check: Callable[[], Found]) -> Found:
    """What a check of the start finds; where it refuses, the process ends with its message and no traceback.

    Args:
        check: Reads something that the start needs.
    """
    try:
        return check()
    except CostsvcError as error:
        sys.exit(f"costsvc does not start: {error}")


def port(env: Mapping[str, str] = os.environ) -> int:
    """The port to listen on.

    Raises:
        SettingsError: If ``PORT`` is none.
    """
    return _whole(env, "PORT", 8000, 65_535)


def workers(env: Mapping[str, str] = os.environ) -> int:
    """How many workers answer.

    Raises:
        SettingsError: If ``WEB_CONCURRENCY`` is no such number.
    """
    return _whole(env, "WEB_CONCURRENCY", 2, 256)


def _whole(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = env.get(name) or str(default)
    number = int(text) if re.fullmatch("[0-9]{1,5}", text) else 0
    if not 1 <= number <= most:
        raise SettingsError(f"{name}: must be a whole number between 1 and {most}, got {text[:80]!r}")
    return number


def scratch() -> Path:
    """A folder for files that live as long as the service, in memory where there is room.

    Raises:
        SettingsError: If there is none.
    """
    tried = [MEMORY, *_temporary()]
    for folder in tried:
        if _has_room(folder):
            return folder
    names = ", ".join(map(str, tried)) or "any temporary folder"
    raise SettingsError(f"{names}: {ROOM_BYTES} bytes cannot be written; set TMPDIR to a folder with that much space")


def metrics_folder(env: Mapping[str, str] = os.environ) -> str:
    """A folder for the metrics of all workers: that of ``PROMETHEUS_MULTIPROC_DIR``, or a fresh one.

    Raises:
        SettingsError: If its folder is not writable or full.
    """
    given = env.get("PROMETHEUS_MULTIPROC_DIR")
    if given is not None:
        if not _has_room(Path(given)):
            raise SettingsError(
                f"PROMETHEUS_MULTIPROC_DIR: must be a folder with room for {ROOM_BYTES} bytes, got {given!r}"
            )
        return given
    return str(_folder(METRICS))


def locks_folder() -> Path:
    """A fresh folder for the locks of slots.

    Raises:
        SettingsError: If its folder is not writable or full.
    """
    return _folder(LOCKS)


def application() -> "Flask":
    """The application that gunicorn serves; where tables or settings are wrong the process ends with a message."""
    return or_exit(made)


def made() -> "Flask":
    """The application under the settings of the environment, whose folders are looked at first.

    Raises:
        SettingsError: If a setting is unknown or unreadable.
        TableError: If a table is not as described.
    """
    from costsvc.web.app import create_app  # noqa: PLC0415 - it reads where metrics lie, which is settled before

    settings = Settings.from_env()
    check_folders(settings)
    return create_app(settings)


def _folder(prefix: str) -> Path:
    """A fresh folder, which is removed when the process that made it ends, or at the next start where it was killed."""
    parent = scratch()
    for left in parent.glob(f"{prefix}*/{HELD}"):
        with left.open() as file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.parent, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    fcntl.flock(os.open(fresh / HELD, os.O_CREAT), fcntl.LOCK_SH)  # until this process and its workers have ended
    atexit.register(_remove, fresh, os.getpid())
    return fresh


def _temporary() -> list[Path]:
    try:
        return [Path(tempfile.gettempdir())]
    except FileNotFoundError:
        return []


def _has_room(folder: Path) -> bool:
    """Whether files can be written; a file system may only say so when it is full."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(ROOM_BYTES))
            probe.flush()
    except OSError:
        return False
    return True


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a worker that ends must not take the folder of the others
        shutil.rmtree(folder, ignore_errors=True)
