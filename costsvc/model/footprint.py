"""Energy, carbon, water and money of usage in a place.

Energy has three boundaries, and each function states its own: the accelerators, the servers (IT)
and the building's meter. PUE is applied once, between the last two.
"""

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import G_PER_KG, H_PER_YEAR, KG_PER_T, W_PER_KW, Numeric

LN_10 = float(np.log(10.0))


def energy_kwh(power_w: Numeric, hours: Numeric) -> Numeric:
    """Energy of a mean power over a time.

    Args:
        power_w: Mean power. [W]
        hours: Time. [h]

    Returns:
        Energy, at the boundary of the power. [kWh]
    """
    return power_w / W_PER_KW * hours


@formula
def meter_energy_kwh(it_energy_kwh: Numeric, pue: Numeric) -> Numeric:
    """Energy at the building's meter.

    Args:
        it_energy_kwh: Energy at the servers. [kWh]
        pue: Power usage effectiveness of the building, at least 1. [1]

    Returns:
        Energy at the meter. [kWh]

    References:
        ISO/IEC 30134-2:2016, Power usage effectiveness.
    """
    return it_energy_kwh * pue


@formula
def grid_kg(energy_kwh: Numeric, g_per_kwh: Numeric, grid_losses: Numeric) -> Numeric:
    """CO2e of electricity.

    Args:
        energy_kwh: Energy at the meter. [kWh]
        g_per_kwh: Intensity of electricity fed into the grid. [g/kWh]
        grid_losses: Share lost between power plant and meter; 0 if the intensity includes it. [1]

    Returns:
        CO2e. [kg]

    References:
        GHG Protocol Scope 2 Guidance (2015), chapter 6.
    """
    return energy_kwh * g_per_kwh / (1 - grid_losses) / G_PER_KG


@formula
def contract_g_per_kwh(share: Numeric, contract_g_per_kwh: Numeric, residual_g_per_kwh: Numeric) -> Numeric:
    """Market-based intensity under a contract.

    Args:
        share: Share of the electricity that the contract covers. [1]
        contract_g_per_kwh: Intensity of the contracted electricity. [g/kWh]
        residual_g_per_kwh: Intensity of the residual mix. [g/kWh]

    Returns:
        Market-based intensity. [g/kWh]

    References:
        GHG Protocol Scope 2 Guidance (2015), table 6.3.
    """
    return share * contract_g_per_kwh + (1 - share) * residual_g_per_kwh


@formula
def cfe_g_per_kwh(cfe_share: Numeric, grid_g_per_kwh: Numeric, grid_carbon_free_share: Numeric) -> Numeric:
    """Market-based intensity with hourly matched carbon-free energy.

    The unmatched share comes from the emitting plants of the grid.

    Args:
        cfe_share: Share of the load that carbon-free energy matches hour by hour. [1]
        grid_g_per_kwh: Average intensity of the grid. [g/kWh]
        grid_carbon_free_share: Carbon-free share of the grid. [1]

    Returns:
        Market-based intensity. [g/kWh]

    References:
        Google, "24/7 Carbon-Free Energy: Methodologies and Metrics" (2021).
    """
    emitting = np.where(grid_carbon_free_share >= 1, 1.0, 1 - grid_carbon_free_share)
    return (1 - cfe_share) * grid_g_per_kwh / emitting


@formula
def embodied_kg(
    hours: Numeric, chip_kg: Numeric, host_share_kg: Numeric, service_life_years: Numeric, utilization: Numeric
) -> Numeric:
    """Embodied CO2e of the machines, allocated by hours of use.

    Args:
        hours: Accelerator-hours. [h]
        chip_kg: Embodied CO2e of one accelerator. [kg]
        host_share_kg: Embodied CO2e of one accelerator's share of its host. [kg]
        service_life_years: Years in service. [year]
        utilization: Share of that time in which the machine works. [1]

    Returns:
        Embodied CO2e. [kg]

    References:
        Green Software Foundation, Software Carbon Intensity, ISO/IEC 21031:2024, section on M.
    """
    return hours * (chip_kg + host_share_kg) / (service_life_years * H_PER_YEAR * utilization)


@formula
def onsite_l(it_energy_kwh: Numeric, wue_l_per_kwh: Numeric) -> Numeric:
    """Water consumed for cooling on site. WUE is per kWh at the servers, so PUE is not applied.

    Args:
        it_energy_kwh: Energy at the servers. [kWh]
        wue_l_per_kwh: Water usage effectiveness of the site. [L/kWh]

    Returns:
        Water. [L]

    References:
        P. Li et al., "Making AI Less Thirsty", arXiv:2304.03271.
    """
    return it_energy_kwh * wue_l_per_kwh


@formula
def offsite_l(energy_kwh: Numeric, grid_l_per_kwh: Numeric) -> Numeric:
    """Water consumed to generate the electricity.

    Args:
        energy_kwh: Energy at the meter. [kWh]
        grid_l_per_kwh: Water consumed per kWh generated. [L/kWh]

    Returns:
        Water. [L]

    References:
        P. Li et al., "Making AI Less Thirsty", arXiv:2304.03271.
    """
    return energy_kwh * grid_l_per_kwh


def priced_usd(amount: Numeric, usd_per_unit: Numeric) -> Numeric:
    """Amount times price: rent by the hour, electricity or facility by the kWh.

    Args:
        amount: Accelerator-hours [h] or energy at the meter. [kWh]
        usd_per_unit: Price of one unit. [USD/unit]

    Returns:
        Money. [USD]
    """
    return amount * usd_per_unit


@formula
def hardware_usd(
    hours: Numeric, purchase_usd: Numeric, age_years: Numeric, utilization: Numeric, decline_per_year: Numeric
) -> Numeric:
    """Loss of value of owned hardware during the hours of use.

    The price of performance falls each year; the value that the hardware loses thereby during the
    run is the run's hardware cost.

    Args:
        hours: Accelerator-hours. [h]
        purchase_usd: Price of one accelerator with its share of server and network. [USD]
        age_years: Age of the hardware during the run. [year]
        utilization: Share of the time in which it works. [1]
        decline_per_year: Decline of the price of performance, in powers of ten. [1/year]

    Returns:
        Write-off. [USD]

    References:
        B. Cottier et al., "The rising costs of training frontier AI models", arXiv:2405.21015,
        section 2.2.
    """
    loss_per_h = decline_per_year * LN_10 / H_PER_YEAR
    return hours * purchase_usd * loss_per_h * 10 ** (-decline_per_year * age_years) / utilization


@formula
def social_usd(total_kg: Numeric, usd_per_t: Numeric, price_index_ratio: Numeric) -> Numeric:
    """Damage of CO2e to society.

    Args:
        total_kg: CO2e, operational and embodied. [kg]
        usd_per_t: Social cost of carbon in the year of emission. [USD/t]
        price_index_ratio: Price level of the answer relative to that of the table. [1]

    Returns:
        Social cost; not part of the money paid. [USD]

    References:
        US EPA, "Report on the Social Cost of Greenhouse Gases" (2023), table ES.1.
    """
    return total_kg / KG_PER_T * usd_per_t * price_index_ratio
