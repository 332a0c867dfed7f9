"""Places: cloud regions, countries, subdivisions and grid zones, and their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from costsvc.reference.grid import Area, Grid, Level
from costsvc.reference.names import Match, Names
from costsvc.reference.table import Row, Table

WORLD = "world"
UNKNOWN_OPERATOR = "*"
LARGE = ("aws", "gcp", "azure")
"""Clouds whose region names take precedence over equal names of smaller clouds."""
GROUPS = ("EU27",)
"""Groups of countries with average intensities."""
SPOKEN = {"UK": "GBR", "UAE": "ARE", "EU": "EU27", "European Union": "EU27", "global": WORLD}
"""Common names that are in no table of codes."""
TERRITORIES = {"US-AS": "ASM", "US-GU": "GUM", "US-MP": "MNP", "US-PR": "PRI", "US-VI": "VIR"}
"""Subdivisions of the United States with a country code and a grid of their own."""


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


@dataclass(frozen=True, slots=True)
class Places:
    """All places by id, and their names."""

    by_id: Mapping[str, Place]
    names: Names

    def find(self, name: str) -> Place | None:
        """The place of a name: ``aws:us-east-1``, ``aws/us-east-1``, ``USA``, ``US-VA``, ``em:DE``, ``world``."""
        match = self.names.find(name.replace("/", ":"))
        return self.by_id[match.id] if match else None


def places(tables: Mapping[str, Table], grid: Grid) -> Places:
    """Index cloud regions, countries, subdivisions and grid zones."""
    countries, regions = tables["countries"], tables["regions"]
    iso3 = {row["iso2"]: row["country"] for row in countries.rows.values() if row["iso2"]}
    tied = _largest(tables["grid_ties"].rows.values())
    found = [Place(region=WORLD, level="world")]
    found += [Place(region=group, level="region", zone=group) for group in GROUPS]
    found += [_region(row) for row in regions.rows.values()]
    found += [_country(row["country"], tied, iso3) for row in countries.rows.values()]
    found += [_subdivision(row, grid, tied) for row in tables["subdivisions"].rows.values()]
    found += [_zone(str(zone), iso3) for zone in _zones(tables)]
    by_id = {place.region: place for place in found}
    names = Names()
    for id_ in by_id:
        names.add(id_, Match(id=id_))
    for row in countries.rows.values():
        for name in filter(None, (row["iso2"], row["name"])):
            names.add(name, Match(id=row["country"]))
    for name, place in (SPOKEN | TERRITORIES).items():
        names.add(name, Match(id=place))
    names.add_unique((row["name"], row["subdivision"]) for row in tables["subdivisions"].rows.values())
    for large in (True, False):
        names.add_unique(
            (row["region"], row["region_id"]) for row in regions.rows.values() if (row["provider"] in LARGE) is large
        )
    names.add_unique((id_.partition(":")[2], id_) for id_ in _zones(tables))
    return Places(by_id, names)


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


def _largest(ties: Iterable[Row]) -> dict[str, str]:
    """The zone that supplies most of a place's electricity, if it has one."""
    zones = sorted((row for row in ties if row["zone_id"].startswith("em:")), key=lambda row: float(row["share"]))
    return {row["place_id"]: row["zone_id"] for row in zones}


def _country(iso3: str, tied: Mapping[str, str], of_code: Mapping[str, str]) -> Place:
    zone = tied.get(iso3)
    feeding = _country_of(zone, of_code) if zone else None
    fed_by = feeding if feeding != iso3 else None
    return Place(region=iso3, level="country", country=iso3, tied_zone=zone, fed_by=fed_by)


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
