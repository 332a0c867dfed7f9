"""Settings of a service, read once from the environment."""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from costsvc.errors import SettingsError

PREFIX = "COSTSVC_"
NOT_OURS = ("PORT", "SERVICE_")
"""What Kubernetes sets for a Service called costsvc."""
ANY_ORIGIN = "*"
ORIGIN = re.compile(
    r"(?!http://.*:80$|https://.*:443$)[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII
)
"""A scheme and a host, perhaps a port, as browsers send them: another spelling would match no request."""


def bundled_data() -> Path:
    """The tables that come with the package, in a wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent / "data"


LARGEST_BYTES = 64 * 2**20
"""Of a table: many times the largest."""


def check_folders(settings: "Settings") -> None:
    """See that the tables are files that can be read to their end, before any of them is opened.

    Raises:
        SettingsError: If a folder is none, or holds what is no file of a table's size.
    """
    own = _checked("DATA_DIR", settings.data_dir)
    if settings.data_overlay is not None and _checked("DATA_OVERLAY", settings.data_overlay) == own:
        raise SettingsError(f"{PREFIX}DATA_OVERLAY: {settings.data_overlay} is the folder of the tables itself")


def _checked(name: str, folder: Path) -> tuple[int, int]:
    """What tells a folder from others, once its tables are seen to be files."""
    try:
        found = folder.stat()
        if not stat.S_ISDIR(found.st_mode):
            raise SettingsError(f"{PREFIX}{name}: {folder} is no folder")
        for file in sorted([*folder.glob("*.csv"), *folder.glob("*.json")]):
            _check_file(name, file)
    except OSError as error:
        raise SettingsError(f"{PREFIX}{name}: {error.filename or folder}: {error.strerror}") from error
    return found.st_dev, found.st_ino


def _check_file(name: str, file: Path) -> None:
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise SettingsError(f"{PREFIX}{name}: {file} is no regular file")
    if found.st_size > LARGEST_BYTES:
        raise SettingsError(f"{PREFIX}{name}: {file} has {found.st_size} bytes; at most {LARGEST_BYTES} are read")
    file.open("rb").close()


def _origins(text: str) -> frozenset[str]:
    """Origins that are separated by commas, or the one that stands for all."""
    if text.strip() == ANY_ORIGIN:
        return frozenset({ANY_ORIGIN})
    origins = [origin.strip().lower() for origin in text.split(",")]
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is no origin as browsers send it, such as https://example.org, without a path, "
                f"its scheme's own port, or letters beyond ASCII; {ANY_ORIGIN} is all"
            )
    return frozenset(origins)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text):
        raise ValueError(f"{text!r} is no whole number from 0 to 999")
    return int(text)


READERS: Mapping[str, Callable[[str], Any]] = {
    "DATA_DIR": Path,
    "DATA_OVERLAY": Path,
    "CORS_ORIGINS": _origins,
    "PROXIES": _count,
}
"""What reads the text of each setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is read from ``COSTSVC_<NAME>``; tests build it directly.

    Attributes:
        data_dir: Folder of the reference tables.
        data_overlay: Folder of the same form whose rows are laid over them.
        cors_origins: Origins whose pages may read answers in a browser; ``*`` is all.
        proxies: How many proxies stand in front, whose ``X-Forwarded-*`` headers are believed.
    """

    data_dir: Path = field(default_factory=bundled_data)
    data_overlay: Path | None = None
    cors_origins: frozenset[str] = frozenset()
    proxies: int = 0

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Raises:
            SettingsError: If a variable with the prefix is no setting, or cannot be read.
        """
        given = {name.removeprefix(PREFIX): text for name, text in env.items() if name.startswith(PREFIX)}
        unknown = sorted(PREFIX + name for name in given if name not in READERS and not name.startswith(NOT_OURS))
        if unknown:
            raise SettingsError(
                f"unknown settings: {', '.join(unknown)}; known are {', '.join(PREFIX + name for name in READERS)}"
            )
        return cls(**{name.lower(): _read(name, given[name]) for name in READERS if given.get(name)})


def _read(name: str, text: str) -> Any:
    try:
        return READERS[name](text)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name}: {error}") from error
