"""Cloud regions by the places that they stand in."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from costsvc.reference.place_index import PlaceIndex, is_city, normal
from costsvc.reference.places import Place, Places
from costsvc.reference.table import Row

CLOUDS = ("gcp", "azure", "aws")
"""Clouds whose regions are named first."""
CLOSED = ("gov", "dod")
"""Regions that only a government can rent; a country or a city does not name them."""


@dataclass(frozen=True)
class CloudRegions:
    """Cloud regions by where they stand.

    Attributes:
        places: The places by id.
        index: The index of names, for the names of cities.
    """

    places: Places
    index: PlaceIndex
    _inside: dict[str, list[str]] = field(default_factory=dict)

    def inside(self, id_: str) -> list[str]:
        """The cloud regions in a place that anybody can rent, large clouds first."""
        if id_ not in self._inside:
            self._inside[id_] = self._find(id_)
        return self._inside[id_]

    def _find(self, id_: str) -> list[str]:
        place = self.places[id_]
        found = [
            region
            for region in map(str, self.places.tables["regions"])
            if (self.city_of.get(region) == id_ if is_city(id_) else self.places[region].lies_in(place))
            and not any(word in region for word in CLOSED)
        ]
        return sorted(found, key=lambda region: (_rank(region), region))

    @cached_property
    def _named(self) -> Mapping[Hashable, list[str]]:
        """Names of places by the cloud region that stands there."""
        found: dict[Hashable, list[str]] = {}
        for row in self.places.tables["place_names"].rows.values():
            if row["kind"] == "place":
                found.setdefault(row["place_id"], []).append(row["name"])
        return found

    @cached_property
    def city_of(self) -> Mapping[str, str]:
        """The city of each cloud region whose location names one."""
        found = {}
        for region, row in self.places.tables["regions"].rows.items():
            parts = (*row["location"].replace("(", ",").replace(")", ",").split(","), *self._named.get(region, ()))
            keys = (key for key in map(normal, parts) if self.index.ids.get(key) != row["subdivision"])
            named = (id_ for key in keys for id_ in self.index.cities.get(key, ()))
            city = next((id_ for id_ in named if _may_be_in(self.places[id_], row)), None)
            if city is not None:
                found[str(region)] = city
        return found


def _may_be_in(city: Place, region: Row) -> bool:
    """Whether a region whose location has the name of a city is in that city."""
    either = city.subdivision is None or region["subdivision"] is None
    return city.country == region["country"] and (either or city.subdivision == region["subdivision"])


def _rank(region: str) -> int:
    provider = region.partition(":")[0]
    return CLOUDS.index(provider) if provider in CLOUDS else len(CLOUDS)
