"""Factors as they are resolved, written down: a change of data shows as numbers in the difference.

``pytest tests/estimates/test_factors.py --snapshot-update`` writes them anew.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from costsvc.estimates.training import estimate_training
from costsvc.requests.workloads import Machine, Pricing, Site, TrainingRun

H100 = "nvidia-h100-sxm5-80gb"
OF_REGION = ("grid_g_per_kwh", "grid_marginal_g_per_kwh", "pue", "wue_l_per_kwh", "grid_water_l_per_kwh")
OF_ACCELERATOR = (
    "accelerator_tdp_w",
    "power_fraction",
    "host_overhead_share",
    "host_base_w",
    "host_fabric_w",
    "embodied_accelerator_kg",
    "host_embodied_kg",
    "usd_per_accelerator_hour",
)
SOME_ACCELERATORS = (
    H100,
    "nvidia-h200-sxm",
    "nvidia-b200",
    "nvidia-a100-sxm4-80gb",
    "nvidia-v100-sxm2-16gb",
    "nvidia-l4",
    "nvidia-l40s",
    "nvidia-t4",
    "nvidia-rtx-4090",
    "amd-mi300x",
    "google-tpu-v4",
    "aws-trainium2",
)
SOME_REGIONS = (
    "aws:us-east-1",
    "aws:us-west-2",
    "aws:eu-west-3",
    "aws:ap-south-1",
    "gcp:us-central1",
    "gcp:europe-north1",
    "gcp:asia-southeast1",
    "azure:swedencentral",
    "azure:westus3",
    "FRA",
    "POL",
    "world",
)


class Csv(SingleFileSnapshotExtension):
    """A snapshot that reads as a table."""

    file_extension = "csv"
    _write_mode = WriteMode.TEXT

    def serialize(self, data, **_):
        return "".join(",".join(map(_cell, row)) + "\n" for row in data)


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


@pytest.fixture
def table(snapshot):
    return snapshot.use_extension(Csv)


@pytest.fixture
def answer(catalog):
    """The answer for a thousand accelerator-hours on two hosts or more."""

    def ask(accelerator: str, region: str, **site: object) -> dict[str, Any]:
        machine = Machine(accelerator=accelerator, accelerators=64)
        return estimate_training(
            TrainingRun(machine=machine, accelerator_hours=1000.0, site=Site(region=region, **site)), catalog
        )

    return ask


def _factors(found: dict[str, Any], names: tuple[str, ...]) -> Iterator[float | None]:
    values: Mapping[str, float] = {factor["name"]: factor["value"] for factor in found["factors"]}
    return (values.get(name) for name in names)


def test_factors_of_every_cloud_region(catalog, answer, table):
    rows = [("region", "zone", "year", *OF_REGION, "grid_direct_g_per_kwh", "electricity_usd_per_kwh")]
    for region in map(str, catalog.tables["regions"]):
        found = answer(H100, region, pricing=Pricing(kind="owned"))
        basis = found["carbon"]["basis"]["location"]
        direct = _factors(answer(H100, region, scope="direct"), ("grid_g_per_kwh",))
        price = _factors(found, ("electricity_usd_per_kwh",))
        rows.append((region, basis["zone"], basis["year"], *_factors(found, OF_REGION), *direct, *price))
    assert rows == table


def test_factors_of_every_accelerator(catalog, answer, table):
    rows = [("accelerator", *OF_ACCELERATOR)]
    rows += [
        (chip, *_factors(answer(chip, "world"), OF_ACCELERATOR)) for chip in map(str, catalog.tables["accelerators"])
    ]
    assert rows == table


def test_a_thousand_hours_of_some_accelerators_in_some_regions(answer, table):
    rows = [("accelerator", "region", "total_kg", "total_usd")]
    for chip in SOME_ACCELERATORS:
        for region in SOME_REGIONS:
            found = answer(chip, region)
            paid = found["cost"]["total_usd"]
            rows.append((chip, region, found["carbon"]["total_kg"]["value"], paid and paid["value"]))
    assert rows == table
