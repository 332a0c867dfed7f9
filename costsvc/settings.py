"""Settings of a service, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from costsvc.errors import SettingsError

PREFIX = "COSTSVC_"
NOT_OURS = ("PORT", "SERVICE_")
"""What Kubernetes sets for a Service called costsvc."""


def bundled_data() -> Path:
    """The tables that come with the package, in a wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is read from ``COSTSVC_<NAME>``; tests build it directly.

    Attributes:
        data_dir: Folder of the reference tables.
        data_overlay: Folder of the same form whose rows are laid over them.
    """

    data_dir: Path = field(default_factory=bundled_data)
    data_overlay: Path | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Raises:
            SettingsError: If a variable with the prefix is no setting.
        """
        given = {name.removeprefix(PREFIX): text for name, text in env.items() if name.startswith(PREFIX)}
        known: dict[str, Any] = {"DATA_DIR": Path, "DATA_OVERLAY": Path}
        unknown = sorted(PREFIX + name for name in given if name not in known and not name.startswith(NOT_OURS))
        if unknown:
            raise SettingsError(
                f"unknown settings: {', '.join(unknown)}; known are {', '.join(PREFIX + n for n in known)}"
            )
        return cls(**{name.lower(): kind(given[name]) for name, kind in known.items() if given.get(name)})
