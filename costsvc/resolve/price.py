"""Resolve prices: rent by the hour, or owned hardware, electricity and facility."""

from costsvc.model.chains.surroundings import MISSING, Ownership, Price, SocialCost
from costsvc.model.inputs import FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import nearest_year
from costsvc.requests.workloads import ON_DEMAND, OWNED, PriceKind, Pricing
from costsvc.resolve.log import FactorLog, ResolvedPart, present
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.rent import Rent, Wanted, find_rent, wanted_price
from costsvc.resolve.site import ResolvedSite

SOCIAL_SCHEME = "epa-scghg"
DEFLATOR = "us-gdp-deflator"
IN_THE_RENT = "included in the rental price"


def resolve_price(pricing: Pricing, machine: ResolvedMachine, site: ResolvedSite, catalog: Catalog) -> ResolvedPart:
    """Resolve the prices of a machine in a place.

    Args:
        pricing: Pricing from the request, with its kind.
        machine: The machine.
        site: The place.
        catalog: The tables.

    Returns:
        Its prices; those of rented machines are shared, and must not be changed.
    """
    if pricing.kind == OWNED:
        log = _without_calls()
        return ResolvedPart(inputs=_owned(pricing, machine, site, catalog, log), log=log)
    if pricing.usd_per_accelerator_hour is not None:
        log = _of_rented()
        given = log.record_input("usd_per_accelerator_hour", pricing.usd_per_accelerator_hour, "USD/h")
        return ResolvedPart(inputs=FactorsOf(Price, {"rental_usd_per_h": given}), log=log)
    rented: ResolvedPart = catalog.memos[_rented](wanted_price(machine, site, pricing.kind or ON_DEMAND, catalog))
    return rented


def _rented(catalog: Catalog, wanted: Wanted) -> ResolvedPart:
    log, machine = _of_rented(), wanted.machine
    rent: Rent = catalog.memos[find_rent](wanted)
    log.include(rent.log)
    if rent.factor is None:
        _warn_of_no_rent(machine, wanted.kind, log)
    fields = {"rental_usd_per_h": rent.factor or MISSING, "held_share": machine.held_share}
    return ResolvedPart(inputs=FactorsOf(Price, fields, shared=True), log=log)


def _without_calls() -> FactorLog:
    """The log of a machine that nobody bills by the call."""
    log = FactorLog()
    log.mark_unavailable("cost.api_usd", "the model does not run at a provider that bills by the call")
    return log


def _of_rented() -> FactorLog:
    """The log of a rented machine."""
    log = _without_calls()
    for name in ("hardware_usd", "electricity_usd", "facility_usd"):
        log.mark_unavailable(f"cost.{name}", IN_THE_RENT)
    return log


def _warn_of_no_rent(machine: ResolvedMachine, kind: PriceKind, log: FactorLog) -> None:
    what = machine.instance or machine.id
    reason = f"no {kind} price is known for {what}; give pricing.usd_per_accelerator_hour"
    log.add_warning("no-price", reason)
    log.mark_unavailable("cost.rental_usd", reason)
    log.mark_unavailable("cost.total_usd", reason)


def _owned(
    pricing: Pricing, machine: ResolvedMachine, site: ResolvedSite, catalog: Catalog, log: FactorLog
) -> FactorsOf[Price]:
    log.mark_unavailable("cost.rental_usd", "the hardware is owned")
    fields: dict[str, object] = {"purchase_usd": _purchase(pricing, machine, catalog, log) or MISSING}
    fields |= _wear(pricing, catalog, log if isinstance(fields["purchase_usd"], Factor) else FactorLog())
    fields["electricity_usd_per_kwh"] = _electricity(pricing, site, catalog, log) or MISSING
    fields["facility_usd_per_kwh"] = None
    if pricing.facility_usd_per_kwh is None:
        log.mark_unavailable("cost.facility_usd", "no rate was given; give pricing.facility_usd_per_kwh")
    else:
        rate = log.record_input("facility_usd_per_kwh", pricing.facility_usd_per_kwh, "USD/kWh")
        fields["facility_usd_per_kwh"] = rate
    if MISSING in (fields["purchase_usd"], fields["electricity_usd_per_kwh"]):
        log.mark_unavailable("cost.total_usd", "hardware or electricity has no price; see the reasons of these fields")
    held = machine.held_share if pricing.purchase_usd_per_accelerator is None else None
    return FactorsOf(Price, {"owned": FactorsOf(Ownership, fields), "is_owned": True, "held_share": held})


def _purchase(pricing: Pricing, machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> Factor | None:
    name = "purchase_usd_per_accelerator"
    if pricing.purchase_usd_per_accelerator is not None:
        return log.record_input(name, pricing.purchase_usd_per_accelerator, "USD")
    factor = catalog.factor("purchase_prices", machine.id, "usd_per_accelerator", name, "USD")
    if factor is not None:
        return log.record(factor)
    reason = f"no purchase price is known for {machine.id}; give pricing.purchase_usd_per_accelerator"
    log.add_warning("no-price", reason)
    log.mark_unavailable("cost.hardware_usd", reason)
    return None


def _wear(pricing: Pricing, catalog: Catalog, log: FactorLog) -> dict[str, object]:
    """Inputs of the loss of value of owned hardware: age, utilisation, and decline of prices."""
    age, share = pricing.age_years, pricing.utilization
    return {
        "age_years": log.record(catalog.default("age_years"))
        if age is None
        else log.record_input("age_years", age, "year"),
        "utilization": log.record(catalog.default("owned_utilization", scale="share"))
        if share is None
        else log.record_input("owned_utilization", share, "1"),
        "decline_per_year": log.record(catalog.default("price_decline_per_year")),
    }


def _electricity(pricing: Pricing, site: ResolvedSite, catalog: Catalog, log: FactorLog) -> Factor | None:
    name = "electricity_usd_per_kwh"
    if pricing.electricity_usd_per_kwh is not None:
        return log.record_input(name, pricing.electricity_usd_per_kwh, "USD/kWh")
    factor = find_electricity_price(site, catalog)
    if factor is not None:
        return log.record(factor)
    reason = f"no electricity price is known for {site.place.region}; give pricing.electricity_usd_per_kwh"
    log.add_warning("no-price", reason)
    log.mark_unavailable("cost.electricity_usd", reason)
    return None


def find_electricity_price(site: ResolvedSite, catalog: Catalog) -> Factor | None:
    """The price of electricity of a place in the nearest year, None if it is not known.

    Args:
        site: The place.
        catalog: The tables.
    """
    for zone in filter(None, (site.place.subdivision, site.place.country)):
        year = nearest_year(catalog.group("electricity_prices", zone), site.year)
        if year is not None:
            return catalog.factor(
                "electricity_prices", (zone, year), "usd_per_kwh", "electricity_usd_per_kwh", "USD/kWh"
            )
    return None


def resolve_social_cost(catalog: Catalog, year: int) -> ResolvedPart:
    """Resolve the social cost of carbon of a year, in money of the answer's price year.

    Call it as ``catalog.memos[resolve_social_cost](year)``.

    Args:
        catalog: The tables.
        year: Year of the emission.
    """
    scheme = f"{SOCIAL_SCHEME}-{catalog.default('social_discount_rate_pct').value:.1f}"
    key = (scheme, nearest_year(catalog.group("carbon_costs", scheme), year))
    per_t = present(catalog.factor("carbon_costs", key, "amount_per_t", "social_cost_usd_per_t", "USD/t"))
    row = catalog.row("carbon_costs", key)
    if row is None:
        raise LookupError("carbon_costs has no social cost of carbon")
    level = int(catalog.default("price_level_year").value)
    years = ((DEFLATOR, level), (DEFLATOR, row["price_year"]))
    ratio = present(catalog.ratio("price_indices", years, "value", "price_index_ratio"))
    log = FactorLog()
    log.record_all(per_t, ratio)
    fields = {"usd_per_t": per_t, "price_index_ratio": ratio}
    return ResolvedPart(inputs=FactorsOf(SocialCost, fields, shared=True), log=log)
