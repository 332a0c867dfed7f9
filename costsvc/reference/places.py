"""From the names of regions, countries and grid zones to places."""

from collections.abc import Mapping
from dataclasses import dataclass

from costsvc.reference.grid import Area, Grid, Level
from costsvc.reference.names import Match, Names
from costsvc.reference.table import Row, Table

WORLD = "world"
UNKNOWN_OPERATOR = "*"
LARGE = ("aws", "gcp", "azure")
"""Clouds whose region names mean theirs, where a smaller cloud uses the same."""
GROUPS = ("EU27",)
"""Groups of countries that averages are known for."""
SPOKEN = {"UK": "GBR", "UAE": "ARE", "EU": "EU27", "European Union": "EU27", "global": WORLD}
"""Names that no table of codes has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where electricity is drawn, as far as a name says it.

    Attributes:
        region: The canonical name.
        level: What kind of name it is.
        country: ISO 3166-1 alpha-3, where the place lies in one country.
        subdivision: ISO 3166-2.
        zone: Zone of the grid that life-cycle figures are known for.
        egrid_zone: US subregion that direct figures are known for.
        marginal_zone: Zone that marginal figures are known for.
        operator: Who runs the building, ``*`` where that is open.
        row: The row of a cloud region.
    """

    region: str
    level: Level
    country: str | None = None
    subdivision: str | None = None
    zone: str | None = None
    egrid_zone: str | None = None
    marginal_zone: str | None = None
    operator: str = UNKNOWN_OPERATOR
    row: Row | None = None

    def areas(self, *, direct: bool) -> list[Area]:
        """The areas to look a grid figure up for, from the narrowest to the widest."""
        narrow: list[tuple[Level, str | None]] = [("zone", self.zone)]
        if direct:
            narrow = [("zone", self.egrid_zone), ("region", self.region if self.row else None), *narrow]
        wide: list[tuple[Level, str | None]] = [
            ("subdivision", self.subdivision),
            ("country", self.country),
            ("world", WORLD),
        ]
        return [(level, zone) for level, zone in (*narrow, *wide) if zone]

    def marginal_areas(self) -> list[Area]:
        """The areas to look a marginal figure up for."""
        areas: list[tuple[Level, str | None]] = [("zone", self.marginal_zone), ("country", self.country)]
        return [(level, zone) for level, zone in areas if zone]


@dataclass(frozen=True, slots=True)
class Places:
    """Every place by name, and the names that lead to them."""

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
    found = [Place(region=WORLD, level="world")]
    found += [Place(region=group, level="region", zone=group) for group in GROUPS]
    found += [_region(row) for row in regions.rows.values()]
    found += [_country(row["country"]) for row in countries.rows.values()]
    found += [_subdivision(row, grid) for row in tables["subdivisions"].rows.values()]
    found += [_zone(str(zone), iso3) for zone in _zones(tables)]
    by_id = {place.region: place for place in found}
    names = Names()
    for id_ in by_id:
        names.add(id_, Match(id=id_))
    for row in countries.rows.values():
        for name in filter(None, (row["iso2"], row["name"])):
            names.add(name, Match(id=row["country"]))
    for name, place in SPOKEN.items():
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


def _country(iso3: str) -> Place:
    return Place(region=iso3, level="country", country=iso3)


def _subdivision(row: Row, grid: Grid) -> Place:
    code = row["subdivision"]
    zone = f"em:{code}"
    return Place(
        region=code,
        level="subdivision",
        country=row["country"],
        subdivision=code,
        zone=zone if zone in grid else None,
    )


def _zone(zone: str, iso3: Mapping[str, str]) -> Place:
    code = zone.partition(":")[2]
    if zone.startswith("em:"):
        return Place(region=zone, level="zone", country=iso3.get(code.partition("-")[0]), zone=zone)
    return Place(region=zone, level="zone", country="USA", egrid_zone=zone)


def _zones(tables: Mapping[str, Table]) -> list[str]:
    averages = (tables["grid_average"], tables["grid_average_electricitymaps"])
    return sorted({row["zone_id"] for table in averages for row in table.rows.values() if ":" in row["zone_id"]})
