"""Commands print what they did, and end in a message where they cannot."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from shutil import copy, copytree

import pytest
import yaml
from click.testing import CliRunner

from costsvc.cli import main
from costsvc.settings import bundled_data

SAMPLE = Path(__file__).parent / "evidence" / "upstream"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("datapackage.json", "sources.csv"):
        copy(bundled_data() / name, folder)
    return folder


def test_the_version_is_that_of_the_package():
    assert version("costsvc") in run("--version").output


@pytest.mark.parametrize("arguments", [[], ["data"]], ids=["all", "data"])
def test_help_tells_what_there_is(arguments):
    answer = run(*arguments, "--help")
    assert answer.exit_code == 0
    assert "Commands:" in answer.output


def test_openapi_prints_the_document_that_is_served(client):
    answer = run("openapi")
    assert answer.exit_code == 0
    assert yaml.safe_load(answer.output) == client.get("/openapi.json").json


def test_data_build_rebuilds_the_tables_and_counts_their_rows(package):
    answer = run("data", "build", SAMPLE, "--into", package)
    assert answer.exit_code == 0, answer.output
    rows = len((package / "grid_average.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert f"grid_average: {rows} rows" in answer.output


@pytest.mark.fits
def test_data_validate_prints_a_line_for_each_kind_of_figure(tmp_path):
    answer = run("data", "validate", tmp_path)
    assert answer.exit_code == 0, answer.output
    assert "median" in answer.output


@pytest.mark.fits
@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("training.csv", "training.csv: columns are missing: model, tokens, hardware", id="runs"),
        pytest.param("inference.csv", "inference.csv: columns are missing: task, model", id="requests"),
        pytest.param("amortization.csv", "amortization.csv: columns are missing: shared_cost_value", id="break-even"),
    ],
)
def test_data_validate_names_the_columns_that_a_file_lacks(tmp_path, name, message):
    (tmp_path / name).write_text("id,colour\nrow,blue\n")
    answer = run("data", "validate", tmp_path)
    assert answer.exit_code == 1
    assert f"Error: {message}" in answer.output


@pytest.mark.fits
def test_data_validate_writes_no_page_about_nothing(tmp_path):
    answer = run("data", "validate", tmp_path, "--docs", tmp_path)
    assert "Error: no published figure was found" in answer.output
    assert not list(tmp_path.iterdir())


def test_a_table_whose_upstream_file_is_absent_is_left_as_it_is_and_said(tmp_path, package):
    upstream = copytree(SAMPLE, tmp_path / "upstream")
    (upstream / "codecarbon/codecarbon/data/hardware/cpu_power.csv").unlink()
    answer = run("data", "build", upstream, "--into", package)
    assert answer.exit_code == 0
    assert "cpus: left as it is; " in answer.output
    assert not (package / "cpus.csv").exists()


@pytest.mark.fits
def test_a_figure_that_moved_by_more_than_a_fifth_is_shown_and_written_only_if_accepted(tmp_path, package):
    upstream = copytree(SAMPLE, tmp_path / "upstream")
    run("data", "build", upstream, "--into", package)
    before = (package / "cpus.csv").read_bytes()
    file = upstream / "codecarbon/codecarbon/data/hardware/cpu_power.csv"
    name, _, watts = file.read_text(encoding="utf-8").splitlines()[1].rpartition(",")
    file.write_text(file.read_text(encoding="utf-8").replace(f"{name},{watts}\n", f"{name},{float(watts) * 1.5}\n"))
    refused = run("data", "build", upstream, "--into", package)
    assert refused.exit_code == 1
    assert f"tdp_w {float(watts):g} -> {float(watts) * 1.5:g} (+50%)" in refused.output
    assert (package / "cpus.csv").read_bytes() == before
    assert run("data", "build", upstream, "--into", package, "--accept").exit_code == 0
    assert (package / "cpus.csv").read_bytes() != before


def test_a_folder_that_is_no_data_package_is_refused_without_a_traceback(tmp_path):
    answer = run("data", "fit", "--into", tmp_path)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: datapackage.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["data", "build", "/no/such/folder"], "does not exist", id="no-such-folder"),
        pytest.param(["data", "build"], "Missing argument", id="no-folder"),
        pytest.param(["data", "bild"], "No such command", id="misspelt"),
    ],
)
def test_a_wrong_call_is_refused_with_what_is_wrong(arguments, message):
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert message in answer.output


@pytest.mark.processes
def test_a_real_process_prints_the_document_and_nothing_else():
    command = Path(sys.executable).with_name("costsvc")
    done = subprocess.run([command, "openapi"], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - ours
    assert done.stderr == ""
    assert yaml.safe_load(done.stdout)["openapi"].startswith("3.1")
