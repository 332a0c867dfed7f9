"""The best option of each city of a placement, for a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from costsvc.answers.placement import MapPoint, Role
from costsvc.answers.quantities import PlacementMetric
from costsvc.estimates.placement.hosted import HostedOptions
from costsvc.estimates.placement.options import Options
from costsvc.reference.catalog import Catalog
from costsvc.reference.coordinates import Position, position_of

DEGREE_DIGITS = 2
"""Decimals of a position: about 1 km."""
AMOUNT_DIGITS = 5


@dataclass(slots=True)
class _City:
    """A city with the options there.

    Attributes:
        position: Its position.
        best: Index of its best option.
        regions: Its regions, that of the best option first.
    """

    position: Position
    best: int
    regions: list[str]


def map_points(
    options: Options | HostedOptions, order: Sequence[int], roles: Mapping[Role, str | None], catalog: Catalog
) -> tuple[list[MapPoint], int]:
    """The best option of each city, and the number of regions whose position is not known.

    Args:
        options: All options.
        order: Indices of the options within the limits, the best first.
        roles: The regions that have a role in the answer.
        catalog: The reference tables.
    """
    cities: dict[str, _City] = {}
    unplaced = set()
    for index in order:
        region = options.region(index)
        position = None if region is None else catalog.memos[position_of](region)
        if region is None or position is None:
            unplaced.add(region)
            continue
        city = cities.setdefault(position.city, _City(position, index, []))
        if region not in city.regions:
            city.regions.append(region)
    points = [
        _point(city, options, [role for role, there in roles.items() if there in city.regions])
        for city in cities.values()
    ]
    return points, len(unplaced)


def _point(city: _City, options: Options | HostedOptions, roles: list[Role]) -> MapPoint:
    return {
        "latitude": round(city.position.latitude, DEGREE_DIGITS),
        "longitude": round(city.position.longitude, DEGREE_DIGITS),
        "region": city.regions[0],
        "regions": len(city.regions),
        "holds": roles,
        "accelerator": options.device(city.best),
        "carbon_kg": _amount(options, city.best, "carbon_kg"),
        "cost_usd": _amount(options, city.best, "cost_usd"),
    }


def _amount(options: Options | HostedOptions, index: int, name: PlacementMetric) -> float | None:
    amount = float(options.column(name)[index])
    return None if np.isnan(amount) else float(f"{amount:.{AMOUNT_DIGITS}g}")
