"""What the footprint of usage follows from: place, machines and prices."""

from dataclasses import dataclass

from costsvc.model import footprint as formulas
from costsvc.model.chains.api_call import CallPrice
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
        held_share: Share of an accelerator that a slice keeps from others; None for whole accelerators. [1]
    """

    chip_kg: Numeric
    host_kg: Numeric
    host_share: Numeric | None
    per_host: Numeric
    service_life_years: Numeric
    utilization: Numeric
    held_share: Numeric | None = None


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
    """Prices of rented or owned hardware, or of calls to a hosted model.

    Attributes:
        rental_usd_per_h: Rental price of an accelerator; NaN if it is not known. [USD/h]
        owned: Prices of owned hardware; None if it is rented.
        is_owned: Whether the hardware is owned, one value per row. [1]
        call: Price of one call to a hosted model; None if the hardware is rented or owned.
        held_share: Share of an accelerator that a slice keeps from others; None for whole accelerators, and for
            prices from the request, which are those of a slice. [1]
    """

    rental_usd_per_h: Numeric = MISSING
    owned: Ownership | None = None
    is_owned: Condition = False
    call: CallPrice | None = None
    held_share: Numeric | None = None


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
