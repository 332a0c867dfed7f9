"""Resolve everything that the footprint of a workload needs besides its usage: place, manufacture, prices."""

from dataclasses import dataclass, replace

from costsvc.model.chains.surroundings import MISSING, SocialCost, Surroundings
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Pricing, Site
from costsvc.resolve.log import FactorLog
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


NO_FIGURES = (None,) * 5
NO_PRICES = Pricing()
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
    if _has_numbers(site):
        return _surroundings(site, machine, catalog, log)
    around, kept_log = catalog.memos[_of_names](site, machine)
    log.include(kept_log)
    found: ResolvedSurroundings = around
    return found


def _has_numbers(site: Site) -> bool:
    """Whether the request gives its own figures of the place or prices."""
    figures = (site.pue, site.wue_l_per_kwh, site.grid_g_per_kwh, site.contract, site.grid_losses or None)
    return figures != NO_FIGURES or replace(site.pricing, kind=None, provider=None) != NO_PRICES


def _of_names(catalog: Catalog, site: Site, machine: ResolvedMachine) -> tuple[ResolvedSurroundings, FactorLog]:
    """The figures that follow from names alone, which many requests share."""
    log = FactorLog()
    around = _surroundings(site, machine, catalog, log)
    return replace(around, inputs=replace(around.inputs, shared=True)), log


def _surroundings(site: Site, machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> ResolvedSurroundings:
    resolved = resolve_site(site, machine, catalog, log)
    host: ResolvedHost = catalog.memos[resolve_host](machine)
    log.include(host.manufacture_log)
    if resolved.grid is None:
        log.mark_unavailable("carbon.total_kg", "needs location_kg, which is not available")
        log.mark_unavailable("cost.social_usd", "needs total_kg, which is not available")
    if "water.offsite_l" in log.unavailable:
        log.mark_unavailable("water.total_l", "needs offsite_l, which is not available")
    price = resolve_price(resolved.pricing, machine, resolved, catalog, log)
    social = NO_SOCIAL_COST if resolved.grid is None else resolve_social_cost(resolved.year, catalog, log)
    fields = {"place": resolved.inputs, "manufacture": host.manufacture, "price": price, "social": social}
    return ResolvedSurroundings(site=resolved, inputs=FactorsOf(Surroundings, fields))
