"""The reader of names of places: takes a name apart, and never lands on another place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from costsvc.reference import place_patterns
from costsvc.reference.place_index import LARGE, PlaceIndex, index_places, is_city, normal, squeezed
from costsvc.reference.place_patterns import CODE, LONGEST, STATES, VAGUE
from costsvc.reference.place_regions import CloudRegions
from costsvc.reference.place_suggestions import PlaceSuggestions
from costsvc.reference.places import Places
from costsvc.reference.reading import Reading

MOST_WORDS = 8
SHOWN = 6
"""Cloud regions of a city that a warning names."""


@dataclass(frozen=True)
class PlaceNames:
    """Names of all places.

    Attributes:
        places: The places by id.
        index: The index of names.
        regions: The cloud regions by where they stand.
    """

    places: Places
    index: PlaceIndex = field(init=False)
    regions: CloudRegions = field(init=False)
    _small: Mapping[str, str] = field(init=False)
    _noted: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the names."""
        object.__setattr__(self, "index", index_places(self.places))
        object.__setattr__(self, "regions", CloudRegions(self.places, self.index))
        rows = self.places.tables["regions"].rows.values()
        small = {row["region_id"]: row["provider"] for row in rows if row["provider"] not in LARGE}
        object.__setattr__(self, "_small", small)

    def read(self, name: str) -> Reading | None:
        """What a name means, or None.

        Args:
            name: As people and tools write it: ``us-east-1a``, ``East US``, ``AWS Paris``, ``IN-MH``, ``SE3``.
        """
        if len(name) > LONGEST:
            return None
        key = normal(name)
        id_ = self.index.ids.get(key)
        if id_ is not None:
            return self._reading(id_, key)
        if key in self.index.unclear:
            return self._exact(name, key)
        return self._take_apart(key)

    def nearest(self, name: str) -> list[str]:
        """Ids of the places that an unknown name most likely means, best first."""
        return self._suggestions.nearest(name) if len(name) <= LONGEST else []

    @cached_property
    def _suggestions(self) -> PlaceSuggestions:
        return PlaceSuggestions(self)

    def provider_regions(self, provider: str, key: str) -> list[str]:
        """The regions of a provider in any place that a name means."""
        for id_ in self.meanings(key):
            there = [] if self.places[id_].row else self.regions.inside(id_)
            if found := [region for region in there if region.startswith(f"{provider}:")]:
                return found
        return []

    def meanings(self, key: str) -> tuple[str, ...]:
        """All places that a name could mean, with codes and names of ISO 3166-2."""
        return tuple(dict.fromkeys((*self.index.meanings(key), *self._codes(key))))

    def _codes(self, key: str) -> tuple[str, ...]:
        """Codes of ISO 3166-2 of a code or a name."""
        code = key.upper()
        return (code,) if self.places.row("code", code) else self.subdivisions.get(key, ())

    def _state(self, key: str, area: str) -> tuple[str, ...]:
        """The subdivision of a country that has a code: ``QC`` in Canada."""
        row = self.places.row("country", area)
        if row is None or len(key) > CODE:
            return ()
        return tuple(id_ for id_ in self.meanings(normal(f"{row['iso2']}-{key}")) if "-" in id_)

    def _reading(self, id_: str, key: str) -> Reading:
        notes: tuple[str, ...] = ()
        if is_city(id_):
            notes = () if key == normal(id_) else self._notes_of_city(id_)
        elif (provider := self._small.get(id_)) and not key.startswith(f"{provider}-"):
            notes = (f"a region of {provider}",)
        return Reading(id=id_, others=self.index.others.get(key, ()), notes=notes)

    def _exact(self, name: str, key: str) -> Reading | None:
        """Read a name that only its punctuation tells from another one: ``Canada (Central)``, ``Canada Central``."""
        id_ = self.index.exact.get(name.strip().casefold())
        if id_ is None:
            return None
        return Reading(id=id_, others=tuple(other for other in self.index.unclear[key] if other != id_))

    def _take_apart(self, key: str) -> Reading | None:
        """Read a name that is not in the index."""
        code = key.upper()
        if self.places.row("code", code):
            return Reading(id=code)
        if split := place_patterns.split_provider(key):
            return self._at_provider(*split)
        for read in (
            *(self._squeezed_name, self._zone, self._usage, self._subdivision, self._within),
            *(self._inverted, self._stripped, self._town),
        ):
            if found := read(key):
                return found
        return None

    def _at_provider(self, provider: str, key: str) -> Reading | None:
        """Read what stands beside the name of a cloud."""
        sold = self.index.sold.get(provider, {})
        bare = place_patterns.without_words(key)
        id_ = sold.get(key) or sold.get(bare) or self._sold_squeezed(provider).get(bare.replace("-", ""))
        if id_ is not None and not is_city(id_):
            return Reading(id=id_)
        if found := self._zone(key, provider) or self._usage(key):
            return found
        regions = self.provider_regions(provider, bare)
        if len(regions) == 1:
            return Reading(id=regions[0], notes=(f"the only region of {provider} there",))
        return None

    def _squeezed_name(self, key: str) -> Reading | None:
        bare = key.replace("-", "")
        ids = self.squeezed.get(bare, ()) if len(bare) > CODE else ()
        return self._reading(ids[0], key) if len(ids) == 1 else None

    def _zone(self, key: str, provider: str | None = None) -> Reading | None:
        """Read the name of a zone of a cloud region, or of a local zone."""
        for cloud, base, note, named in place_patterns.zones(key, provider):
            id_ = self.index.sold.get(cloud, {}).get(base)
            if id_ is not None and (named or id_ == f"{cloud}:{base}" or base == normal(id_.partition(":")[2])):
                return Reading(id=id_, notes=(note,)) if note else self._reading(id_, key)
        return self._local_zone(key) if provider in (None, "aws") else None

    def _local_zone(self, key: str) -> Reading | None:
        found = place_patterns.local_zone(key)
        if found is None:
            return None
        region, city = found
        sold = self.index.sold["aws"]
        parent = sold.get(f"{region}-az") or sold.get(region)
        id_ = sold.get(f"{parent.partition(':')[2]}-{city}") if parent else None
        if id_ is None:
            return None
        return Reading(id=id_, notes=(f"a local zone of {parent} in this city", self._grid_of(id_)))

    def _usage(self, key: str) -> Reading | None:
        """Read a type of usage of an AWS bill, which begins with the code of the region."""
        code, _, rest = key.partition("-")
        id_ = self.index.sold["aws"].get(code)
        if id_ is None or not place_patterns.USAGE & set(rest.split("-")):
            return None
        return Reading(id=id_, notes=(f"billing code {code.upper()}",))

    def _subdivision(self, key: str) -> Reading | None:
        ids = self.subdivisions.get(key, ())
        return Reading(id=ids[0], others=self.index.others.get(key, ())) if len(ids) == 1 else None

    def _within(self, key: str) -> Reading | None:
        """Read a place with the country or the state that it lies in: ``Portland, OR``, ``Georgia, USA``."""
        for part, whole in _halves(key):
            for area in self._areas(whole):
                known = (self.index.meanings(part), self._state(part, area), self._codes(part))
                first, *more = next(filter(None, (self._inside(ids, area) for ids in known)), [""])
                if first and all(self.places[id_].lies_in(self.places[first]) for id_ in more):
                    return Reading(id=first, notes=self._notes_of_city(first) if is_city(first) else ())
        return None

    def _inside(self, ids: Iterable[str], area: str) -> list[str]:
        """The places that lie in an area; the area itself if no other does."""
        inside = [id_ for id_ in ids if self.places[id_].lies_in(self.places[area])]
        return [id_ for id_ in inside if id_ != area] or inside

    def _areas(self, key: str) -> Iterator[str]:
        """Countries and subdivisions of a name or a code."""
        for id_ in self.meanings(key):
            if self.places[id_].level in ("country", "subdivision") and not is_city(id_):
                yield id_
        if len(key) in (2, 3):
            for country in STATES:
                yield from (id_ for id_ in self.index.meanings(f"{country}-{key}") if "-" in id_)

    def _stripped(self, key: str) -> Reading | None:
        bare = place_patterns.without_words(key)
        if bare == key or not bare:
            return None
        id_ = self.index.ids.get(bare)
        return self._reading(id_, bare) if id_ else self._take_apart(bare)

    def _inverted(self, key: str) -> Reading | None:
        """Read the official name of a country with the country in front."""
        if not place_patterns.INVERTED.fullmatch(key) or key.count("-") > MOST_WORDS:
            return None
        for before, after in _halves(key):
            bare = place_patterns.without_words(f"{after}-{before}")
            id_ = self.index.ids.get(f"{after}-{before}") or self.index.ids.get(bare)
            if id_ is not None and self.places[id_].level == "country":
                return Reading(id=id_)
        return None

    def _town(self, key: str) -> Reading | None:
        """Read a town that only one cloud names, with its country: ``Eemshaven, Netherlands``."""
        ids = self.index.towns.get(key, ())
        return self._reading(ids[0], key) if len(ids) == 1 else None

    def _notes_of_city(self, id_: str) -> tuple[str, ...]:
        """What the warning about a city says: its grid, other cities of its name, and the cloud regions there."""
        if id_ not in self._noted:
            self._noted[id_] = tuple(self._describe_city(id_))
        return self._noted[id_]

    def _describe_city(self, id_: str) -> Iterator[str]:
        row = self.places.tables["cities"].rows[id_]
        regions = self.regions.inside(id_)
        yield f"a city, {self._grid_of(id_)}"
        if row["namesakes"]:
            yield "smaller places have this name too"
        if regions:
            more = f" and {len(regions) - SHOWN} more" if len(regions) > SHOWN else ""
            yield f"cloud regions there: {', '.join(regions[:SHOWN])}{more}"

    def _grid_of(self, id_: str) -> str:
        place = self.places[id_]
        return f"on the grid {place.zone or place.country}"

    @cached_property
    def subdivisions(self) -> Mapping[str, tuple[str, ...]]:
        """Names of ISO 3166-2 to their codes; made at the first name that is not in the index."""
        found: dict[str, list[str]] = {}
        for id_, row in self.places.tables["subdivision_codes"].rows.items():
            for name in dict.fromkeys((normal(row["name"]), normal(row["name"].partition(",")[0]))):
                if len(name) > CODE and name not in VAGUE:
                    found.setdefault(name, []).append(str(id_))
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def squeezed(self) -> Mapping[str, tuple[str, ...]]:
        """Names without separators to the ids that they could mean."""
        return dict(squeezed(self.index.ids.items()))

    def _sold_squeezed(self, provider: str) -> Mapping[str, str]:
        if provider not in self._squeezed_by_provider:
            pairs = squeezed(self.index.sold.get(provider, {}).items())
            self._squeezed_by_provider[provider] = {key: ids[0] for key, ids in pairs if len(ids) == 1}
        return self._squeezed_by_provider[provider]

    @cached_property
    def _squeezed_by_provider(self) -> dict[str, Mapping[str, str]]:
        return {}


def _halves(key: str) -> Iterator[tuple[str, str]]:
    """A name in two parts, of which either may be the country or the state."""
    words = key.split("-")
    if len(words) > MOST_WORDS:
        return
    for i in range(len(words) - 1, 0, -1):
        before, after = "-".join(words[:i]), "-".join(words[i:])
        yield before, after
        yield after, before
