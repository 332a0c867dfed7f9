"""Settings of a service, read once from the environment."""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from costsvc.errors import SettingsError
from costsvc.limits import BATCH_MIB, LARGEST_BATCH_MIB, BatchLimits

PREFIX = "COSTSVC_"
NOT_OURS = ("PORT", "SERVICE_")
"""Names that Kubernetes sets for a Service named costsvc."""
ANY_ORIGIN = "*"
ORIGIN = re.compile(
    r"(?!http://.*:80$|https://.*:443$)[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII
)
"""Scheme, host and optional port as browsers send them; any other spelling would match no request."""


def bundled_data() -> Path:
    """The folder of the bundled tables, in a wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent / "data"


LARGEST_BYTES = 64 * 2**20
"""Largest size of a table; far above that of any bundled one."""


def check_folders(settings: "Settings") -> None:
    """Check that the tables are regular files of limited size, before any of them is opened.

    Raises:
        SettingsError: If a folder is not a folder, or a table is not a regular file of limited size.
    """
    own = _checked("DATA_DIR", settings.data_dir)
    if settings.data_overlay is not None and _checked("DATA_OVERLAY", settings.data_overlay) == own:
        raise SettingsError(f"{PREFIX}DATA_OVERLAY: {settings.data_overlay} is the folder of the tables itself")


def _checked(name: str, folder: Path) -> tuple[int, int]:
    """Check the tables in a folder and return its device and inode."""
    try:
        found = folder.stat()
        if not stat.S_ISDIR(found.st_mode):
            raise SettingsError(f"{PREFIX}{name}: must be a folder, got {folder}")
        for file in sorted([*folder.glob("*.csv"), *folder.glob("*.json")]):
            _check_file(name, file)
    except OSError as error:
        raise SettingsError(f"{PREFIX}{name}: {error.filename or folder}: {error.strerror}") from error
    return found.st_dev, found.st_ino


def _check_file(name: str, file: Path) -> None:
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise SettingsError(f"{PREFIX}{name}: {file} must be a regular file")
    if found.st_size > LARGEST_BYTES:
        raise SettingsError(f"{PREFIX}{name}: {file} must have at most {LARGEST_BYTES} bytes, got {found.st_size}")
    file.open("rb").close()


def _origins(text: str) -> frozenset[str]:
    """Read origins separated by commas, or the wildcard for all."""
    if text.strip() == ANY_ORIGIN:
        return frozenset({ANY_ORIGIN})
    origins = [origin.strip().lower() for origin in text.split(",")]
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(
                f"must be origins as browsers send them, such as https://example.org, without a path, a default port "
                f"or letters beyond ASCII, or {ANY_ORIGIN} for all, got {origin!r}"
            )
    return frozenset(origins)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text):
        raise ValueError(f"must be a whole number from 0 to 999, got {text!r}")
    return int(text)


def _mib(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= LARGEST_BATCH_MIB:
        raise ValueError(f"must be a whole number from 1 to {LARGEST_BATCH_MIB}, got {text!r}")
    return int(text)


READERS: Mapping[str, Callable[[str], Any]] = {
    "DATA_DIR": Path,
    "DATA_OVERLAY": Path,
    "CORS_ORIGINS": _origins,
    "PROXIES": _count,
    "BATCH_MIB": _mib,
}
"""Reader of each setting's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is read from ``COSTSVC_<NAME>``; tests build it directly.

    Attributes:
        data_dir: Folder of the reference tables.
        data_overlay: Folder with tables of the same format whose rows replace or extend them.
        cors_origins: Origins whose pages may read answers in a browser; ``*`` allows all.
        proxies: Number of trusted proxies in front, whose ``X-Forwarded-*`` headers are used.
        batch_mib: Largest body of a batch of rows. [MiB]
    """

    data_dir: Path = field(default_factory=bundled_data)
    data_overlay: Path | None = None
    cors_origins: frozenset[str] = frozenset()
    proxies: int = 0
    batch_mib: int = BATCH_MIB

    @property
    def batch_limits(self) -> BatchLimits:
        """Largest sizes of a batch of rows."""
        return BatchLimits.of(self.batch_mib)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Raises:
            SettingsError: If a variable with the prefix is not a setting, or is invalid.
        """
        given = {name.removeprefix(PREFIX): text for name, text in env.items() if name.startswith(PREFIX)}
        unknown = sorted(PREFIX + name for name in given if name not in READERS and not name.startswith(NOT_OURS))
        if unknown:
            raise SettingsError(
                f"unknown settings: {', '.join(unknown)}; known: {', '.join(PREFIX + name for name in READERS)}"
            )
        return cls(**{name.lower(): _read(name, given[name]) for name in READERS if given.get(name)})


def _read(name: str, text: str) -> Any:
    try:
        return READERS[name](text)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name}: {error}") from error
