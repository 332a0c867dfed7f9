"""The index of names of places: every known name to the id of its place, and what else it could mean."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from costsvc.reference.places import CITY, GROUPS, WORLD, Places
from costsvc.reference.reading import fold
from costsvc.reference.table import Row

LARGE = ("aws", "gcp", "azure")
"""Clouds whose region names take precedence over equal names of smaller clouds."""
ANY = "*"
SHORT = 3
"""Letters of a name of a cloud region that needs its provider: it may be the code of a country or an airport."""
FAR_LARGER = 5
"""Ratio of populations above which the larger of two cities is meant."""
SEPARATORS = re.compile(r"[\W_]+")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "ð": "d", "þ": "th"})
"""Letters that have no decomposition into a plain letter and an accent."""
NAMED = frozenset({"usual", "former", "local", "official", "short", "code", "grid", "operator"})
"""Kinds of names of countries, subdivisions and zones."""
WITH_PROVIDER = frozenset({"place", "region-key", "az-id", "local-zone"})
"""Kinds of names of cloud regions that need their provider."""


def normal(name: str) -> str:
    """A name in lower case without accents, with single dashes between its words."""
    text = name.casefold() if name.isascii() else fold(name).translate(LETTERS)
    return SEPARATORS.sub("-", text).strip("-")


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """Names of places in the form that `normal` gives them.

    Attributes:
        ids: Name to the id of its place.
        others: Name to the ids of further places that it could mean.
        unclear: Name to the ids of several places, none of which is usual.
        exact: Name as it is written, in lower case, to the id of the only place that has it: of those that are unclear.
        sold: Provider to names of its regions to their ids.
        cities: Name to the ids of all cities of that name, the largest first.
        towns: Name of a town with its country, as clouds write it, to the ids of the regions there.
    """

    ids: dict[str, str] = field(default_factory=dict)
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unclear: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exact: dict[str, str] = field(default_factory=dict)
    sold: dict[str, dict[str, str]] = field(default_factory=dict)
    cities: dict[str, list[str]] = field(default_factory=dict)
    towns: dict[str, list[str]] = field(default_factory=dict)

    def meanings(self, key: str) -> tuple[str, ...]:
        """All places that a name could mean, the usual one first."""
        first = (self.ids[key],) if key in self.ids else ()
        every = (*first, *self.others.get(key, ()), *self.unclear.get(key, ()), *self.cities.get(key, ()))
        return tuple(dict.fromkeys(every))


def index_places(places: Places) -> PlaceIndex:
    """Index the names of all places, the names that take precedence first."""
    tables = places.tables
    index = PlaceIndex()
    names = [(normal(row["name"]), row) for row in tables["place_names"].rows.values()]
    regions = list(tables["regions"].rows.values())
    for row in regions:
        index.sold.setdefault(row["provider"], {})[normal(row["region"])] = row["region_id"]
    for key, row in names:
        if row["provider"] != ANY:
            index.sold.setdefault(row["provider"], {}).setdefault(key, row["place_id"])
    _add_ids(index, places, regions)
    _add_countries(index, places, names)
    bare = ((id_.partition(":")[2], id_) for id_ in places.zones)
    _add_unique(index, _claims((normal(code), id_) for code, id_ in bare if not places.row("code", code)))
    large, small = ([row for row in regions if (row["provider"] in LARGE) is is_large] for is_large in (True, False))
    _add_unique(index, _claims((key, row["region_id"]) for row in large if _is_long(key := normal(row["region"]))))
    _add_cities(index, places, names)
    _add_regions(index, [*((normal(row["region"]), row["region_id"]) for row in small), *_sold_as(names)])
    _add_regions(index, _alone(names))
    _add_several(index, names)
    index.towns.update(_claims((key, row["place_id"]) for key, row in names if row["kind"] == "place"))
    written = (
        (row["name"].casefold(), row["place_id"])
        for key, row in names
        if key in index.unclear and row["provider"] != ANY
    )
    index.exact.update({name: ids[0] for name, ids in _claims(written).items() if len(ids) == 1})
    return index


def _is_long(key: str) -> bool:
    return not key.isascii() or len(key.replace("-", "")) > SHORT


def _add_ids(index: PlaceIndex, places: Places, regions: Iterable[Row]) -> None:
    tables = places.tables
    index.ids.update({row["region_id"].lower().replace(":", "-"): row["region_id"] for row in regions})
    for id_ in (WORLD, *GROUPS, *tables["subdivisions"], *places.zones, *tables["cities"], *tables["countries"]):
        index.ids[normal(str(id_))] = str(id_)


def _add_countries(index: PlaceIndex, places: Places, names: Iterable[tuple[str, Row]]) -> None:
    """Add the names of countries, subdivisions, zones and their operators."""
    for row in places.tables["countries"].rows.values():
        for name in filter(None, (row["iso2"], row["name"])):
            index.ids.setdefault(normal(name), row["country"])
    for key, row in names:
        if row["kind"] in NAMED and row["provider"] == ANY:
            index.ids.setdefault(key, row["place_id"])
    for row in places.tables["subdivisions"].rows.values():
        index.ids.setdefault(normal(row["name"]), row["subdivision"])


def _add_cities(index: PlaceIndex, places: Places, names: Iterable[tuple[str, Row]]) -> None:
    """Add the names of cities; a name that a country or a state has too is a further meaning of it."""
    rows = places.tables["cities"].rows
    claims = _claims((key, row["place_id"]) for key, row in names if row["kind"] == "city")
    for key, ids in claims.items():
        largest = sorted(ids, key=lambda id_: -rows[id_]["population"])
        index.cities[key] = largest
        if key in index.ids:
            own = places[index.ids[key]]
            if apart := tuple(id_ for id_ in largest if not places[id_].lies_in(own)):
                index.others[key] = apart
        elif len(ids) == 1 or rows[largest[0]]["population"] >= FAR_LARGER * rows[largest[1]]["population"]:
            index.ids[key] = largest[0]
            if len(ids) > 1:
                index.others[key] = tuple(largest[1:])
        else:
            index.unclear[key] = tuple(largest)


def _sold_as(names: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, str]]:
    """Names of cloud regions that need no provider."""
    for key, row in names:
        if row["provider"] != ANY and row["kind"] not in WITH_PROVIDER:
            yield key, row["place_id"]


def _alone(names: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, str]]:
    """Names of places that only a cloud uses, such as ``N. Virginia``."""
    for key, row in names:
        if row["kind"] == "place" and not {",", "("} & set(row["name"]):
            yield key, row["place_id"]


def _add_regions(index: PlaceIndex, names: Iterable[tuple[str, str]]) -> None:
    """Add the names of cloud regions; one that several have means that of the only large cloud."""
    for key, ids in _claims(names).items():
        if key in index.ids or key in index.unclear or not _is_long(key):
            continue
        large = [id_ for id_ in ids if id_.partition(":")[0] in LARGE]
        if len(ids) == 1 or len(large) == 1:
            index.ids[key] = (large or ids)[0]
            if len(ids) > 1:
                index.others[key] = tuple(id_ for id_ in ids if id_ != index.ids[key])
        else:
            index.unclear[key] = tuple(large or ids)


def _add_several(index: PlaceIndex, names: Iterable[tuple[str, Row]]) -> None:
    """Add what stands for several places, and further meanings."""
    groups = _claims((key, row["place_id"]) for key, row in names if row["kind"] == "group")
    index.unclear.update({key: tuple(ids) for key, ids in groups.items() if key not in index.ids})
    further = _claims((key, row["place_id"]) for key, row in names if row["kind"] == "other")
    index.others.update({key: (*index.others.get(key, ()), *ids) for key, ids in further.items()})


def _claims(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The ids that claim each name, without repeats."""
    claims: dict[str, list[str]] = {}
    for key, id_ in pairs:
        ids = claims.setdefault(key, [])
        if id_ not in ids:
            ids.append(id_)
    return claims


def _add_unique(index: PlaceIndex, claims: dict[str, list[str]]) -> None:
    for key, ids in claims.items():
        if len(ids) == 1:
            index.ids.setdefault(key, ids[0])


def squeezed(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names without any separator, with the ids of those that become the same."""
    for key, ids in _claims((key.replace("-", ""), id_) for key, id_ in pairs).items():
        yield key, tuple(ids)


def is_city(id_: str) -> bool:
    """Whether an id is that of a city."""
    return id_.startswith(CITY)
