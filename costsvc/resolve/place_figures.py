"""The figures that the tables have of a place: building, grid, market, margin and water."""

from dataclasses import dataclass

from costsvc.answers.estimate import Basis
from costsvc.model.chains.surroundings import Market
from costsvc.model.inputs import FactorsOf
from costsvc.model.uncertainty import Factor, Scale
from costsvc.reference import places
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import Found, Method
from costsvc.reference.places import UNKNOWN_OPERATOR, WORLD
from costsvc.reference.sites import Metric, measure
from costsvc.requests.workloads import Scope
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.machine import ResolvedMachine

WIDTH = {"zone": 0, "region": 0, "subdivision": 1, "country": 2, "world": 3}
"""Rank of an area by its width; a figure of a wider area than the place is a fallback."""
BUILDING: dict[Metric, tuple[str, Scale]] = {"pue": ("1", "above-one"), "wue_l_per_kwh": ("L/kWh", "log")}
TIED = "grid_average_tied"
WATER = ("water_factors", "water_factors_by_mix")
"""Tables of the water intensity of the grid, the better one first."""
NO_MARKET = "no contract was given and the region has no published carbon-free share; give contract {share, g_per_kwh}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceFigure:
    """A figure of a place for the chain (None if not known), with its log and basis."""

    input: Factor | FactorsOf[Market] | None
    log: FactorLog
    basis: Basis | None = None


def table_figures(
    scope: Scope, place: places.Place, building: tuple[str, ResolvedMachine | None], year: int, catalog: Catalog
) -> dict[str, PlaceFigure]:
    """The figures of a place by the names of the chain's inputs."""
    operator, home = building
    grid = _average(scope, place, year, catalog)
    scopes = (place.region, operator)
    return {
        "grid_g_per_kwh": grid,
        "market": _carbon_free(grid, place, year, catalog),
        "marginal_g_per_kwh": _marginal(place, year, catalog),
        **{metric: _of_building(metric, home, scopes, year, catalog) for metric in BUILDING},
        "grid_water_l_per_kwh": _water(place, catalog),
    }


def figure_of(factor: Factor, basis: Basis | None = None) -> PlaceFigure:
    """A figure that is recorded as used."""
    log = FactorLog()
    return PlaceFigure(input=log.record(factor), log=log, basis=basis)


def no_market(reason: str) -> PlaceFigure:
    """A market-based intensity that does not exist, with the reason."""
    log = FactorLog()
    log.mark_unavailable("carbon.market_kg", reason)
    return PlaceFigure(input=None, log=log)


def _of_building(
    metric: Metric, home: ResolvedMachine | None, scopes: tuple[str, ...], year: int, catalog: Catalog
) -> PlaceFigure:
    """A figure of the building: of a household, of the region, of the operator, or of an unknown operator."""
    unit, scale = BUILDING[metric]
    if home is not None:
        factor = catalog.factor("hosts", home.trait("host_family"), metric, metric, unit, scale)
    else:
        factor = measure(catalog, (*scopes, UNKNOWN_OPERATOR), metric, unit, year)
    return figure_of(present(factor))


def _average(scope: Scope, place: places.Place, year: int, catalog: Catalog) -> PlaceFigure:
    found = catalog.grid.find(place.areas(direct=scope == "direct"), scope, "average", year)
    log = FactorLog()
    if found is None:
        reason = f"no {scope} intensity is known for {place.region}; give grid_g_per_kwh or another scope"
        log.mark_unavailable("carbon.location_kg", reason)
        return PlaceFigure(input=None, log=log)
    _warn_of_fallback(found, place, year, log)
    factor = log.record(_intensity(found, "grid_g_per_kwh", catalog))
    return PlaceFigure(input=factor, log=log, basis=_basis(found, scope, "average"))


def _warn_of_fallback(found: Found, place: places.Place, year: int, log: FactorLog) -> None:
    zone, known = found.row["zone_id"], int(found.row["year"])
    if WIDTH[found.resolution] > WIDTH[place.level]:
        text = f"No grid intensity is known for {place.region}; that of {zone} ({found.resolution}) is used."
        log.add_warning("grid-fallback", text)
    if found.table == TIED and found.resolution == "country" and (place.fed_by or place.tied_zone is None):
        log.add_warning(
            "tied-grid", f"{zone} has no grid intensity; that of its supply is used: {found.row['locator']}."
        )
    if known != year:
        log.add_warning("grid-year", f"No grid intensity of {year} is known for {zone}; that of {known} is used.")


def _carbon_free(grid: PlaceFigure, place: places.Place, year: int, catalog: Catalog) -> PlaceFigure:
    """Market-based intensity from the carbon-free share that an operator publishes for a region."""
    free = None if grid.basis is None else _carbon_free_share(grid.basis, catalog)
    share = measure(catalog, (place.region,), "cfe_share", "1", year)
    if free is None or grid.basis is None or share is None:
        return no_market(NO_MARKET)
    log = FactorLog()
    fields: dict[str, object] = {"cfe_share": log.record(share), "grid_carbon_free_share": log.record(free)}
    return PlaceFigure(input=FactorsOf(Market, fields), log=log, basis={**grid.basis, "method": "cfe"})


def _carbon_free_share(basis: Basis, catalog: Catalog) -> Factor | None:
    key = (basis["zone"], basis["year"], basis["scope"], "average")
    return catalog.factor(
        "grid_average_electricitymaps", key, "carbon_free_share", "grid_carbon_free_share", "1", "share"
    )


def _marginal(place: places.Place, year: int, catalog: Catalog) -> PlaceFigure:
    found = catalog.grid.find(place.marginal_areas(), "direct", "marginal", year)
    log = FactorLog()
    if found is None:
        log.mark_unavailable("carbon.marginal_kg", f"no marginal intensity is known for {place.region}")
        return PlaceFigure(input=None, log=log)
    if found.resolution == "country" and place.level != "country" and "-" in (place.zone or ""):
        text = f"No marginal intensity is known for {place.zone}; that of its country, {place.country}, is used."
        log.add_warning("marginal-fallback", text)
    factor = log.record(_intensity(found, "grid_marginal_g_per_kwh", catalog))
    return PlaceFigure(input=factor, log=log, basis=_basis(found, "direct", "marginal"))


def _intensity(found: Found, name: str, catalog: Catalog) -> Factor:
    key = tuple(found.row[column] for column in catalog.tables[found.table].key)
    return present(catalog.factor(found.table, key, "g_per_kwh", name, "g/kWh"))


def _basis(found: Found, scope: Scope, method: Method) -> Basis:
    row = found.row
    return Basis(scope=scope, method=method, zone=row["zone_id"], year=int(row["year"]), resolution=found.resolution)


def _water(place: places.Place, catalog: Catalog) -> PlaceFigure:
    log = FactorLog()
    for zone in filter(None, (place.country, place.fed_by, WORLD)):
        for table in WATER:
            factor = catalog.factor(table, zone, "l_per_kwh", "grid_water_l_per_kwh", "L/kWh")
            if factor is None:
                continue
            if zone == WORLD and place.region != WORLD:
                log.add_warning(
                    "water-fallback", f"No water intensity is known for {place.region}; the world's is used."
                )
            return PlaceFigure(input=log.record(factor), log=log)
    log.mark_unavailable("water.offsite_l", f"no water intensity of the grid is known for {place.region}")
    return PlaceFigure(input=None, log=log)
