"""Where a workload runs: the building, the grid and its water."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.spec import ON_DEMAND, OWNED, Contract, Pricing, Site
from costsvc.model.footprint import cfe_g_per_kwh, contract_g_per_kwh
from costsvc.model.uncertainty import Factor, Scale, middle
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import Found, Method, Scope
from costsvc.reference.places import UNKNOWN_OPERATOR, WORLD, Place
from costsvc.reference.sites import Metric, measure
from costsvc.units import Numeric

Basis = dict[str, Any]
WIDTH = {"zone": 0, "region": 0, "subdivision": 1, "country": 2, "world": 3}
"""How wide an area is; a figure of a wider one than was asked for is a fallback."""
BUILDING: dict[Metric, tuple[str, Scale]] = {"pue": ("1", "above-one"), "wue_l_per_kwh": ("L/kWh", "log")}
TIED = "grid_average_tied"
WATER = ("water_factors", "water_factors_by_mix")
"""Tables of the grid's water, the better one first."""
NO_RESIDUAL = (
    "no residual mix is known for what the contract leaves open; give contract.residual_g_per_kwh, or a share of 1"
)
NO_MARKET = "no contract was given and the region has no published carbon-free share; give contract {share, g_per_kwh}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """A place with everything known that an estimate needs of it.

    Attributes:
        place: Where it is.
        household: Whether it is a home or a desk, and no data centre.
        pricing: What is paid and to whom, its kind settled.
        operator: Who runs the building.
        seller: Whose prices apply, ``*`` where that is open.
        year: Year of the grid and of what else is counted by the year.
        date: Day of the prices.
        pue: Power usage effectiveness. [1]
        wue: Water on site. [L/kWh]
        location: Average intensity of the grid. [g/kWh]
        market: Intensity by contract. [g/kWh]
        marginal: Intensity at the margin. [g/kWh]
        water: Water of the grid. [L/kWh]
        losses: Share lost on the way to the meter. [1]
        basis: Scope, method, zone, year and resolution of each intensity.
    """

    place: Place
    household: bool
    pricing: Pricing
    operator: str
    seller: str
    year: int
    date: dt.date
    pue: Numeric
    wue: Numeric
    location: Numeric | None
    market: Numeric | None
    marginal: Numeric | None
    water: Numeric | None
    losses: Numeric
    basis: dict[str, Basis | None] = field(default_factory=dict)

    @property
    def described(self) -> dict[str, Any]:
        """The place as the answer shows it."""
        location = self.basis["location"] or {}
        return {
            "region": self.place.region,
            "country": self.place.country,
            "zone": location.get("zone"),
            "resolution": location.get("resolution"),
            "year": location.get("year") or self.year,
            "pue": middle(self.pue),
        }


def resolve(site: Site, machine: Hardware | None, facts: Facts) -> Setting:
    """Complete a site from the tables.

    Args:
        site: What the caller said.
        machine: What runs there; None is any machine of a data centre.
        facts: The tables; collects what was used and what is missing.

    Raises:
        UnknownNameError: If the region or the provider is not known.
    """
    if site.region is None:
        facts.warn("region-unspecified", "No region was given: the world's average grid is taken. Give region.")
    place = facts.catalog.place(site.region or WORLD)
    named = None if site.pricing.provider is None else facts.catalog.provider(site.pricing.provider)
    seller = named or (machine.provider if machine else None) or place.operator
    home = machine if machine is not None and is_household(machine, site, place, facts.catalog) else None
    if home is not None:
        _say_household(home, site.pricing, facts)
    operator = place.operator if place.row else seller
    year, facts.date = moment(site, facts.catalog)
    location, basis = _location(site, place, year, facts)
    market, market_basis = _market(site, place, location, basis, year, facts)
    marginal, marginal_basis = _marginal(place, year, facts)
    return Setting(
        place=place,
        household=home is not None,
        pricing=replace(site.pricing, kind=site.pricing.kind or (ON_DEMAND if home is None else OWNED)),
        operator=operator,
        seller=seller,
        year=year,
        date=facts.date,
        pue=_building("pue", site.pue, home, (place.region, operator), year, facts),
        wue=_building("wue_l_per_kwh", site.wue_l_per_kwh, home, (place.region, operator), year, facts),
        location=location,
        market=market,
        marginal=marginal,
        water=_water(place, facts),
        losses=facts.show("grid_losses", site.grid_losses, "1") if site.grid_losses else 0.0,
        basis={"location": basis, "market": market_basis, "marginal": marginal_basis},
    )


def moment(site: Site, catalog: Catalog) -> tuple[int, dt.date]:
    """The year of annual figures and the day of prices.

    One that was not given follows from the other: the year of the day, or the last day of a year that is over.
    """
    last = catalog.reference_date
    day = site.date or (last if site.year is None else min(dt.date(site.year, 12, 31), last))
    year = site.year or (catalog.reference_year if site.date is None else site.date.year)
    return year, day


def is_household(machine: Hardware, site: Site, place: Place, catalog: Catalog) -> bool:
    """Whether a machine stands in a home or on a desk, by its host and because no other building was named.

    A country or a grid zone says nothing about the building. Rented machines are in their seller's, named or not.
    """
    pricing = site.pricing
    rented = pricing.usd_per_accelerator_hour is not None or pricing.kind not in (None, OWNED)
    named = machine.instance or place.row or pricing.provider or site.pue is not None
    host = catalog.row("hosts", machine.trait("host_family"))
    return not (rented or named) and host is not None and host["pue"] is not None


def _say_household(machine: Hardware, pricing: Pricing, facts: Facts) -> None:
    text = (
        f"No cloud region, seller or pue was given: {machine.id} is taken to be owned and to stand at home or on a "
        "desk, with PUE 1 and no cooling water. Give a cloud region, pricing.provider or pue for a data centre."
    )
    if pricing.electricity_usd_per_kwh is None:
        text += " Prices of electricity are those of industry; give pricing.electricity_usd_per_kwh for a household's."
    facts.warn("household", text)


def _building(
    metric: Metric, given: float | None, home: Hardware | None, scopes: tuple[str, ...], year: int, facts: Facts
) -> Numeric:
    """A figure of the building: the caller's, the household's, the region's, the operator's or an unknown one's."""
    unit, scale = BUILDING[metric]
    if given is not None:
        return facts.given(metric, given, unit, scale)
    if home is not None:
        host = home.trait("host_family")
        return facts.use(present(facts.catalog.factor("hosts", host, metric, metric, unit, scale)))
    return facts.use(present(measure(facts.catalog, (*scopes, UNKNOWN_OPERATOR), metric, unit, year)))


def _location(site: Site, place: Place, year: int, facts: Facts) -> tuple[Numeric | None, Basis | None]:
    if site.grid_g_per_kwh is not None:
        basis = {"scope": site.scope, "method": "request", "zone": None, "year": None, "resolution": "request"}
        return facts.given("grid_g_per_kwh", site.grid_g_per_kwh, "g/kWh"), basis
    found = facts.catalog.grid.find(place.areas(direct=site.scope == "direct"), site.scope, "average", year)
    if found is None:
        reason = f"no {site.scope} intensity is known for {place.region}; give grid_g_per_kwh or another scope"
        facts.miss("carbon.location_kg", reason)
        return None, None
    _say_fallback(found, place, year, facts)
    return _use(found, "grid_g_per_kwh", facts), _basis(found, site.scope, "average")


def _say_fallback(found: Found, place: Place, year: int, facts: Facts) -> None:
    zone, known = found.row["zone_id"], int(found.row["year"])
    if WIDTH[found.resolution] > WIDTH[place.level]:
        facts.warn(
            "grid-fallback",
            f"No grid figure is known for {place.region}; that of {zone} ({found.resolution}) is taken.",
        )
    if found.table == TIED and found.resolution == "country" and (place.fed_by or place.tied_zone is None):
        facts.warn("tied-grid", f"{zone} has no grid figures; what feeds it is taken: {found.row['locator']}.")
    if known != year:
        facts.warn("grid-year", f"The grid of {year} is not in the tables; that of {known} is taken for {zone}.")


def _market(
    site: Site, place: Place, location: Numeric | None, basis: Basis | None, year: int, facts: Facts
) -> tuple[Numeric | None, Basis | None]:
    if site.contract is not None:
        return _contract(site.contract, site, facts)
    free = _carbon_free_share(basis, facts.catalog)
    share = measure(facts.catalog, (place.region,), "cfe_share", "1", year)
    if free is None or location is None or share is None:
        facts.miss("carbon.market_kg", NO_MARKET)
        return None, None
    found = cfe_g_per_kwh(facts.use(share), location, facts.use(free))
    return facts.show("market_g_per_kwh", found, "g/kWh"), {**(basis or {}), "method": "cfe"}


def _contract(contract: Contract, site: Site, facts: Facts) -> tuple[Numeric | None, Basis | None]:
    if contract.share < 1 and contract.residual_g_per_kwh is None:
        facts.miss("carbon.market_kg", NO_RESIDUAL)
        return None, None
    share = facts.given("contract_share", contract.share, "1", "share")
    g_per_kwh = facts.given("contract_g_per_kwh", contract.g_per_kwh, "g/kWh")
    residual: Numeric = 0.0
    if contract.residual_g_per_kwh is not None:
        residual = facts.given("residual_g_per_kwh", contract.residual_g_per_kwh, "g/kWh")
    basis = {"scope": site.scope, "method": "contract", "zone": None, "year": site.year, "resolution": "request"}
    return facts.show("market_g_per_kwh", contract_g_per_kwh(share, g_per_kwh, residual), "g/kWh"), basis


def _carbon_free_share(basis: Basis | None, catalog: Catalog) -> Factor | None:
    if basis is None or basis["zone"] is None:
        return None
    key = (basis["zone"], basis["year"], basis["scope"], "average")
    return catalog.factor(
        "grid_average_electricitymaps", key, "carbon_free_share", "grid_carbon_free_share", "1", "share"
    )


def _marginal(place: Place, year: int, facts: Facts) -> tuple[Numeric | None, Basis | None]:
    found = facts.catalog.grid.find(place.marginal_areas(), "direct", "marginal", year)
    if found is None:
        facts.miss("carbon.marginal_kg", f"no marginal intensity is known for {place.region}")
        return None, None
    if found.resolution == "country" and place.level != "country" and "-" in (place.zone or ""):
        facts.warn(
            "marginal-fallback",
            f"No margin is known for {place.zone}, which is a part of a country; that of {place.country} is taken.",
        )
    return _use(found, "grid_marginal_g_per_kwh", facts), _basis(found, "direct", "marginal")


def _use(found: Found, name: str, facts: Facts) -> Numeric:
    key = tuple(found.row[column] for column in facts.catalog.tables[found.table].key)
    return facts.use(present(facts.catalog.factor(found.table, key, "g_per_kwh", name, "g/kWh")))


def _basis(found: Found, scope: Scope, method: Method) -> Basis:
    row = found.row
    return {
        "scope": scope,
        "method": method,
        "zone": row["zone_id"],
        "year": int(row["year"]),
        "resolution": found.resolution,
    }


def _water(place: Place, facts: Facts) -> Numeric | None:
    for zone in filter(None, (place.country, place.fed_by, WORLD)):
        for table in WATER:
            factor = facts.catalog.factor(table, zone, "l_per_kwh", "grid_water_l_per_kwh", "L/kWh")
            if factor is None:
                continue
            if zone == WORLD and place.region != WORLD:
                facts.warn("water-fallback", f"No water intensity is known for {place.region}; the world's is taken.")
            return facts.use(factor)
    facts.miss("water.offsite_l", f"no water intensity of the grid is known for {place.region}")
    return None
