"""A slice costs its part of a device: arithmetic by its share of compute, what it keeps from others by the larger."""

import pytest

from costsvc.model.inputs import central
from costsvc.requests.workloads import Hosting, Machine, Pricing, Site, TrainingRun
from tests.model.chains.workloads import EIGHT_B, OWNED, leaves, resolve, serving, training

WHOLE, HALF = "nvidia-a100-sxm4-80gb", "nvidia-a100-sxm4-80gb-mig-3g.40gb"
COMPUTE, HELD = 3 / 7, 1 / 2
"""3 of 7 compute slices and 4 of 8 memory slices."""
PLACE = Site(region="aws:us-east-1")


def run(workload, catalog):
    inputs, around, chain = resolve(workload, catalog)
    return leaves(chain(inputs.numbers(central), around.numbers(central)))


def both(catalog, **fields):
    return [run(training(accelerator=name, accelerators=1, **fields), catalog) for name in (WHOLE, HALF)]


@pytest.mark.parametrize("site", [PLACE, OWNED], ids=["rented", "owned"])
def test_what_a_slice_keeps_from_others_is_its_larger_share(catalog, site):
    whole, half = both(catalog, accelerator_hours=10.0, site=site)
    for name in ("embodied_kg", "rental_usd", "hardware_usd"):
        expected = whole[f"footprint.{name}"] * HELD
        assert half[f"footprint.{name}"] == pytest.approx(expected, nan_ok=True), name
    assert half["footprint.accelerator_hours"] == 10.0


def test_power_above_idle_is_by_compute_and_idle_by_the_larger_share(catalog):
    whole, half = both(catalog, accelerator_hours=10.0)
    idle = run(Hosting(machine=Machine(accelerator=WHOLE), hours=1.0, site=PLACE), catalog)["usage.accelerator_w"]
    busy, part = (one["usage.usage.accelerator_w"] for one in (whole, half))
    assert part == pytest.approx(HELD * idle + COMPUTE * (busy - idle))
    assert part / HELD == pytest.approx(idle + (busy - idle) * COMPUTE / HELD)


def test_the_base_of_the_host_is_by_the_larger_share(catalog):
    whole, half = both(catalog, accelerator_hours=10.0)
    host = resolve(training(accelerator=WHOLE, accelerators=1, hours=1.0), catalog)[0].numbers(central).host
    chips = ((one["usage.usage.it_w"], one["usage.usage.accelerator_w"]) for one in (whole, half))
    rest = [it_w - (1 + host.overhead_share) * chip_w for it_w, chip_w in chips]
    assert rest[1] == pytest.approx(rest[0] * HELD)


def test_seven_slices_of_a_seventh_are_the_whole_device(catalog):
    ask = {"hours": 10.0, "site": PLACE}
    whole = run(training(accelerator="nvidia-a100-sxm4-40gb", accelerators=1, **ask), catalog)
    sevenths = run(training(accelerator="nvidia-a100-sxm4-40gb-mig-1g.5gb", accelerators=7, **ask), catalog)
    for name in ("accelerator_energy_kwh", "it_energy_kwh", "embodied_kg", "rental_usd", "total_kg"):
        assert sevenths[f"footprint.{name}"] == pytest.approx(whole[f"footprint.{name}"], rel=1e-9), name


def test_a_run_from_tokens_takes_as_much_longer_as_the_slice_computes_less(catalog):
    whole, half = both(catalog, training_tokens_b=1.0, subject=EIGHT_B, mfu=0.4)
    assert half["footprint.accelerator_hours"] * COMPUTE == pytest.approx(whole["footprint.accelerator_hours"])


def test_an_idle_slice_draws_its_larger_share(catalog):
    whole, half = (
        run(Hosting(machine=Machine(accelerator=name), hours=9.0, site=PLACE), catalog) for name in (WHOLE, HALF)
    )
    for name in ("accelerator_energy_kwh", "it_energy_kwh", "embodied_kg", "rental_usd"):
        assert half[f"footprint.{name}"] == pytest.approx(HELD * whole[f"footprint.{name}"]), name


@pytest.mark.parametrize("field", ["accelerator_power_w", "it_power_w"])
def test_measured_power_is_that_of_a_slice(catalog, field):
    machine = Machine(accelerator=HALF, accelerators=1, **{field: 100.0})
    found = run(TrainingRun(machine=machine, accelerator_hours=1.0, site=PLACE), catalog)
    assert found[f"usage.usage.{field.replace('_power', '')}"] == 100.0


def test_a_price_from_the_request_is_that_of_a_slice(catalog):
    site = Site(region="USA", pricing=Pricing(usd_per_accelerator_hour=2.0))
    assert run(training(accelerator=HALF, accelerator_hours=3.0, site=site), catalog)["footprint.rental_usd"] == 6.0


def test_bandwidth_and_memory_are_by_memory_share_and_arithmetic_by_compute_share(catalog):
    inputs = resolve(serving(accelerator=HALF, batch_size=1.0), catalog)[0].numbers(central).task
    chip = inputs.slice.chip(inputs.chip)
    assert chip.memory_bandwidth_gb_s == inputs.chip.memory_bandwidth_gb_s / 2
    assert chip.peak_tflops == pytest.approx(inputs.chip.peak_tflops * COMPUTE)
    assert inputs.replica.memory_share == 1 / 2


def test_a_slice_serves_slower_for_less_power(catalog):
    whole, half = (run(serving(accelerator=name, accelerators=1, batch_size=4.0), catalog) for name in (WHOLE, HALF))
    assert COMPUTE < half["usage.use.tokens_per_s"] / whole["usage.use.tokens_per_s"] < 1
    assert half["usage.usage.accelerator_w"] < whole["usage.usage.accelerator_w"] * 0.7


def test_a_share_of_time_takes_longer_with_as_much_energy(catalog):
    # limited by its memory, so that both decode the same batch
    whole, half = (
        run(serving(accelerators=n, batch_size=4.0, engine="vllm", layout="pipeline"), catalog) for n in (1, 0.5)
    )
    assert half["usage.use.latency_s"] == pytest.approx(2 * whole["usage.use.latency_s"])
    for name in ("accelerator_energy_kwh", "accelerator_hours", "embodied_kg"):
        assert half[f"footprint.{name}"] == pytest.approx(whole[f"footprint.{name}"]), name


def test_a_slice_needs_another_host_only_if_its_devices_do(catalog):
    for n, spans in ((16, False), (17, True)):  # eight devices in a host
        found = run(training(accelerator=HALF, accelerators=n, hours=1.0), catalog)
        assert found["usage.usage.has_fabric"] == spans
