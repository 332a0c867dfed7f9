"""Indexes of names: from names as people and tools write them to ids of the tables."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from costsvc.reference.reading import AcceleratorReading, Reading

SEPARATORS = re.compile(r"[\s_-]+")
DECORATION = re.compile(
    r"\((?:r|tm|c)\)|®|™|\bcpu(?= )|\b\d+-core processor\b|@.*$|\+(?=\s|$)"
    r"|^\d+(?:st|nd|rd|th) gen(?= intel)|\b(?:w/|with) radeon.*$",
    re.IGNORECASE,
)
"""Additions of drivers to names of processors: trademarks, cores, clock, generation, integrated graphics."""
MAKER = re.compile(r"^cpu-(?:intel|amd|ampere|aws|google|microsoft|nvidia|rockchip)-")
LINE = re.compile(r"^(?:xeon|core)-(?=e[357]-|i[3579]-|ultra-)")
TIER = re.compile(r"(?<=^xeon-)(?:bronze|silver|gold|platinum)-")
"""Parts of the names of processors that people omit; a bare number never remains."""
BILLED = re.compile(
    r"^(?:(?P<region>[a-z]{2,4}\d{0,2})-)?"
    r"(?:(?:host)?boxusage|spotusage|unusedbox|dedicatedusage|unusedded(?:icated)?|heavyusage|reservation"
    r"|train|host|processing|tsform|notebk|cluster|async\w*):",
    re.IGNORECASE,
)
"""What AWS's types of usage have before the name of an instance: the code of the region, and the kind of usage."""
RESOURCE = re.compile(r"^(?:.*?/)??(?:zones/(?P<region>[^/]+)/)?machineTypes/(?=[a-z])", re.IGNORECASE)
"""The path of a machine type of Google Cloud."""
MANAGED = re.compile(r"^((?:aws[:/])?)ml\.(?=[a-z])", re.IGNORECASE)
"""Prefix of SageMaker to the name of an instance."""
OPTIONAL = "Standard_"
"""Prefix of Azure to the name of an instance, which people omit."""
NEAREST = 3
LONGEST = 200


Match = Reading
"""The match of a name in an index."""


@dataclass(frozen=True, slots=True)
class Names:
    """An index of names that ignores case and separators, of one kind of readings."""

    matches: dict[str, Reading] = field(default_factory=dict)
    kind: type[Reading] = Reading

    def add(self, name: str, match: Reading) -> None:
        """Add a name, unless it exists already."""
        self.matches.setdefault(normal(name), match)

    def add_unique(self, names: Iterable[tuple[str, str]]) -> None:
        """Add each name that belongs to only one id."""
        claims: dict[str, set[str]] = {}
        for name, id_ in names:
            claims.setdefault(normal(name), set()).add(id_)
        for name, ids in claims.items():
            if len(ids) == 1:
                self.add(name, self.kind(id=min(ids)))

    def find(self, name: str) -> Reading | None:
        """The match of a name, or None."""
        return self.matches.get(normal(name))

    def nearest(self, name: str) -> list[str]:
        """The known names most similar to an unknown one, best first."""
        return get_close_matches(normal(name[:LONGEST]), self.matches, n=NEAREST, cutoff=0.5)


def normal(name: str) -> str:
    """A name in lower case with single dashes between its words."""
    return SEPARATORS.sub("-", name.strip()).casefold()


def undecorated(name: str) -> str:
    """A processor's name without the additions of drivers."""
    return DECORATION.sub(" ", name)


def unwrapped(name: str) -> tuple[str, str | None]:
    """An instance's name with its seller in place of what bills and paths have before it, and the region in that."""
    spelt = name.strip()
    for seller, pattern in (("aws", BILLED), ("gcp", RESOURCE)):
        if found := pattern.match(spelt):
            return f"{seller}:{spelt[found.end() :]}", found["region"]
    return spelt, None


def is_managed(name: str) -> bool:
    """Whether a name is that of a SageMaker instance."""
    return MANAGED.match(unwrapped(name)[0]) is not None


def instance(name: str) -> str:
    """An instance's name without prefixes of services, with a colon after its provider."""
    return MANAGED.sub(r"\1", unwrapped(name)[0]).replace("/", ":")


def instances(rows: Iterable[Mapping[str, str]]) -> Names:
    """Index instances by id and, if unique, by their provider's name with and without its prefix."""
    known = [(row["instance_type"], row["instance_id"]) for row in rows]
    names = plain((id_ for _, id_ in known), {}, known)
    names.add_unique((type_.removeprefix(OPTIONAL), id_) for type_, id_ in known)
    for type_, id_ in known:
        if type_.startswith(OPTIONAL):
            names.add(id_.replace(OPTIONAL, ""), Match(id=id_))
    return names


def accelerators(
    ids: Iterable[str],
    aliases: Mapping[str, Mapping[str, Any]],
    families: Mapping[str, str],
    processors: Iterable[str] = (),
) -> Names:
    """Index accelerators by id, id without vendor, alias and family, and processors by their names.

    Args:
        ids: Every accelerator.
        aliases: Alias to its row of the alias table.
        families: Accelerator to its family.
        processors: Every processor.
    """
    names = Names(kind=AcceleratorReading)
    known, sockets = list(ids), list(processors)
    for id_ in (*known, *sockets):
        names.add(id_, AcceleratorReading(id=id_))
    for alias, row in aliases.items():
        names.add(alias, _alias(row, families))
    names.add_unique((id_.partition("-")[2], id_) for id_ in (*known, *sockets))
    bare = [(MAKER.sub("", id_), id_) for id_ in sockets]
    names.add_unique(bare)
    for left_out in (LINE, TIER):
        names.add_unique((left_out.sub("", name), id_) for name, id_ in bare)
    return names


def _alias(row: Mapping[str, Any], families: Mapping[str, str]) -> AcceleratorReading:
    default = row["accelerator_id"]
    if row["kind"] == "family":
        family = families[default]
        others = tuple(id_ for id_, other in families.items() if other == family and id_ != default)
        return AcceleratorReading(id=default, others=others)
    units = int(row.get("units", 1))
    if units == 1:
        return AcceleratorReading(id=default)
    says = {"accelerators": float(units)}
    return AcceleratorReading(id=default, notes=(f"{units} accelerators",), says=says, box=units)


def plain(ids: Iterable[str], aliases: Mapping[str, str], short: Iterable[tuple[str, str]] = ()) -> Names:
    """Index ids, their aliases and, if unique, their short names."""
    names = Names()
    for id_ in ids:
        names.add(id_, Match(id=id_))
    for alias, id_ in aliases.items():
        names.add(alias, Match(id=id_))
    names.add_unique(short)
    return names
