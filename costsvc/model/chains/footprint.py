"""The footprint chain, which all workloads share: energy, carbon, water and money of usage in a place."""

from dataclasses import dataclass, fields, replace

import numpy as np

from costsvc.model import footprint as formulas
from costsvc.model import power
from costsvc.model.chains.api_call import affordable_share, call_usd
from costsvc.model.chains.surroundings import MISSING, Manufacture, Place, Price, Surroundings
from costsvc.model.explanation import formula
from costsvc.model.inputs import choose, label
from costsvc.model.power import Usage
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cost:
    """Money; NaN if a part does not apply or is not known.

    Attributes:
        rental_usd: Rent. [USD]
        hardware_usd: Write-off of owned hardware. [USD]
        electricity_usd: Electricity of owned hardware. [USD]
        facility_usd: Facility of owned hardware. [USD]
        api_usd: List price of calls to a hosted model. [USD]
        total_usd: Sum of the parts that apply. [USD]
    """

    rental_usd: Numeric = MISSING
    hardware_usd: Numeric = MISSING
    electricity_usd: Numeric = MISSING
    facility_usd: Numeric = MISSING
    api_usd: Numeric = MISSING
    total_usd: Numeric = MISSING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footprint:
    """Energy, carbon, water and money of a workload; NaN if a result does not exist.

    Attributes:
        accelerator_hours: Accelerators times hours. [h]
        accelerator_energy_kwh: Energy at the chips. [kWh]
        it_energy_kwh: Energy at the servers. [kWh]
        energy_kwh: Energy at the building's meter. [kWh]
        location_kg: Location-based CO2e, at the average intensity of the grid. [kg]
        market_kg: Market-based CO2e, by contracts and residual mix. [kg]
        marginal_kg: Marginal CO2e. [kg]
        embodied_kg: Embodied CO2e. [kg]
        total_kg: Sum of location_kg and embodied_kg. [kg]
        onsite_l: Water for cooling. [L]
        offsite_l: Water at the power plants. [L]
        total_l: Sum of onsite_l and offsite_l. [L]
        rental_usd: Rent. [USD]
        hardware_usd: Write-off of owned hardware. [USD]
        electricity_usd: Electricity of owned hardware. [USD]
        facility_usd: Facility of owned hardware. [USD]
        api_usd: List price of calls to a hosted model. [USD]
        total_usd: Sum of the money paid. [USD]
        social_usd: Social cost of the CO2e. [USD]
    """

    accelerator_hours: Numeric
    accelerator_energy_kwh: Numeric
    it_energy_kwh: Numeric
    energy_kwh: Numeric
    location_kg: Numeric
    market_kg: Numeric
    marginal_kg: Numeric
    embodied_kg: Numeric
    total_kg: Numeric
    onsite_l: Numeric
    offsite_l: Numeric
    total_l: Numeric
    rental_usd: Numeric
    hardware_usd: Numeric
    electricity_usd: Numeric
    facility_usd: Numeric
    api_usd: Numeric
    total_usd: Numeric
    social_usd: Numeric

    def times(self, factor: Numeric) -> "Footprint":
        """The footprint of a number of equal workloads."""
        return Footprint(**{name: amount * factor for name, amount in amounts(self).items()})


NAMES = tuple(field.name for field in fields(Footprint))


def amounts(whole: Footprint) -> dict[str, Numeric]:
    """The numbers of a footprint by name; NaN if one does not exist.

    Args:
        whole: The footprint.

    Returns:
        Its numbers. [any]
    """
    return {name: getattr(whole, name) for name in NAMES}


@formula
def footprint(usage: Usage, around: Surroundings) -> Footprint:
    """The footprint of usage in a place.

    Args:
        usage: Accelerator-hours at a power.
        around: Place, machines and prices.

    Returns:
        Energy, carbon, water and money. NaN gives NaN.
    """
    place, usage = around.place, _within_price(usage, around)
    hours = usage.hours
    it_energy = formulas.energy_kwh(usage.it_w, hours)
    energy = formulas.meter_energy_kwh(it_energy, place.pue)
    location = formulas.grid_kg(energy, place.grid_g_per_kwh, place.grid_losses)
    embodied = embodied_kg(hours, around.manufacture)
    total_kg = location + embodied
    onsite = formulas.onsite_l(it_energy, place.wue_l_per_kwh)
    offsite = formulas.offsite_l(energy, place.grid_water_l_per_kwh)
    paid = cost(hours, energy, around.price)
    return Footprint(
        accelerator_hours=hours,
        # rounding must not make the chip's energy larger than the server's
        accelerator_energy_kwh=np.minimum(formulas.energy_kwh(usage.accelerator_w, hours), it_energy),
        it_energy_kwh=it_energy,
        energy_kwh=energy,
        location_kg=location,
        market_kg=formulas.grid_kg(energy, market_g_per_kwh(place), place.grid_losses),
        marginal_kg=formulas.grid_kg(energy, place.marginal_g_per_kwh, place.grid_losses),
        embodied_kg=embodied,
        total_kg=total_kg,
        onsite_l=onsite,
        offsite_l=offsite,
        total_l=onsite + offsite,
        rental_usd=paid.rental_usd,
        hardware_usd=paid.hardware_usd,
        electricity_usd=paid.electricity_usd,
        facility_usd=paid.facility_usd,
        api_usd=paid.api_usd,
        total_usd=paid.total_usd,
        social_usd=formulas.social_usd(total_kg, around.social.usd_per_t, around.social.price_index_ratio),
    )


def _within_price(usage: Usage, around: Surroundings) -> Usage:
    """Usage of a call to a hosted model, whose electricity costs its provider no more than the call brings in."""
    call = around.price.call
    if call is None or call.electricity_usd_per_kwh is None:
        return usage
    energy = formulas.meter_energy_kwh(formulas.energy_kwh(usage.it_w, usage.hours), around.place.pue)
    share = affordable_share(call_usd(call), formulas.priced_usd(energy, call.electricity_usd_per_kwh))
    return replace(usage, hours=usage.hours * share)


def market_g_per_kwh(place: Place) -> Numeric:
    """Market-based intensity of a place.

    Args:
        place: The place.

    Returns:
        Intensity, NaN if it does not exist. [g/kWh]
    """
    market = place.market
    if market is None:
        return MISSING
    if market.cfe_share is not None:
        intensity = formulas.cfe_g_per_kwh(market.cfe_share, place.grid_g_per_kwh, market.grid_carbon_free_share)
    else:
        intensity = formulas.contract_g_per_kwh(
            market.contract_share, market.contract_g_per_kwh, market.residual_g_per_kwh
        )
    return label(intensity, "market_g_per_kwh", "g/kWh")


def embodied_kg(hours: Numeric, machines: Manufacture) -> Numeric:
    """Embodied CO2e of chip and host, allocated by hours of use.

    Args:
        hours: Accelerator-hours. [h]
        machines: Embodied CO2e of the machines.

    Returns:
        CO2e. [kg]
    """
    if machines.held_share is not None:
        hours = _device_hours(hours, machines.held_share)
    host = machines.host_kg
    if machines.host_share is not None:
        host = label(power.host_part(host, machines.host_share), "host_embodied_part_kg", "kg")
    return formulas.embodied_kg(
        hours, machines.chip_kg, host / machines.per_host, machines.service_life_years, machines.utilization
    )


def _device_hours(hours: Numeric, held_share: Numeric) -> Numeric:
    """Hours of whole accelerators that hours of slices stand for [h]."""
    return label(power.slice_part(hours, held_share), "device_hours", "h")


@formula
def cost(hours: Numeric, energy_kwh: Numeric, price: Price) -> Cost:
    """Cost of accelerator-hours and their energy.

    Args:
        hours: Accelerator-hours. [h]
        energy_kwh: Energy at the meter. [kWh]
        price: Prices of the hardware.

    Returns:
        Money; NaN if a part does not apply or has no price.
    """
    if price.call is not None:
        listed = call_usd(price.call)
        return Cost(api_usd=listed, total_usd=listed)
    if price.held_share is not None:
        hours = _device_hours(hours, price.held_share)
    rental = formulas.priced_usd(hours, price.rental_usd_per_h)
    if price.owned is None:
        return Cost(rental_usd=rental, total_usd=rental)
    own = price.owned
    hardware = formulas.hardware_usd(hours, own.purchase_usd, own.age_years, own.utilization, own.decline_per_year)
    electricity = formulas.priced_usd(energy_kwh, own.electricity_usd_per_kwh)
    facility = None
    if own.facility_usd_per_kwh is not None:
        facility = formulas.priced_usd(energy_kwh, own.facility_usd_per_kwh)
    total = hardware + electricity + (0.0 if facility is None else facility)
    return Cost(
        rental_usd=choose(price.is_owned, MISSING, rental),
        hardware_usd=choose(price.is_owned, hardware, MISSING),
        electricity_usd=choose(price.is_owned, electricity, MISSING),
        facility_usd=choose(price.is_owned, MISSING if facility is None else facility, MISSING),
        total_usd=choose(price.is_owned, total, rental),
    )
