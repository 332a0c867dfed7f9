"""Every option of a placement at once: machines, places and kinds of price, on columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from costsvc.estimates.comparisons.parts import Basis
from costsvc.estimates.comparisons.totals import COLUMNS
from costsvc.estimates.placement.candidates import Fitting, Spot, Workload
from costsvc.model.chains.footprint import (
    MISSING,
    Footprint,
    Manufacture,
    Market,
    Ownership,
    Place,
    Price,
    SocialCost,
    Surroundings,
    footprint,
    market_g_per_kwh,
)
from costsvc.model.inputs import central, stack, take
from costsvc.model.power import Usage
from costsvc.model.uncertainty import finite
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import PlacementMetric
from costsvc.requests.workloads import ON_DEMAND, OWNED, PriceKind, Pricing, Serving
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ANY, ResolvedHost, ResolvedMachine, resolve_host
from costsvc.resolve.price import resolve_price
from costsvc.units import Array

ELSEWHERE = "price-any-provider"
NOT_OWNED = Ownership(
    purchase_usd=MISSING,
    age_years=MISSING,
    utilization=MISSING,
    decline_per_year=MISSING,
    electricity_usd_per_kwh=MISSING,
    facility_usd_per_kwh=MISSING,
)
NO_SOCIAL_COST = SocialCost(usd_per_t=MISSING, price_index_ratio=MISSING)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """Every option, as arrays over machines, places and kinds of price.

    Attributes:
        machines: Along the first axis.
        spots: Along the second.
        kinds: Along the third; None is what is usual of a machine in a place.
        paid: Kind of price of each option.
        amounts: A row per option, a column per name in COLUMNS; NaN is unknown.
        offered: Whether the seller there is known to rent the machine out so.
    """

    machines: Sequence[Fitting]
    spots: Sequence[Spot]
    kinds: Sequence[PriceKind | None]
    paid: npt.NDArray[np.object_]
    amounts: Array
    offered: npt.NDArray[np.bool_]

    def column(self, name: PlacementMetric) -> Array:
        """One metric of every option."""
        return self.amounts[:, COLUMNS.index(name)]

    def workload(self, index: int) -> Workload:
        """The workload as an option would run it."""
        sizes = (len(self.machines), len(self.spots), len(self.kinds))
        machine, spot, kind = (int(place) for place in np.unravel_index(index, sizes))
        site = self.spots[spot].site
        return replace(
            self.machines[machine].workload,
            site=replace(site, pricing=replace(site.pricing, kind=self.kinds[kind])),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """The options as numbers of machine, place and kind of price, one row each.

    Attributes:
        machines: Number of the machine. [1]
        spots: Number of the place. [1]
        kinds: Number of the kind of price. [1]
    """

    machines: npt.NDArray[np.int64]
    spots: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]


def compute_options(
    own: Workload,
    tried: tuple[Sequence[Fitting], Sequence[Spot], Sequence[PriceKind | None]],
    basis: Basis,
    catalog: Catalog,
) -> Options:
    """Every machine in every place at every kind of price, by the footprint chain on columns.

    Args:
        own: The workload.
        tried: Machines, places and kinds of price.
        basis: Which CO2e counts.
        catalog: The tables.
    """
    fitting, places, kinds = tried
    sizes = (len(fitting), len(places), len(kinds))
    grid = _Grid(**dict(zip(("machines", "spots", "kinds"), map(np.ravel, np.indices(sizes)), strict=True)))
    home = [
        places[j].is_home_of(fitting[i].machine, kinds[k])
        for i, j, k in zip(grid.machines, grid.spots, grid.kinds, strict=True)
    ]
    paid = [kinds[k] or (OWNED if is_home else ON_DEMAND) for k, is_home in zip(grid.kinds, home, strict=True)]
    times = own.requests if isinstance(own, Serving) else 1.0
    prices, offered = _prices(grid, fitting, places, paid, catalog)
    amounts = np.empty((0, len(COLUMNS)))
    if paid:
        around = Surroundings(
            place=_places(grid, places, home),
            manufacture=_manufacture(grid, fitting, catalog),
            price=prices,
            social=NO_SOCIAL_COST,
        )
        found = footprint(_usage(grid, fitting, times), around)
        duration = np.array([one.duration_h for one in fitting])[grid.machines] * times
        amounts = _amounts(found, basis, duration)
    return Options(
        machines=fitting, spots=places, kinds=kinds, paid=np.array(paid, dtype=object), amounts=amounts, offered=offered
    )


def _amounts(found: Footprint, basis: Basis, duration_h: Array) -> Array:
    carbon = getattr(found, f"{basis}_kg")
    columns = (found.energy_kwh, carbon, found.total_l, found.total_usd, duration_h[:, None])
    amounts = np.concatenate(np.broadcast_arrays(*columns), axis=1)
    finite(amounts[~np.isnan(amounts)])
    return amounts


def _usage(grid: _Grid, fitting: Sequence[Fitting], times: float) -> Usage:
    usages = [replace(one.usage, hours=one.usage.hours * times) for one in fitting]
    return take(stack(usages), grid.machines)


def _places(grid: _Grid, places: Sequence[Spot], home: Sequence[bool]) -> Place:
    """The place of each option, with the building of a household for machines at home."""
    found = [_place(spot) for spot in places]
    rows = take(stack([one for one, _ in found]), grid.spots)
    at_home = take(stack([building for _, building in found]), grid.spots)
    is_home = np.array(home)[:, None]
    return replace(
        rows,
        pue=np.where(is_home, at_home[0], rows.pue),
        wue_l_per_kwh=np.where(is_home, at_home[1], rows.wue_l_per_kwh),
    )


def _place(spot: Spot) -> tuple[Place, tuple[float, float]]:
    """A place at central values, and PUE and WUE of a household there."""
    place = spot.resolved.inputs.numbers(central)
    home = place if spot.home is None else spot.home.inputs.numbers(central)
    market = Market(contract_share=1.0, contract_g_per_kwh=market_g_per_kwh(place))
    return replace(place, market=market), (float(home.pue), float(home.wue_l_per_kwh))


def _manufacture(grid: _Grid, fitting: Sequence[Fitting], catalog: Catalog) -> Manufacture:
    hosts: list[ResolvedHost] = [catalog.memos[resolve_host](one.machine) for one in fitting]
    found = [host.manufacture.numbers(central) for host in hosts]
    whole = [replace(one, host_share=1.0 if one.host_share is None else one.host_share) for one in found]
    return take(stack(whole), grid.machines)


def _prices(
    grid: _Grid, fitting: Sequence[Fitting], places: Sequence[Spot], paid: Sequence[PriceKind], catalog: Catalog
) -> tuple[Price, npt.NDArray[np.bool_]]:
    """What each option pays, and whether its seller is known to offer it."""
    rows, offered = [], np.ones(len(paid), dtype=bool)
    for row, (i, j, kind) in enumerate(zip(grid.machines, grid.spots, paid, strict=True)):
        spot, log = places[j], FactorLog()
        pricing = replace(spot.site.pricing, kind=kind)
        rows.append(_price(pricing, fitting[i].machine, spot, catalog, log))
        offered[row] = ELSEWHERE not in log.warnings or spot.resolved.seller == ANY
    return stack(rows) if rows else Price(), offered


def _price(pricing: Pricing, machine: ResolvedMachine, spot: Spot, catalog: Catalog, log: FactorLog) -> Price:
    """A price at central values that says of rented and owned machines alike what they cost."""
    price = resolve_price(pricing, machine, spot.resolved, catalog, log).numbers(central)
    owned = price.owned or NOT_OWNED
    facility = owned.facility_usd_per_kwh
    return replace(price, owned=replace(owned, facility_usd_per_kwh=0.0 if facility is None else facility))
