"""Say what installed distributions need and do not find.

A lock is installed as it stands, without a resolver, so nothing else would notice that it leaves something out.
`pip check` does not do: it knows no extras.

    python requirements/check.py 'costsvc[test]' --group dev
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


class Installed(NamedTuple):
    """What a distribution says of itself; reading it anew each time would take seconds."""

    version: str
    needs: list[Requirement]

    def needed(self, extra: str) -> Iterator[Requirement]:
        """What it needs on this Python and platform for one of its extras; "" is none."""
        return (one for one in self.needs if one.marker is None or one.marker.evaluate({"extra": extra}))


def installed(path: Sequence[str]) -> dict[str, Installed]:
    """The distributions in some folders by name; of two with one name the first, as in imports."""
    found: dict[str, Installed] = {}
    for one in distributions(path=list(path)):
        said = one.metadata
        needs = [Requirement(need) for need in said.get_all("Requires-Dist", [])]
        found.setdefault(canonicalize_name(said["Name"]), Installed(said["Version"], needs))
    return found


def problems(there: dict[str, Installed], wanted: Iterable[Requirement]) -> Iterator[str]:
    """What is missing or out of range for what is wanted and for all that is there, with the extras that are used."""
    waiting = [("this environment", one) for one in (*wanted, *map(Requirement, there))]
    seen = set()
    while waiting:
        by, need = waiting.pop()
        name = canonicalize_name(need.name)
        if name not in there:
            yield f"{by} needs {need}, which is not installed"
            continue
        if not need.specifier.contains(there[name].version, prereleases=True):
            yield f"{by} needs {need}, but {there[name].version} is installed"
        for extra in {"", *need.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += ((name, one) for one in there[name].needed(extra))


def main() -> int:
    """Print the problems; 1 if there are any."""
    parser = argparse.ArgumentParser(description="Say what installed distributions need and do not find.")
    parser.add_argument("wanted", nargs="*", type=Requirement, help="requirement that has to hold, with its extras")
    parser.add_argument("--group", action="append", default=[], help="dependency group of the project that has to hold")
    parser.add_argument("--path", action="append", help="folder to look into instead of this environment")
    asked = parser.parse_args()
    groups = tomllib.loads(PYPROJECT.read_text())["dependency-groups"]
    wanted = [*asked.wanted, *map(Requirement, resolve_dependency_groups(groups, *asked.group))]
    told = sorted(set(problems(installed(asked.path or sys.path), wanted)))
    for line in told:
        print(line)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
