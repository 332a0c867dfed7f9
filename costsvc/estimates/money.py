"""What is paid: rent by the hour, or hardware, electricity and facility of one's own."""

from dataclasses import dataclass

from costsvc.estimates.facts import Facts
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.rent import rent
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import ON_DEMAND, OWNED, Pricing
from costsvc.model.explanation import formula
from costsvc.model.footprint import hardware_usd, priced_usd, social_usd
from costsvc.model.uncertainty import Factor
from costsvc.reference.grid import nearest_year
from costsvc.units import Numeric

SOCIAL_SCHEME = "epa-scghg"
DEFLATOR = "us-gdp-deflator"
RENTED = "the rent contains it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cost:
    """Money; None where it does not apply or is not known.

    Attributes:
        rental_usd: Rent. [USD]
        hardware_usd: Write-off of owned hardware. [USD]
        electricity_usd: Electricity of owned hardware. [USD]
        facility_usd: Building of owned hardware. [USD]
        total_usd: What is paid. [USD]
    """

    rental_usd: Numeric | None = None
    hardware_usd: Numeric | None = None
    electricity_usd: Numeric | None = None
    facility_usd: Numeric | None = None
    total_usd: Numeric | None = None


@formula
def cost(
    hours: Numeric, energy_kwh: Numeric, hardware: Hardware, setting: Setting, pricing: Pricing, facts: Facts
) -> Cost:
    """What accelerator-hours and their energy cost."""
    if pricing.kind == OWNED:
        return _owned(hours, energy_kwh, hardware, setting, pricing, facts)
    for name in ("hardware_usd", "electricity_usd", "facility_usd"):
        facts.miss(f"cost.{name}", RENTED)
    if pricing.usd_per_accelerator_hour is not None:
        price = facts.given("usd_per_accelerator_hour", pricing.usd_per_accelerator_hour, "USD/h")
    else:
        factor = rent(hardware, setting, pricing.kind or ON_DEMAND, facts)
        if factor is None:
            _no_price(hardware, pricing, facts)
            return Cost()
        price = facts.use(factor)
    paid = priced_usd(hours, price)
    return Cost(rental_usd=paid, total_usd=paid)


def _no_price(hardware: Hardware, pricing: Pricing, facts: Facts) -> None:
    what = hardware.instance or hardware.id
    reason = f"no {pricing.kind or ON_DEMAND} price is known for {what}; give pricing.usd_per_accelerator_hour"
    facts.warn("no-price", reason)
    facts.miss("cost.rental_usd", reason)
    facts.miss("cost.total_usd", reason)


def _owned(
    hours: Numeric, energy_kwh: Numeric, hardware: Hardware, setting: Setting, pricing: Pricing, facts: Facts
) -> Cost:
    facts.miss("cost.rental_usd", "the hardware is owned")
    bought = _hardware(hours, hardware, pricing, facts)
    price = _electricity(setting, pricing, facts)
    electricity = None if price is None else priced_usd(energy_kwh, price)
    facility = None
    if pricing.facility_usd_per_kwh is None:
        facts.miss("cost.facility_usd", "no rate was given; give pricing.facility_usd_per_kwh")
    else:
        rate = facts.given("facility_usd_per_kwh", pricing.facility_usd_per_kwh, "USD/kWh")
        facility = priced_usd(energy_kwh, rate)
    total = None
    if bought is not None and electricity is not None:
        total = bought + electricity + (0.0 if facility is None else facility)
    else:
        facts.miss("cost.total_usd", "hardware or electricity has no price; see their own reasons")
    return Cost(hardware_usd=bought, electricity_usd=electricity, facility_usd=facility, total_usd=total)


def _hardware(hours: Numeric, hardware: Hardware, pricing: Pricing, facts: Facts) -> Numeric | None:
    factor = facts.catalog.factor(
        "purchase_prices", hardware.id, "usd_per_accelerator", "purchase_usd_per_accelerator", "USD"
    )
    if pricing.purchase_usd_per_accelerator is not None:
        price = facts.given("purchase_usd_per_accelerator", pricing.purchase_usd_per_accelerator, "USD")
    elif factor is not None:
        price = facts.use(factor)
    else:
        reason = f"no purchase price is known for {hardware.id}; give pricing.purchase_usd_per_accelerator"
        facts.warn("no-price", reason)
        facts.miss("cost.hardware_usd", reason)
        return None
    age = _choice("age_years", pricing.age_years, "year", facts.catalog.default("age_years"), facts)
    share = _choice(
        "owned_utilization", pricing.utilization, "1", facts.catalog.default("owned_utilization", scale="share"), facts
    )
    return hardware_usd(hours, price, age, share, facts.use(facts.catalog.default("price_decline_per_year")))


def _choice(name: str, given: float | None, unit: str, default: Factor, facts: Facts) -> Numeric:
    return facts.use(default) if given is None else facts.given(name, given, unit)


def _electricity(setting: Setting, pricing: Pricing, facts: Facts) -> Numeric | None:
    if pricing.electricity_usd_per_kwh is not None:
        return facts.given("electricity_usd_per_kwh", pricing.electricity_usd_per_kwh, "USD/kWh")
    for zone in filter(None, (setting.place.subdivision, setting.place.country)):
        year = nearest_year(facts.catalog.group("electricity_prices", zone), setting.year)
        if year is not None:
            key = (zone, year)
            factor = facts.catalog.factor(
                "electricity_prices", key, "usd_per_kwh", "electricity_usd_per_kwh", "USD/kWh"
            )
            return None if factor is None else facts.use(factor)
    reason = f"no electricity price is known for {setting.place.region}; give pricing.electricity_usd_per_kwh"
    facts.warn("no-price", reason)
    facts.miss("cost.electricity_usd", reason)
    return None


def social(total_kg: Numeric, year: int, facts: Facts) -> Numeric:
    """Social cost of the CO2e, in money of the answer's price year [USD]."""
    rate = facts.catalog.default("social_discount_rate_pct").value
    scheme = f"{SOCIAL_SCHEME}-{rate:.1f}"
    key = (scheme, nearest_year(facts.catalog.group("carbon_costs", scheme), year))
    factor = facts.catalog.factor("carbon_costs", key, "amount_per_t", "social_cost_usd_per_t", "USD/t")
    row = facts.catalog.row("carbon_costs", key)
    if factor is None or row is None:
        raise LookupError("carbon_costs has no social cost of carbon")
    level = int(facts.catalog.default("price_level_year").value)
    ratio = facts.catalog.ratio(
        "price_indices", ((DEFLATOR, level), (DEFLATOR, row["price_year"])), "value", "price_index_ratio"
    )
    if ratio is None:
        raise LookupError("price_indices has no deflator for the years of the social cost of carbon")
    return social_usd(total_kg, facts.use(factor), facts.use(ratio))
