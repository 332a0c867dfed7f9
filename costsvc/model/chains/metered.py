"""The chain of measured energy: a meter's reading in place of hardware and time."""

from dataclasses import dataclass, replace

from costsvc.model import footprint as formulas
from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.surroundings import MISSING, Surroundings
from costsvc.model.explanation import formula
from costsvc.model.power import Usage
from costsvc.units import W_PER_KW, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeteredEnergy:
    """Measured energy, at the servers or at the building's meter; the other is None.

    Attributes:
        it_energy_kwh: Energy at the servers. [kWh]
        energy_kwh: Energy at the building's meter. [kWh]
        overheads: Work of further runs relative to the measured one. [1]
        electricity_usd_per_kwh: Price of electricity; None if it is not known. [USD/kWh]
    """

    it_energy_kwh: Numeric | None
    energy_kwh: Numeric | None
    overheads: tuple[Numeric, ...]
    electricity_usd_per_kwh: Numeric | None


@formula
def server_energy_kwh(energy_kwh: Numeric, pue: Numeric) -> Numeric:
    """Energy at the servers from that at the building's meter.

    Args:
        energy_kwh: Energy at the meter. [kWh]
        pue: Power usage effectiveness. [1]

    Returns:
        Energy. [kWh]
    """
    return energy_kwh / pue


def metered_footprint(metered: MeteredEnergy, around: Surroundings) -> Footprint:
    """The footprint of measured energy in a place: its operation alone.

    Args:
        metered: The energy.
        around: Place; machines and their prices are not known.

    Returns:
        Energy, carbon, water and the price of the electricity; NaN for accelerators, manufacture and hardware.
    """
    it_kwh = metered.it_energy_kwh
    if it_kwh is None:
        if metered.energy_kwh is None:
            raise TypeError("measured energy needs it_energy_kwh or energy_kwh")
        it_kwh = server_energy_kwh(metered.energy_kwh, around.place.pue)
    # an hour of servers that draw as many kW as the energy has kWh
    kilowatts = it_kwh * (1.0 + sum(metered.overheads))
    usage = Usage(hours=1.0, accelerator_w=kilowatts * W_PER_KW, it_w=kilowatts * W_PER_KW, accelerators=1.0)
    whole = footprint(usage, around)
    social = around.social.usd(whole.location_kg)
    price = metered.electricity_usd_per_kwh
    paid: Numeric = MISSING if price is None else formulas.priced_usd(whole.energy_kwh, price)
    return replace(
        whole,
        accelerator_hours=MISSING,
        accelerator_energy_kwh=MISSING,
        total_kg=whole.location_kg,
        electricity_usd=paid,
        total_usd=paid,
        social_usd=social,
    )
