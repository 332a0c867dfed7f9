"""What usage in a place costs: the part that every kind of estimate shares."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from costsvc.estimates import hardware as machines
from costsvc.estimates import money
from costsvc.estimates.facts import Facts
from costsvc.estimates.hardware import Hardware, Power
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import Pricing
from costsvc.model import footprint as formulas
from costsvc.model.explanation import formula
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usage:
    """What a workload takes of its machines, wherever they stand.

    Attributes:
        hours: Accelerator-hours, all phases. [h]
        power: Mean watts per accelerator, at the chip and at the server.
        hardware: On what.
    """

    hours: Numeric
    power: Power
    hardware: Hardware


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footprint:
    """Energy, carbon, water and money of a workload; None is what does not exist.

    Attributes:
        accelerator_hours: Accelerators times hours. [h]
        accelerator_energy_kwh: At the chips. [kWh]
        it_energy_kwh: At the servers. [kWh]
        energy_kwh: At the building's meter. [kWh]
        location_kg: CO2e at the average of the grid. [kg]
        market_kg: CO2e at contracts and residual mix. [kg]
        marginal_kg: CO2e at the margin of the grid. [kg]
        embodied_kg: CO2e of manufacture. [kg]
        total_kg: location_kg and embodied_kg. [kg]
        onsite_l: Water for cooling. [L]
        offsite_l: Water at the power plants. [L]
        total_l: Both. [L]
        cost: What is paid.
        social_usd: Damage of the CO2e. [USD]
    """

    accelerator_hours: Numeric
    accelerator_energy_kwh: Numeric
    it_energy_kwh: Numeric
    energy_kwh: Numeric
    location_kg: Numeric | None
    market_kg: Numeric | None
    marginal_kg: Numeric | None
    embodied_kg: Numeric
    total_kg: Numeric | None
    onsite_l: Numeric
    offsite_l: Numeric | None
    total_l: Numeric | None
    cost: money.Cost
    social_usd: Numeric | None

    def times(self, factor: Numeric) -> Self:
        """The footprint of so many of the same."""
        cost = money.Cost(**_times(self.cost, factor))
        return replace(self, **_times(self, factor), cost=cost)


def _times(amounts: Footprint | money.Cost, factor: Numeric) -> dict[str, Any]:
    found = {field.name: getattr(amounts, field.name) for field in fields(amounts) if field.name != "cost"}
    return {name: None if amount is None else amount * factor for name, amount in found.items()}


@formula
def footprint(usage: Usage, setting: Setting, pricing: Pricing, facts: Facts) -> Footprint:
    """The footprint of usage in a place.

    Args:
        usage: Accelerator-hours at a power.
        setting: Where.
        pricing: What is paid and to whom.
        facts: The tables; collects what was used and what is missing.
    """
    hours, power, hardware = usage.hours, usage.power, usage.hardware
    it_energy = formulas.energy_kwh(power.it_w, hours)
    energy = formulas.meter_energy_kwh(it_energy, setting.pue)
    location = _grid_kg(energy, setting.location, setting)
    embodied = machines.embodied(hardware, hours, facts)
    total_kg = None if location is None else location + embodied
    if total_kg is None:
        facts.miss("carbon.total_kg", "there is no location_kg")
        facts.miss("cost.social_usd", "there is no total_kg")
    onsite = formulas.onsite_l(it_energy, setting.wue)
    offsite = None if setting.water is None else formulas.offsite_l(energy, setting.water)
    if offsite is None:
        facts.miss("water.total_l", "there is no offsite_l")
    return Footprint(
        accelerator_hours=hours,
        # what rounding leaves between chip and server must not turn their order round
        accelerator_energy_kwh=np.minimum(formulas.energy_kwh(power.accelerator_w, hours), it_energy),
        it_energy_kwh=it_energy,
        energy_kwh=energy,
        location_kg=location,
        market_kg=_grid_kg(energy, setting.market, setting),
        marginal_kg=_grid_kg(energy, setting.marginal, setting),
        embodied_kg=embodied,
        total_kg=total_kg,
        onsite_l=onsite,
        offsite_l=offsite,
        total_l=None if offsite is None else onsite + offsite,
        cost=money.cost(hours, energy, hardware, setting, pricing, facts),
        social_usd=None if total_kg is None else money.social(total_kg, setting.year, facts),
    )


def _grid_kg(energy_kwh: Numeric, g_per_kwh: Numeric | None, setting: Setting) -> Numeric | None:
    return None if g_per_kwh is None else formulas.grid_kg(energy_kwh, g_per_kwh, setting.losses)
