"""Places: cloud regions, countries, subdivisions, grid zones and cities."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from costsvc.reference.grid import Area, Grid, Level
from costsvc.reference.table import Row, Table

WORLD = "world"
UNKNOWN_OPERATOR = "*"
LARGE_CLOUDS = ("aws", "azure", "gcp")
"""Operators whose regions are suggested where no cloud is named."""
CITY = "city:"
"""Begin of the ids of cities."""
GROUPS = (
    "EU27",
    "africa",
    "asia",
    "europe",
    "latin-america",
    "middle-east",
    "north-america",
    "oceania",
    "south-america",
)
"""Groups of countries with average intensities."""
Kind = Literal["region", "country", "subdivision", "code", "city"]
TABLE_OF: Mapping[Kind, str] = {
    "region": "regions",
    "country": "countries",
    "subdivision": "subdivisions",
    "code": "subdivision_codes",
    "city": "cities",
}
"""Tables of places by kind of row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place with its areas of the grid, as far as its name determines them.

    Attributes:
        region: The canonical name.
        level: Kind of name.
        country: ISO 3166-1 alpha-3, if the place is in one country.
        subdivision: ISO 3166-2.
        zone: Grid zone with life-cycle intensities.
        egrid_zone: US subregion with direct intensities.
        marginal_zone: Region of AVERT with marginal intensities.
        tied_zone: Zone that supplies most of its electricity.
        fed_by: Country of that zone, if it is another country.
        operator: Operator of the building, ``*`` if open.
        row: Row of the cloud region.
    """

    region: str
    level: Level
    country: str | None = None
    subdivision: str | None = None
    zone: str | None = None
    egrid_zone: str | None = None
    marginal_zone: str | None = None
    tied_zone: str | None = None
    fed_by: str | None = None
    operator: str = UNKNOWN_OPERATOR
    row: Row | None = None

    def areas(self, *, direct: bool) -> list[Area]:
        """Areas in which to look up an average intensity, from the narrowest to the widest."""
        narrow: list[tuple[Level, str | None]] = [("zone", self.zone)]
        if direct:
            narrow = [("zone", self.egrid_zone), ("region", self.region if self.row else None), *narrow]
        wide: list[tuple[Level, str | None]] = [
            ("subdivision", self.subdivision),
            ("zone", self.tied_zone if direct and self.subdivision else None),
            ("country", self.country),
            ("zone", self.tied_zone if direct else None),
            ("world", WORLD),
        ]
        return [(level, zone) for level, zone in (*narrow, *wide) if zone]

    def marginal_areas(self) -> list[Area]:
        """Areas in which to look up a marginal intensity."""
        areas: list[tuple[Level, str | None]] = [
            ("zone", self.marginal_zone),
            ("zone", self.zone),
            ("subdivision", self.subdivision),
            ("country", self.country),
            ("country", self.fed_by),
        ]
        return [(level, zone) for level, zone in areas if zone]

    @property
    def hours_zone(self) -> str | None:
        """The zone whose hourly profile is used for the place."""
        return self.zone or self.tied_zone

    def lies_in(self, other: "Place") -> bool:
        """Whether the place lies in a country, a subdivision or a zone; a city without a state may."""
        if other.level in ("zone", "region"):
            return other.zone is not None and self.zone == other.zone
        stateless = self.subdivision is None and self.region.startswith(CITY)
        within = other.subdivision is None or self.subdivision == other.subdivision or stateless
        return other.country is not None and self.country == other.country and within


@dataclass(frozen=True, slots=True)
class Places(Mapping[str, Place]):
    """All places by id; each is made when it is first looked up.

    Attributes:
        tables: The tables, by name.
        grid: Intensities of the grid.
        zones: Ids of all zones of the grid.
    """

    tables: Mapping[str, Table]
    grid: Grid
    zones: tuple[str, ...] = field(init=False)
    _iso3: Mapping[str, str] = field(init=False)
    _tied: Mapping[str, str] = field(init=False)
    _made: dict[str, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the zones, the codes of countries and the ties."""
        countries = self.tables["countries"].rows.values()
        set_ = object.__setattr__
        set_(self, "zones", tuple(_zones(self.tables)))
        set_(self, "_iso3", {row["iso2"]: row["country"] for row in countries if row["iso2"]})
        set_(self, "_tied", _largest(self.tables["grid_ties"].rows.values()))

    def __getitem__(self, id_: str) -> Place:
        """The place of an id.

        Raises:
            KeyError: If no table has it.
        """
        if id_ not in self._made:
            self._made[id_] = self._make(id_)
        return self._made[id_]

    def __iter__(self) -> Iterator[str]:
        yield WORLD
        yield from GROUPS
        for table in TABLE_OF.values():
            yield from map(str, self.tables[table])
        yield from self.zones

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def row(self, kind: Kind, id_: str) -> Row | None:
        """The row of a place in the table of a kind, or None."""
        return self.tables[TABLE_OF[kind]].find(id_)

    def _make(self, id_: str) -> Place:
        if id_ in (WORLD, *GROUPS):
            return Place(region=id_, level="world" if id_ == WORLD else "region", zone=None if id_ == WORLD else id_)
        for kind in TABLE_OF:
            if row := self.row(kind, id_):
                return self._of_row(kind, row)
        if id_ in self.zones:
            return _zone(id_, self._iso3)
        raise KeyError(id_)

    def _of_row(self, kind: Kind, row: Row) -> Place:
        if kind == "region":
            return _region(row)
        if kind == "subdivision":
            return _subdivision(row, self.grid, self._tied)
        country = self._country(row["country"])
        if kind == "country":
            return country
        return _city(row, country) if kind == "city" else _of_code(row, country)

    def _country(self, iso3: str) -> Place:
        zone = self._tied.get(iso3)
        feeding = _country_of(zone, self._iso3) if zone else None
        fed_by = feeding if feeding != iso3 else None
        return Place(region=iso3, level="country", country=iso3, tied_zone=zone, fed_by=fed_by)


def _region(row: Row) -> Place:
    return Place(
        region=row["region_id"],
        level="zone",
        country=row["country"],
        subdivision=row["subdivision"],
        zone=row["zone_id"],
        egrid_zone=row["egrid_zone_id"],
        marginal_zone=row["avert_zone_id"],
        operator=row["provider"],
        row=row,
    )


def _city(row: Row, country: Place) -> Place:
    return Place(
        region=row["city_id"],
        level="zone" if row["zone_id"] else "country",
        country=row["country"],
        subdivision=row["subdivision"],
        zone=row["zone_id"],
        egrid_zone=row["egrid_zone_id"],
        marginal_zone=row["avert_zone_id"],
        tied_zone=country.tied_zone,
        fed_by=country.fed_by,
    )


def _largest(ties: Iterable[Row]) -> dict[str, str]:
    """The zone that supplies most of a place's electricity, if it has one."""
    zones = sorted((row for row in ties if row["zone_id"].startswith("em:")), key=lambda row: float(row["share"]))
    return {row["place_id"]: row["zone_id"] for row in zones}


def _subdivision(row: Row, grid: Grid, tied: Mapping[str, str]) -> Place:
    code = row["subdivision"]
    zone = f"em:{code}"
    return Place(
        region=code,
        level="subdivision",
        country=row["country"],
        subdivision=code,
        zone=zone if zone in grid else None,
        tied_zone=tied.get(code),
    )


def _of_code(row: Row, country: Place) -> Place:
    """A subdivision without figures of its own: on its zone, or on the grid of its country."""
    code = row["subdivision"]
    return Place(
        region=code,
        level="subdivision",
        country=row["country"],
        subdivision=code,
        zone=row["zone_id"],
        tied_zone=country.tied_zone,
        fed_by=country.fed_by,
    )


def _zone(zone: str, iso3: Mapping[str, str]) -> Place:
    if zone.startswith("em:"):
        return Place(region=zone, level="zone", country=_country_of(zone, iso3), zone=zone)
    return Place(region=zone, level="zone", country="USA", zone=zone)


def _country_of(zone: str, of_code: Mapping[str, str]) -> str | None:
    """The country of a zone by the two letters that its code begins with."""
    return of_code.get(zone.partition(":")[2].partition("-")[0])


def _zones(tables: Mapping[str, Table]) -> list[str]:
    averages = (tables["grid_average"], tables["grid_average_electricitymaps"])
    return sorted({row["zone_id"] for table in averages for row in table.rows.values() if ":" in row["zone_id"]})
