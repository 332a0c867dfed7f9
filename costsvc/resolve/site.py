"""Resolve the place of a workload: building, grid, and water of the grid."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from costsvc.answers.estimate import Bases, Basis
from costsvc.model.chains.surroundings import MISSING, Market, Place
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference import places
from costsvc.reference.catalog import Catalog
from costsvc.reference.places import CITY, LARGE_CLOUDS, UNKNOWN_OPERATOR, WORLD
from costsvc.reference.reading import Reading
from costsvc.requests.workloads import ON_DEMAND, OWNED, Contract, PriceKind, Pricing, Scope, Site
from costsvc.resolve.log import FactorLog, input_factor
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.place_figures import BUILDING, NO_MARKET, PlaceFigure, figure_of, no_market, table_figures

NAME_READ = "region-name"
"""Code of the warning about what was read in a name of a place."""
NO_RESIDUAL = (
    "no residual mix is known for the share without a contract; give contract.residual_g_per_kwh, or a share of 1"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedSite:
    """A resolved place.

    Attributes:
        place: Country, zones and operator of the name.
        household: Whether the machine is in a home or on a desk rather than in a data centre.
        pricing: Pricing from the request, with its kind.
        operator: Operator of the building.
        seller: Seller whose prices apply, ``*`` if open.
        year: Year of the grid and of other annual figures.
        date: Day of the prices.
        inputs: Building, grid and water.
        pue: Power usage effectiveness.
        grid: Average intensity of the grid, None if not known.
        bases: Scope, method, zone, year and resolution of each intensity.
    """

    place: places.Place
    household: bool
    pricing: Pricing
    operator: str
    seller: str
    year: int
    date: dt.date
    inputs: FactorsOf[Place]
    pue: Factor
    grid: Factor | None
    bases: Bases


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Names of a site and which numbers were given: the key under which its look-up is cached."""

    region: str | None
    year: int | None
    date: dt.date | None
    scope: Scope
    provider: str | None
    kind: PriceKind | None
    has_rent: bool
    has_pue: bool
    has_electricity_price: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """The figures of a place from the tables.

    Attributes:
        inputs: Building, grid and water.
        place: Country, zones and operator of the name.
        home: The machine that makes it a household, None if it is not one.
        operator: Operator of the building.
        seller: Seller whose prices apply.
        year: Year of annual figures.
        date: Day of the prices.
        log: Warnings about the names.
        figures: Figures of the place by name.
    """

    inputs: FactorsOf[Place]
    place: places.Place
    home: ResolvedMachine | None
    operator: str
    seller: str
    year: int
    date: dt.date
    log: FactorLog
    figures: Mapping[str, PlaceFigure]


def resolve_site(site: Site, machine: ResolvedMachine | None, catalog: Catalog, log: FactorLog) -> ResolvedSite:
    """Resolve a site.

    Args:
        site: Place and prices from the request.
        machine: The machine; None for any machine in a data centre.
        catalog: The tables.
        log: Receives factors, warnings and gaps.

    Raises:
        UnknownNameError: If the region or the provider is not known.
    """
    provider = machine.provider if machine else None
    known: _Known = catalog.memos[_known](_names(site), provider, resident_of(site, machine, catalog))
    own = _own_figures(site)
    log.include(known.log)
    figures = {**known.figures, **own} if own else known.figures
    for figure in figures.values():
        log.include(figure.log)
    inputs = known.inputs.replaced(**{name: figure.input for name, figure in own.items()}) if own else known.inputs
    if site.grid_losses:
        inputs = inputs.replaced(grid_losses=Constant(input_factor("grid_losses", site.grid_losses, "1")))
    grid = figures["grid_g_per_kwh"].input
    _mark_gaps(grid, log)
    return ResolvedSite(
        place=known.place,
        household=known.home is not None,
        pricing=_priced(site.pricing, known),
        operator=known.operator,
        seller=known.seller,
        year=known.year,
        date=known.date,
        inputs=inputs,
        pue=figures["pue"].log.factors["pue"],
        grid=grid if isinstance(grid, Factor) else None,
        bases={
            "location": figures["grid_g_per_kwh"].basis,
            "market": figures["market"].basis,
            "marginal": figures["marginal_g_per_kwh"].basis,
        },
    )


def _mark_gaps(grid: object, log: FactorLog) -> None:
    """Mark the figures of an answer that need one which the place lacks."""
    if not isinstance(grid, Factor):
        log.mark_unavailable("carbon.total_kg", "needs location_kg, which is not available")
        log.mark_unavailable("cost.social_usd", "needs total_kg, which is not available")
    if "water.offsite_l" in log.unavailable:
        log.mark_unavailable("water.total_l", "needs offsite_l, which is not available")


def _names(site: Site) -> _Names:
    pricing = site.pricing
    return _Names(
        region=site.region,
        year=site.year,
        date=site.date,
        scope=site.scope,
        provider=pricing.provider,
        kind=pricing.kind,
        has_rent=pricing.usd_per_accelerator_hour is not None,
        has_pue=site.pue is not None,
        has_electricity_price=pricing.electricity_usd_per_kwh is not None,
    )


def _priced(pricing: Pricing, known: _Known) -> Pricing:
    if pricing.kind is not None:
        return pricing
    return replace(pricing, kind=ON_DEMAND if known.home is None else OWNED)


def _own_figures(site: Site) -> dict[str, PlaceFigure]:
    """Figures of the place from the request, which replace those of the tables."""
    own: dict[str, PlaceFigure] = {}
    for metric, (unit, scale) in BUILDING.items():
        value: float | None = getattr(site, metric)
        if value is not None:
            own[metric] = figure_of(input_factor(metric, value, unit, scale))
    if site.grid_g_per_kwh is not None:
        basis = Basis(scope=site.scope, method="request", zone=None, year=None, resolution="request")
        own["grid_g_per_kwh"] = figure_of(input_factor("grid_g_per_kwh", site.grid_g_per_kwh, "g/kWh"), basis)
        own["market"] = no_market(NO_MARKET)
    if site.contract is not None:
        own["market"] = _of_contract(site.contract, site)
    return own


def _of_contract(contract: Contract, site: Site) -> PlaceFigure:
    if contract.share < 1 and contract.residual_g_per_kwh is None:
        return no_market(NO_RESIDUAL)
    log = FactorLog()
    fields: dict[str, object] = {
        "contract_share": log.record_input("contract_share", contract.share, "1", "share"),
        "contract_g_per_kwh": log.record_input("contract_g_per_kwh", contract.g_per_kwh, "g/kWh"),
    }
    if contract.residual_g_per_kwh is not None:
        residual = log.record_input("residual_g_per_kwh", contract.residual_g_per_kwh, "g/kWh")
        fields["residual_g_per_kwh"] = residual
    basis = Basis(scope=site.scope, method="contract", zone=None, year=site.year, resolution="request")
    return PlaceFigure(input=FactorsOf(Market, fields), log=log, basis=basis)


def resident_of(site: Site, machine: ResolvedMachine | None, catalog: Catalog) -> ResolvedMachine | None:
    """The machine if its kind decides what the place is: it may be at home or on a desk; else None.

    Args:
        site: Place and prices from the request.
        machine: The machine.
        catalog: The tables.

    Raises:
        UnknownNameError: If the region is not known.
    """
    if machine is None or not machine.may_be_at_home:
        return None
    is_cloud = site.region is not None and catalog.memos[_is_cloud](site.region)
    return None if is_cloud else machine


def _is_cloud(catalog: Catalog, region: str) -> bool:
    """Whether a name is that of a cloud region, which is never a household."""
    return catalog.place(region).row is not None


def _known(catalog: Catalog, names: _Names, renter: str | None, resident: ResolvedMachine | None) -> _Known:
    """The figures of a place from the tables, by its names.

    Args:
        catalog: The tables.
        names: The names.
        renter: Provider of the named instance.
        resident: The machine, if it may be at home or on a desk.
    """
    log = FactorLog()
    if names.region is None:
        log.add_warning("region-unspecified", "No region was given; the world's average grid is assumed. Give region.")
    place = catalog.place(names.region or WORLD)
    if names.region is not None:
        warn_of_names([names.region], catalog, log)
    provider = None if names.provider is None else catalog.provider(names.provider)
    seller = provider or renter or place.operator
    home = resident if resident is not None and _is_household(resident, names, place) else None
    if home is not None:
        _warn_of_household(home, names, log)
    operator = place.operator if place.row else seller
    year, date = _moment(names.year, names.date, catalog)
    figures = table_figures(names.scope, place, (operator, home), year, catalog)
    if names.region is not None and operator == UNKNOWN_OPERATOR and home is None and not names.has_pue:
        pue = figures["pue"].log.factors["pue"].value
        log.add_warning(
            "site-assumed",
            f"No data centre was named; an average one (PUE {pue:.3g}) is assumed"
            f"{_clouds_in(place, catalog)}. Or give pue.",
        )
    fields: dict[str, object] = {
        name: MISSING if figure.input is None else figure.input for name, figure in figures.items()
    }
    fields |= {"market": figures["market"].input, "grid_losses": 0.0}
    return _Known(
        inputs=FactorsOf(Place, fields, shared=True),
        place=place,
        home=home,
        operator=operator,
        seller=seller,
        year=year,
        date=date,
        log=log,
        figures=figures,
    )


def _clouds_in(place: places.Place, catalog: Catalog) -> str:
    """The cloud regions in a place, one of each large cloud, as the end of a sentence; empty if there is none.

    A city is left out: the warning about its name has them.
    """
    if place.region.startswith(CITY):
        return ""
    regions = (catalog.places[str(id_)] for id_ in catalog.tables["regions"].rows)
    there = {one.operator: one.region for one in regions if one.operator in LARGE_CLOUDS and one.lies_in(place)}
    return f"; cloud regions there: {', '.join(sorted(there.values()))}" if there else ""


def warn_of_names(names: Iterable[str], catalog: Catalog, log: FactorLog) -> None:
    """Warn of names of places that say more than the place, or could mean another one.

    Raises:
        UnknownNameError: If a name is not known.
    """
    texts = [log.warnings.pop(NAME_READ)] if NAME_READ in log.warnings else []
    texts += [text for name in dict.fromkeys(names) if (text := _what_was_read(name, catalog.read_place(name)))]
    if texts:
        log.add_warning(NAME_READ, " ".join(texts))


def _what_was_read(name: str, reading: Reading) -> str | None:
    if not (reading.notes or reading.others):
        return None
    notes = f": {'; '.join(reading.notes)}" if reading.notes else ""
    others = f"; it could also mean {', '.join(reading.others)}" if reading.others else ""
    return f"{name!r} is read as {reading.id}{notes}{others}."


def moment(site: Site, catalog: Catalog) -> tuple[int, dt.date]:
    """The year of annual figures and the day of prices.

    If one was not given, it follows from the other: the year of the day, or the last day of a past year.
    """
    return _moment(site.year, site.date, catalog)


def _moment(year: int | None, date: dt.date | None, catalog: Catalog) -> tuple[int, dt.date]:
    last = catalog.reference_date
    day = date or (last if year is None else min(dt.date(year, 12, 31), last))
    return year or (catalog.reference_year if date is None else date.year), day


def is_household(machine: ResolvedMachine, site: Site, place: places.Place) -> bool:
    """Whether a machine is in a home or on a desk: by its kind of host, and if no building was named.

    A country or a grid zone does not name a building. A rented machine is in its seller's building.
    """
    return machine.may_be_at_home and place.row is None and _is_household(machine, _names(site), place)


def _is_household(machine: ResolvedMachine, names: _Names, place: places.Place) -> bool:
    rented = names.has_rent or names.kind not in (None, OWNED)
    named = machine.instance or place.row or names.provider or names.has_pue
    return machine.may_be_at_home and not (rented or named)


def _warn_of_household(machine: ResolvedMachine, names: _Names, log: FactorLog) -> None:
    text = (
        f"No cloud region, seller or pue was given: {machine.id} is assumed to be owned and to be at home or on a "
        "desk, with PUE 1 and no cooling water. Give a cloud region, pricing.provider or pue for a data centre."
    )
    if not names.has_electricity_price:
        text += " Electricity has industrial prices; give pricing.electricity_usd_per_kwh for a household."
    log.add_warning("household", text)
