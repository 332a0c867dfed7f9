"""Tables are rebuilt from upstream files: the same files give the same bytes, and other forms are refused."""

import json

import pytest

from costsvc.errors import TableError
from costsvc.evidence.importers import build
from costsvc.reference.package import BUILD_ONLY
from costsvc.reference.table import describe
from costsvc.settings import bundled_data

KEPT_BY_HAND = {"sources", "defaults", "hosted_fleets", "mfu_measurements", "processor_generations", "serving_readings"}
FITTED = {"hosts", "power_fractions", "mfu", "serving_fit", "hosted_fit"}


def test_a_rebuild_of_the_same_files_is_the_same_to_the_byte(sample, built, package):
    written = build(sample, package)
    assert written.rows
    assert not written.moves
    for name in written.rows:
        assert (package / f"{name}.csv").read_bytes() == (built / f"{name}.csv").read_bytes()


def test_every_table_that_is_neither_fitted_nor_kept_by_hand_is_built(built):
    rebuilt = {file.stem for file in built.glob("*.csv")} - {"sources"}
    assert rebuilt == set(describe(bundled_data())) - KEPT_BY_HAND - FITTED
    assert rebuilt >= BUILD_ONLY - KEPT_BY_HAND


def test_rows_stand_in_the_order_of_their_key_and_lines_end_as_in_unix(built):
    text = (built / "grid_average.csv").read_bytes()
    keys = [line.split(b",")[:4] for line in text.splitlines()[1:]]
    assert keys == sorted(keys)
    assert b"\r" not in text


def test_numbers_have_six_digits_at_most(built):
    line = (built / "grid_average.csv").read_text(encoding="utf-8").splitlines()[1]
    assert all(len(cell.replace(".", "")) <= 6 for cell in line.split(",")[5:8])


def test_an_absent_upstream_file_leaves_out_its_own_tables_only(upstream, package):
    (upstream / "codecarbon/codecarbon/data/hardware/cpu_power.csv").unlink()
    found = build(upstream, package)
    assert list(found.without) == ["cpus"]
    assert found.without["cpus"].endswith("cpu_power.csv")
    assert "accelerators" in found.rows


def test_a_table_that_is_not_described_is_refused(upstream, package):
    description = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    description["resources"] = [r for r in description["resources"] if r["name"] != "cpus"]
    (package / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")
    with pytest.raises(TableError, match="describes no table 'cpus'"):
        build(upstream, package)


def test_a_built_table_that_is_not_as_described_is_refused(upstream, package):
    file = upstream / "owid-ember-carbon-intensity/carbon_intensity_electricity_2000_2025.csv"
    file.write_text(file.read_text(encoding="utf-8") + "Nowhere,NWH,2024,9999\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"grid_average\.csv: g_per_kwh breaks maximum"):
        build(upstream, package)
