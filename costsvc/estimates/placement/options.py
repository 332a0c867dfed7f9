"""All options of a placement at once: machines, sites and kinds of price as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from costsvc.answers.quantities import CarbonBasis, PlacementMetric
from costsvc.estimates.comparisons.totals import COLUMNS
from costsvc.estimates.placement.candidates import Candidate, SiteChoice, Workload
from costsvc.model.chains.footprint import Footprint, footprint, market_g_per_kwh
from costsvc.model.chains.surroundings import (
    MISSING,
    Manufacture,
    Market,
    Ownership,
    Place,
    Price,
    Surroundings,
)
from costsvc.model.inputs import central, stack, take
from costsvc.model.power import Usage
from costsvc.model.uncertainty import finite
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import ON_DEMAND, OWNED, PriceKind, Serving
from costsvc.resolve.machine import ANY, ResolvedHost, ResolvedMachine, resolve_host
from costsvc.resolve.price import resolve_price
from costsvc.resolve.rent import Rent, Wanted, find_rent, wanted_price
from costsvc.resolve.surroundings import NO_SOCIAL_COST
from costsvc.units import Array

ELSEWHERE = "price-any-provider"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """All options, as arrays over candidates, sites and kinds of price.

    Attributes:
        candidates: Candidates of the first axis.
        sites: Sites of the second axis.
        kinds: Kinds of price of the third axis; None for the default of a machine at a site.
        paid: Kind of price of each option.
        amounts: A row per option, a column per name in COLUMNS; NaN if not known.
        offered: Whether the seller is known to offer each option.
    """

    candidates: Sequence[Candidate]
    sites: Sequence[SiteChoice]
    kinds: Sequence[PriceKind | None]
    paid: npt.NDArray[np.object_]
    amounts: Array
    offered: npt.NDArray[np.bool_]

    def column(self, name: PlacementMetric) -> Array:
        """One metric of every option."""
        return self.amounts[:, COLUMNS.index(name)]

    def workload(self, index: int) -> Workload:
        """The workload of an option."""
        _, place, kind = self._position(index)
        site = self.sites[place].site
        return replace(
            self.candidate(index).workload,
            site=replace(site, pricing=replace(site.pricing, kind=self.kinds[kind])),
        )

    def device(self, index: int) -> str:
        """The accelerator of an option."""
        return self.candidate(index).machine.device

    def region(self, index: int) -> str | None:
        """The region of an option."""
        return self.sites[self._position(index)[1]].site.region

    def seller(self, index: int) -> str | None:
        """Whose price an option has."""
        return self.workload(index).site.pricing.provider

    def paid_as(self, index: int) -> str:
        """The kind of price of an option."""
        return str(self.paid[index])

    def candidate(self, index: int) -> Candidate:
        """The candidate of an option."""
        return self.candidates[self._position(index)[0]]

    def _position(self, index: int) -> tuple[int, int, int]:
        """The indices of an option's candidate, site and kind of price."""
        sizes = (len(self.candidates), len(self.sites), len(self.kinds))
        candidate, site, kind = np.unravel_index(index, sizes)
        return int(candidate), int(site), int(kind)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Indices of candidate, site and kind of price, one row per option.

    Attributes:
        candidates: Index of the candidate. [1]
        sites: Index of the site. [1]
        kinds: Index of the kind of price. [1]
    """

    candidates: npt.NDArray[np.int64]
    sites: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]


def compute_options(
    workload: Workload,
    axes: tuple[Sequence[Candidate], Sequence[SiteChoice], Sequence[PriceKind | None]],
    basis: CarbonBasis,
    catalog: Catalog,
) -> Options:
    """Compute every candidate at every site and kind of price with the footprint chain on columns.

    Args:
        workload: The workload.
        axes: Candidates, sites and kinds of price.
        basis: Which CO2e counts.
        catalog: The reference tables.
    """
    candidates, sites, kinds = axes
    sizes = (len(candidates), len(sites), len(kinds))
    grid = _Grid(**dict(zip(("candidates", "sites", "kinds"), map(np.ravel, np.indices(sizes)), strict=True)))
    home = [
        sites[j].is_home_of(candidates[i].machine, kinds[k])
        for i, j, k in zip(grid.candidates, grid.sites, grid.kinds, strict=True)
    ]
    paid = [kinds[k] or (OWNED if is_home else ON_DEMAND) for k, is_home in zip(grid.kinds, home, strict=True)]
    times = workload.requests if isinstance(workload, Serving) else 1.0
    prices, offered = _prices(grid, candidates, sites, paid, catalog)
    amounts = np.empty((0, len(COLUMNS)))
    if paid:
        around = Surroundings(
            place=_places(grid, sites, home),
            manufacture=_manufacture(grid, candidates, catalog),
            price=prices,
            social=NO_SOCIAL_COST.numbers(central),
        )
        duration = np.array([candidate.duration_h for candidate in candidates])[grid.candidates] * times
        amounts = _amounts(footprint(_usage(grid, candidates, times), around), basis, duration)
    return Options(
        candidates=candidates,
        sites=sites,
        kinds=kinds,
        paid=np.array(paid, dtype=object),
        amounts=amounts,
        offered=offered,
    )


def _amounts(result: Footprint, basis: CarbonBasis, duration_h: Array) -> Array:
    carbon = getattr(result, f"{basis}_kg")
    columns = (result.energy_kwh, carbon, result.total_l, result.total_usd, duration_h[:, None])
    amounts = np.concatenate(np.broadcast_arrays(*columns), axis=1)
    finite(amounts[~np.isnan(amounts)])
    return amounts


def _usage(grid: _Grid, candidates: Sequence[Candidate], times: float) -> Usage:
    usages = [replace(one.usage, hours=one.usage.hours * times) for one in candidates]
    return take(stack(usages), grid.candidates)


def _places(grid: _Grid, sites: Sequence[SiteChoice], home: Sequence[bool]) -> Place:
    """The place of each option, with PUE and WUE of a household for machines at home."""
    pairs = [_place(site) for site in sites]
    rows = take(stack([place for place, _ in pairs]), grid.sites)
    at_home = take(stack([building for _, building in pairs]), grid.sites)
    is_home = np.array(home)[:, None]
    return replace(
        rows,
        pue=np.where(is_home, at_home[0], rows.pue),
        wue_l_per_kwh=np.where(is_home, at_home[1], rows.wue_l_per_kwh),
    )


def _place(site: SiteChoice) -> tuple[Place, tuple[float, float]]:
    """A place at central values, and PUE and WUE of a household there."""
    place = site.resolved.inputs.numbers(central)
    home = place if site.home is None else site.home.inputs.numbers(central)
    market = Market(contract_share=1.0, contract_g_per_kwh=market_g_per_kwh(place))
    return replace(place, market=market), (float(home.pue), float(home.wue_l_per_kwh))


def _manufacture(grid: _Grid, candidates: Sequence[Candidate], catalog: Catalog) -> Manufacture:
    hosts: list[ResolvedHost] = [catalog.memos[resolve_host](one.machine) for one in candidates]
    inputs = [host.manufacture.numbers(central) for host in hosts]
    whole = {"host_share": 1.0, "held_share": 1.0}
    complete = [
        replace(one, **{name: share for name, share in whole.items() if getattr(one, name) is None}) for one in inputs
    ]
    return take(stack(complete), grid.candidates)


def _prices(
    grid: _Grid,
    candidates: Sequence[Candidate],
    sites: Sequence[SiteChoice],
    paid: Sequence[PriceKind],
    catalog: Catalog,
) -> tuple[Price, npt.NDArray[np.bool_]]:
    """The price of each option, and whether its seller is known to offer it."""
    rents, offered = _rents(grid, candidates, sites, paid, catalog)
    is_owned = np.array([kind == OWNED for kind in paid])[:, None]
    owned = _ownership(grid, candidates, sites, catalog) if is_owned.any() else None
    held = _held_shares(grid, candidates, sites, is_owned)
    return Price(rental_usd_per_h=rents[:, None], owned=owned, is_owned=is_owned, held_share=held), offered


def _held_shares(
    grid: _Grid, candidates: Sequence[Candidate], sites: Sequence[SiteChoice], is_owned: npt.NDArray[np.bool_]
) -> Array | None:
    """Share of an accelerator that each option pays for at the price of the table; None without slices."""
    if all(one.machine.slice is None for one in candidates):
        return None
    parts = [one.machine.slice for one in candidates]
    shares = np.array([1.0 if part is None else part.held_share for part in parts])[grid.candidates, None]
    pricing = sites[0].site.pricing if sites else None
    rent_given = pricing is not None and pricing.usd_per_accelerator_hour is not None
    purchase_given = pricing is not None and pricing.purchase_usd_per_accelerator is not None
    return np.where(np.where(is_owned, purchase_given, rent_given), 1.0, shares)


def _rents(
    grid: _Grid,
    candidates: Sequence[Candidate],
    sites: Sequence[SiteChoice],
    paid: Sequence[PriceKind],
    catalog: Catalog,
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Rent of each option at its central value, NaN if it has none, and whether its seller is known to offer it."""
    rents, offered = np.full(len(paid), MISSING), np.ones(len(paid), dtype=bool)
    found: dict[Wanted, Rent] = {}
    for row, (i, j, kind) in enumerate(zip(grid.candidates.tolist(), grid.sites.tolist(), paid, strict=True)):
        site, given = sites[j].resolved, sites[j].site.pricing.usd_per_accelerator_hour
        if kind == OWNED or given is not None:
            rents[row] = MISSING if given is None else given
            continue
        wanted = wanted_price(candidates[i].machine, site, kind, catalog)
        rent = found.get(wanted)
        if rent is None:
            # not through the cache of the tables: all these would push everything else out
            rent = found[wanted] = find_rent(catalog, wanted)
        rents[row] = MISSING if rent.factor is None else rent.factor.value
        offered[row] = ELSEWHERE not in rent.log.warnings or site.seller == ANY
    return rents, offered


def _ownership(
    grid: _Grid, candidates: Sequence[Candidate], sites: Sequence[SiteChoice], catalog: Catalog
) -> Ownership:
    """What each option costs if its hardware is owned: prices of hardware by machine, of electricity by site."""
    by_machine = [_owned(one.machine, sites[0], catalog) for one in candidates]
    by_site = [_owned(candidates[0].machine, one, catalog) for one in sites]
    electricity = take(stack([one.electricity_usd_per_kwh for one in by_site]), grid.sites)
    return replace(take(stack(by_machine), grid.candidates), electricity_usd_per_kwh=electricity)


def _owned(machine: ResolvedMachine, site: SiteChoice, catalog: Catalog) -> Ownership:
    """Prices of owned hardware at central values."""
    pricing = replace(site.site.pricing, kind=OWNED, usd_per_accelerator_hour=None)
    price: Price = resolve_price(pricing, machine, site.resolved, catalog).inputs.numbers(central)
    if price.owned is None:
        raise TypeError("owned hardware has a price of its own")
    facility = price.owned.facility_usd_per_kwh
    return replace(price.owned, facility_usd_per_kwh=0.0 if facility is None else facility)
