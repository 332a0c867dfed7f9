"""The footprint chain, which all workloads share: energy, carbon, water and money of usage in a place."""

from dataclasses import dataclass, fields

import numpy as np

from costsvc.model import footprint as formulas
from costsvc.model import power
from costsvc.model.explanation import formula
from costsvc.model.inputs import choose, label
from costsvc.model.power import Usage
from costsvc.units import Condition, Numeric

MISSING = float("nan")
"""A figure that does not exist; the log of the request has the reason."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """Inputs of the market-based intensity: hourly matched carbon-free energy, or a contract.

    Attributes:
        cfe_share: Share of the load that carbon-free energy matches hour by hour; None under a contract. [1]
        grid_carbon_free_share: Carbon-free share of the grid. [1]
        contract_share: Share of the electricity that the contract covers. [1]
        contract_g_per_kwh: Intensity of the contracted electricity. [g/kWh]
        residual_g_per_kwh: Intensity of the residual mix. [g/kWh]
    """

    cfe_share: Numeric | None = None
    grid_carbon_free_share: Numeric = MISSING
    contract_share: Numeric = MISSING
    contract_g_per_kwh: Numeric = MISSING
    residual_g_per_kwh: Numeric = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """Building, grid and water of a place; NaN if a figure is not known.

    Attributes:
        pue: Power usage effectiveness. [1]
        wue_l_per_kwh: Water usage effectiveness. [L/kWh]
        grid_g_per_kwh: Average intensity of the grid. [g/kWh]
        market: Inputs of the market-based intensity; None if it does not exist.
        marginal_g_per_kwh: Marginal intensity of the grid. [g/kWh]
        grid_losses: Share of electricity lost before the meter. [1]
        grid_water_l_per_kwh: Water intensity of the grid. [L/kWh]
    """

    pue: Numeric
    wue_l_per_kwh: Numeric
    grid_g_per_kwh: Numeric
    market: Market | None
    marginal_g_per_kwh: Numeric
    grid_losses: Numeric
    grid_water_l_per_kwh: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Manufacture:
    """Embodied CO2e of the machines.

    Attributes:
        chip_kg: Embodied CO2e of one accelerator. [kg]
        host_kg: Embodied CO2e of a host. [kg]
        host_share: Processors per accelerator of the instance relative to a whole host; None without an
            instance. [1]
        per_host: Accelerators that share a host. [1]
        service_life_years: Years in service. [year]
        utilization: Share of that time in which the machine works. [1]
    """

    chip_kg: Numeric
    host_kg: Numeric
    host_share: Numeric | None
    per_host: Numeric
    service_life_years: Numeric
    utilization: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ownership:
    """Prices of owned hardware; NaN if a figure is not known.

    Attributes:
        purchase_usd: Price of an accelerator with its share of server and network. [USD]
        age_years: Age of the hardware. [year]
        utilization: Share of the time in which it works. [1]
        decline_per_year: Decline of the price of performance, in powers of ten. [1/year]
        electricity_usd_per_kwh: Price of electricity. [USD/kWh]
        facility_usd_per_kwh: Price of the facility; None if it is not charged. [USD/kWh]
    """

    purchase_usd: Numeric
    age_years: Numeric
    utilization: Numeric
    decline_per_year: Numeric
    electricity_usd_per_kwh: Numeric
    facility_usd_per_kwh: Numeric | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Price:
    """Prices of rented or owned hardware.

    Attributes:
        rental_usd_per_h: Rental price of an accelerator; NaN if it is not known. [USD/h]
        owned: Prices of owned hardware; None if it is rented.
        is_owned: Whether the hardware is owned, one value per row. [1]
    """

    rental_usd_per_h: Numeric = MISSING
    owned: Ownership | None = None
    is_owned: Condition = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SocialCost:
    """Social cost of carbon.

    Attributes:
        usd_per_t: Social cost of carbon in the year of emission. [USD/t]
        price_index_ratio: Price level of the answer relative to that of the table. [1]
    """

    usd_per_t: Numeric
    price_index_ratio: Numeric

    def usd(self, total_kg: Numeric) -> Numeric:
        """Damage of an amount of CO2e [USD]."""
        return formulas.social_usd(total_kg, self.usd_per_t, self.price_index_ratio)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings:
    """All inputs of the footprint besides usage.

    Attributes:
        place: Building, grid and water.
        manufacture: Embodied CO2e of the machines.
        price: Prices of the hardware.
        social: Social cost of carbon.
    """

    place: Place
    manufacture: Manufacture
    price: Price
    social: SocialCost


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cost:
    """Money; NaN if a part does not apply or is not known.

    Attributes:
        rental_usd: Rent. [USD]
        hardware_usd: Write-off of owned hardware. [USD]
        electricity_usd: Electricity of owned hardware. [USD]
        facility_usd: Facility of owned hardware. [USD]
        total_usd: Sum of the parts that apply. [USD]
    """

    rental_usd: Numeric = MISSING
    hardware_usd: Numeric = MISSING
    electricity_usd: Numeric = MISSING
    facility_usd: Numeric = MISSING
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
    place, hours = around.place, usage.hours
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
        total_usd=paid.total_usd,
        social_usd=around.social.usd(total_kg),
    )


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
    host = machines.host_kg
    if machines.host_share is not None:
        host = label(power.host_part(host, machines.host_share), "host_embodied_part_kg", "kg")
    return formulas.embodied_kg(
        hours, machines.chip_kg, host / machines.per_host, machines.service_life_years, machines.utilization
    )


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
