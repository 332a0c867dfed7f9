"""For a given intensity, CO2 is what codecarbon makes of the same energy."""

import pytest
from codecarbon.core.emissions import Emissions
from codecarbon.core.units import Energy
from codecarbon.external.geography import GeoMetadata
from codecarbon.input import DataSource

from costsvc.estimates.training import estimate_training
from costsvc.requests.workloads import Machine, Site, TrainingRun


@pytest.mark.parametrize("g_per_kwh", [1.0, 57.0, 418.0, 1000.0])
@pytest.mark.parametrize("hours", [1.0, 1e6])
def test_equals_codecarbon(catalog, g_per_kwh, hours):
    run = TrainingRun(
        machine=Machine(accelerator="h100"), accelerator_hours=hours, site=Site(region="FRA", grid_g_per_kwh=g_per_kwh)
    )
    answer = estimate_training(run, catalog)
    oracle = Emissions(DataSource(), force_carbon_intensity_g_co2e_kwh=g_per_kwh)
    energy = Energy.from_energy(kWh=answer["energy_kwh"]["value"])
    theirs = oracle.get_private_infra_emissions(energy, GeoMetadata(country_iso_code="FRA"))
    assert answer["carbon"]["location_kg"]["value"] == pytest.approx(theirs, rel=1e-9)
