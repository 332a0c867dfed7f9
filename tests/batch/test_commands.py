"""``costsvc batch`` on the samples of all formats, with its exit codes."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from costsvc.batch.formats import FORMATS
from costsvc.cli import main

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
FILES = {"slurm": "slurm.txt", "focus": "focus.csv", "codecarbon": "codecarbon.csv", "litellm": "litellm.csv"}
FILES |= {"otel": "otel.jsonl", "boamps": "boamps"}


def batch(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["batch", *map(str, arguments)])


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", FORMATS)
def test_each_row_of_a_sample_is_estimated_rejected_or_skipped(name: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    done = batch(SAMPLES / FILES[name], output, "--from", name)
    assert done.exit_code == 0, done.output
    rows, rejects = rows_of(output), rows_of(tmp_path / "out.csv.rejects.csv")
    estimated = sum(bool(row["template"]) for row in rows)
    assert f"{estimated:,} estimated, {len({(row['file'], row['row']) for row in rejects}):,} rejected" in done.output
    assert estimated
    assert all(row["reason"] and row["column"] for row in rejects)


def test_totals_and_templates_are_files_of_their_own(tmp_path: Path) -> None:
    output, totals = tmp_path / "jobs.parquet", tmp_path / "totals.csv"
    done = batch(SAMPLES / "slurm.txt", output, "--from", "slurm", "--by", "Account", "--totals", totals)
    assert done.exit_code == 0, done.output
    jobs, templates = pq.read_table(output), pq.read_table(f"{output}.templates.parquet")
    energy = sum(value for value in jobs.column("energy_kwh").to_pylist() if value is not None)
    assert sum(float(row["energy_kwh"]) for row in rows_of(totals)) == pytest.approx(energy, rel=1e-12)
    assert set(jobs.column("template").drop_null().to_pylist()) <= set(templates.column("template").to_pylist())


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--from", "slurm", "--strict"], 3, "row "),
        (["--from", "slurm", "--by", "Project"], 2, "Project"),
        (["--from", "slurm", "--map", "acelerator=Partition"], 2, "did you mean accelerator"),
        (["--from", "slurm", "--by", "JobIDRaw", "--most-groups", "3"], 2, "more than 3 groups"),
        (["--from", "focus"], 2, "is required in this format"),
        (["--map", "hours"], 2, "must be FIELD=VALUE"),
    ],
)
def test_a_wrong_command_ends_with_its_code_and_leaves_no_file(
    arguments: list[str], code: int, text: str, tmp_path: Path
) -> None:
    done = batch(SAMPLES / "slurm.txt", tmp_path / "out.csv", *arguments)
    assert (done.exit_code, text in done.output) == (code, True), done.output
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_ends_with_code_4(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = batch(SAMPLES / "slurm.txt", tmp_path / "file" / "out.csv", "--from", "slurm")
    assert (done.exit_code, "cannot be written" in done.output) == (4, True), done.output
