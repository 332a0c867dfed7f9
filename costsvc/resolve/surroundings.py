"""Resolve everything that the footprint of a workload needs besides its usage: place, manufacture, prices."""

from dataclasses import dataclass, replace
from operator import attrgetter

from costsvc.model.chains.surroundings import MISSING, Manufacture, Price, SocialCost, Surroundings
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Site
from costsvc.resolve.log import FactorLog, ResolvedPart
from costsvc.resolve.machine import ResolvedHost, ResolvedMachine, resolve_host
from costsvc.resolve.price import resolve_price, resolve_social_cost
from costsvc.resolve.site import ResolvedSite, resolve_site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedSurroundings:
    """A resolved place, with embodied CO2e and prices of a machine.

    Attributes:
        site: The place.
        inputs: Inputs of the footprint chain.
    """

    site: ResolvedSite
    inputs: FactorsOf[Surroundings]


FIGURES = attrgetter("pue", "wue_l_per_kwh", "grid_g_per_kwh", "contract")
PRICES = attrgetter(
    "usd_per_accelerator_hour",
    "electricity_usd_per_kwh",
    "purchase_usd_per_accelerator",
    "utilization",
    "age_years",
    "facility_usd_per_kwh",
)
NO_MACHINE = FactorsOf(
    Manufacture,
    {
        **dict.fromkeys(("chip_kg", "host_kg", "service_life_years", "utilization"), MISSING),
        "host_share": None,
        "per_host": 1.0,
    },
)
BILLED = "included in the provider's list price"
NO_PRICE = FactorsOf(Price, {})
NO_SOCIAL_COST = FactorsOf(SocialCost, {"usd_per_t": MISSING, "price_index_ratio": MISSING})


def resolve_surroundings(
    site: Site, machine: ResolvedMachine, catalog: Catalog, log: FactorLog
) -> ResolvedSurroundings:
    """Resolve a place, and embodied CO2e and prices of a machine in it.

    Args:
        site: Place and prices from the request.
        machine: The machine.
        catalog: The tables.
        log: Receives factors, warnings and gaps.

    Raises:
        UnknownNameError: If the region or the provider is not known.
    """
    return _resolve(site, machine, catalog, log, is_hosted=False)


def resolve_hosted_surroundings(
    site: Site, machine: ResolvedMachine, catalog: Catalog, log: FactorLog
) -> ResolvedSurroundings:
    """Resolve a place and the embodied CO2e of a machine whose owner bills calls to a model; the price stays open.

    Args:
        site: Place from the request.
        machine: The machine.
        catalog: The tables.
        log: Receives factors, warnings and gaps.

    Raises:
        UnknownNameError: If the region is not known.
    """
    return _resolve(site, machine, catalog, log, is_hosted=True)


def resolve_place(site: Site, catalog: Catalog, log: FactorLog) -> ResolvedSurroundings:
    """Resolve a place whose machines are not known.

    Args:
        site: Place and prices from the request.
        catalog: The tables.
        log: Receives factors, warnings and gaps.

    Raises:
        UnknownNameError: If the region or the provider is not known.
    """
    resolved = resolve_site(site, None, catalog, log)
    social = _social(resolved, catalog)
    log.include(social.log)
    fields = {"place": resolved.inputs, "manufacture": NO_MACHINE, "price": NO_PRICE, "social": social.inputs}
    return ResolvedSurroundings(site=resolved, inputs=FactorsOf(Surroundings, fields))


def parts_at(
    site: ResolvedSite, machine: ResolvedMachine, catalog: Catalog, *, is_hosted: bool = False
) -> dict[str, ResolvedPart]:
    """Resolve the surroundings of a machine besides its place.

    Args:
        site: The resolved place.
        machine: The machine.
        catalog: The tables.
        is_hosted: Whether its owner bills calls to a model; the price then stays open.

    Returns:
        Manufacture, price and social cost, by their names among the inputs.
    """
    host: ResolvedHost = catalog.memos[resolve_host](machine)
    return {
        "manufacture": ResolvedPart(inputs=host.manufacture, log=host.manufacture_log),
        "price": _billed() if is_hosted else resolve_price(site.pricing, machine, site, catalog),
        "social": _social(site, catalog),
    }


def _billed() -> ResolvedPart:
    log = FactorLog()
    for name in ("rental_usd", "hardware_usd", "electricity_usd", "facility_usd"):
        log.mark_unavailable(f"cost.{name}", BILLED)
    return ResolvedPart(inputs=NO_PRICE, log=log)


def _social(site: ResolvedSite, catalog: Catalog) -> ResolvedPart:
    if site.grid is None:
        return ResolvedPart(inputs=NO_SOCIAL_COST, log=FactorLog())
    known: ResolvedPart = catalog.memos[resolve_social_cost](site.year)
    return known


def _resolve(
    site: Site, machine: ResolvedMachine, catalog: Catalog, log: FactorLog, *, is_hosted: bool
) -> ResolvedSurroundings:
    if _has_numbers(site):
        return _surroundings(site, machine, catalog, log, is_hosted=is_hosted)
    around, kept_log = catalog.memos[_of_names](site, machine, is_hosted)
    log.include(kept_log)
    found: ResolvedSurroundings = around
    return found


def _has_numbers(site: Site) -> bool:
    """Whether the request gives its own figures of the place or prices."""
    given = (*FIGURES(site), *PRICES(site.pricing))
    return bool(site.grid_losses) or any(figure is not None for figure in given)


def _of_names(
    catalog: Catalog, site: Site, machine: ResolvedMachine, is_hosted: bool
) -> tuple[ResolvedSurroundings, FactorLog]:
    """The figures that follow from names alone, which many requests share."""
    log = FactorLog()
    around = _surroundings(site, machine, catalog, log, is_hosted=is_hosted)
    return replace(around, inputs=replace(around.inputs, shared=True)), log


def _surroundings(
    site: Site, machine: ResolvedMachine, catalog: Catalog, log: FactorLog, *, is_hosted: bool
) -> ResolvedSurroundings:
    resolved = resolve_site(site, machine, catalog, log)
    parts = parts_at(resolved, machine, catalog, is_hosted=is_hosted)
    for part in parts.values():
        log.include(part.log)
    fields = {"place": resolved.inputs, **{name: part.inputs for name, part in parts.items()}}
    return ResolvedSurroundings(site=resolved, inputs=FactorsOf(Surroundings, fields))
