"""Where places are on a map: the city of a region, else the largest city around."""

from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row

EARTH_KM = 6371.0
AROUND = ("subdivision", "zone_id", "country")
"""Columns of the table of cities by which the largest city around a place is found, the narrowest first."""


class Position(NamedTuple):
    """A position, with the city whose position it is."""

    city: str
    latitude: float
    longitude: float


def distance_km(one: Position, other: Position) -> float:
    """The distance of two positions along the surface of the earth [km].

    Args:
        one: A position.
        other: Another one.
    """
    (south, west), (north, east) = (map(radians, position[1:]) for position in (one, other))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(half, 1.0)))


def position_of(catalog: Catalog, region: str) -> Position | None:
    """The position of a place; None if no city is known there.

    Args:
        catalog: The reference tables.
        region: The id of a cloud region, a city, a country, a subdivision or a zone.
    """
    city = next(_cities(catalog, region), None)
    return None if city is None else Position(city["city_id"], float(city["latitude"]), float(city["longitude"]))


def _cities(catalog: Catalog, region: str) -> Iterator[Row]:
    """The city of a place, then the largest ones around it."""
    rows = catalog.tables["cities"].rows
    own = rows.get(catalog.place_names.regions.city_of.get(region, region))
    if own is not None:
        yield own
    place = catalog.places.get(region)
    if place is None:
        return
    for column, value in zip(AROUND, (place.subdivision, place.zone, place.country), strict=True):
        if value is not None:
            yield from catalog.memos[_largest](column).get((value, place.country), ())


def _largest(catalog: Catalog, column: str) -> dict[tuple[str, str], list[Row]]:
    """The largest city by the value of a column and the country."""
    rows = sorted(catalog.tables["cities"].rows.values(), key=lambda row: float(row["population"]))
    return {(row[column], row["country"]): [row] for row in rows}
