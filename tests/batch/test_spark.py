"""Spark: the same answers as here, whatever the partitions and whichever worker dies."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pyspark.sql import DataFrame, SparkSession

from costsvc.batch.formats import FORMATS
from costsvc.batch.persons import hashed
from costsvc.batch.plan import plan
from costsvc.batch.spark import columns, tables
from costsvc.batch.spark import estimate as estimate_in_spark
from costsvc.batch.spark_run import read, run, session
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.batch.totals import totals
from costsvc.cli import main
from costsvc.errors import BadRequestError, SettingsError
from costsvc.reference.catalog import Catalog
from tests.batch.comparing import assert_same, estimated_here, in_order, rows, without_templates

pytestmark = pytest.mark.spark
ENDS = (("local", ".parquet"), ("spark", ""))
"""Name and end of the templates beside an output."""


def write_lines(table: pa.Table, path: Path) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in table.to_pylist()))


@pytest.fixture(scope="module")
def spark(needs: Callable[[str], str]) -> Iterator[SparkSession]:
    needs("java")
    spark = session("local[2]")
    yield spark
    spark.stop()


@pytest.fixture(scope="module")
def divided(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Callable[[pa.Table, int], DataFrame]:
    """A DataFrame with as many partitions as files."""

    def make(table: pa.Table, partitions: int) -> DataFrame:
        folder = tmp_path_factory.mktemp("rows")
        for place in range(partitions):
            size = -(-table.num_rows // partitions)
            pq.write_table(table.slice(place * size, size), folder / f"{place}.parquet")
        return spark.read.parquet(str(folder)).repartition(partitions)

    return make


@pytest.mark.parametrize(
    ("kind", "partitions", "intervals"), [("training", 16, False), ("inference", 16, True), ("training", 1, True)]
)
def test_answers_are_those_of_one_process(divided, kind, partitions, intervals, catalog: Catalog):
    table = rows(kind)
    planned = plan(table.schema, kind, intervals=intervals)
    made = estimate_in_spark(divided(table, partitions), planned, by=["team"])
    made.rows.persist()
    results, rejects, expected = estimated_here(table, replace(planned, by=("team",)), catalog)
    assert_same(without_templates(made.results.toArrow()), results)
    names = ("row", "column", "value", "reason")
    assert in_order(made.rejects.toArrow()) == sorted(
        zip(*(rejects[name].to_pylist() for name in names), strict=True), key=str
    )
    templates = Templates(catalog)
    assert_same(totals(Sums.from_table(made.sums.toArrow(), ["team"], templates), templates), expected)
    made.rows.unpersist()


def test_a_template_has_the_same_digest_in_all_tasks(divided):
    table = rows("training")
    made = estimate_in_spark(divided(table, 7), plan(table.schema))
    templates = tables()
    Sums.from_table(made.sums.toArrow(), [], templates)
    known = {one.digest for one in templates.all}
    found = made.results.select("accelerator", "region", "`pricing.kind`", "estimated_template")
    digests = [row.estimated_template for row in found.distinct().collect() if row.estimated_template is not None]
    assert set(digests) <= known
    assert len(digests) == len(set(digests)) > 10


def test_columns_for_totals_have_to_exist(divided):
    table = rows("training")
    with pytest.raises(BadRequestError, match="must be a column of the file to group by, got 'project'"):
        estimate_in_spark(divided(table, 1), plan(table.schema), by=["project"])


@pytest.mark.parametrize(
    ("write", "name", "ending"),
    [
        (pyarrow.csv.write_csv, "rows.csv", ".parquet"),
        (write_lines, "rows.jsonl", ".csv"),
        (write_lines, "rows.jsonl", ".parquet"),
        (pq.write_table, "rows.parquet", ".parquet"),
    ],
)
def test_files_of_all_kinds_have_the_same_answers(spark, write, name, ending, tmp_path: Path, catalog: Catalog):
    table = rows("training").slice(0, 300)
    write(table, tmp_path / name)
    target, rejects = tmp_path / f"results{ending}", tmp_path / "rejects"
    done = run(
        str(tmp_path / name),
        str(target),
        lambda frame: plan(columns(frame), by=["team"]),
        master="local[2]",
        rejects=str(rejects),
    )
    results, rejected, expected = estimated_here(table, plan(table.schema, by=["team"]), catalog)
    assert_same(totals(done.sums, done.templates), expected)
    assert (done.rows, done.rejected) == (300, len(set(rejected["row"].to_pylist())))
    assert done.estimated == results["energy_kwh"].length() - results["energy_kwh"].null_count
    assert len(in_order(pq.read_table(rejects))) == rejected.num_rows
    written = read(spark, str(target)).toArrow()
    energy = pa.table({"energy_kwh": written.sort_by("id")["energy_kwh"].cast(pa.float64())})
    if ending == ".parquet" and not name.endswith(".csv"):  # where numbers are text, their order is another
        assert_same(energy, results.select(["energy_kwh"]))
    assert energy.num_rows == 300


@pytest.mark.parametrize(
    ("source", "message"),
    [("missing.csv", "input: .*PATH_NOT_FOUND"), ("rows.csv", "output: .*PATH_ALREADY_EXISTS")],
    ids=["source", "target"],
)
def test_paths_that_do_not_fit_are_refused(spark, source, message, tmp_path: Path):
    (tmp_path / "rows.csv").write_text("accelerator,accelerator_hours\nT4,1\n")
    with pytest.raises(BadRequestError, match=message):
        run(str(tmp_path / source), str(tmp_path), lambda frame: plan(columns(frame)), master="local[2]")


def test_line_breaks_in_quotes_are_a_part_of_a_cell(spark, tmp_path: Path):
    (tmp_path / "rows.csv").write_text('note,accelerator,accelerator_hours\n"two\nlines, ""quoted""",T4,1\n')
    made = read(spark, str(tmp_path / "rows.csv"))
    assert made.collect()[0].asDict() == {
        "note": 'two\nlines, "quoted"',
        "accelerator": "T4",
        "accelerator_hours": "1",
    }


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (None, "Java is not installed"),
        ('openjdk version "11.0.2"', "is openjdk version"),
        ('java version "1.8.0"', "1.8"),
    ],
)
def test_a_java_that_is_missing_or_old_is_named(said, message, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "bin").mkdir()
    if said is not None:
        java = tmp_path / "bin" / "java"
        java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match=f"needs Java 17 or newer.*{message}"):
        session("local[1]")


def test_people_are_hashes(divided):
    jobs = pa.table(
        {
            "JobID": ["1", "2", "3"],
            "User": ["ada", "bob", "ada"],
            "State": ["COMPLETED"] * 3,
            "ElapsedRaw": ["3600", "60", "x"],
            "AllocTRES": ["cpu=8,gres/gpu:h100=8,node=1"] * 3,
        }
    )
    planned = plan(jobs.schema, of=FORMATS["slurm"], constants={"region": "SE"})
    made = estimate_in_spark(divided(jobs, 2), planned, by=["User"], salt="salt")
    (batch,) = jobs.to_batches()
    expected = hashed(batch, ["User"], "salt").column("User").to_pylist()
    assert made.results.toArrow().sort_by("JobID")["User"].to_pylist() == expected
    assert "ada" not in json.dumps(made.sums.toArrow().to_pylist() + made.rejects.toArrow().to_pylist())
    assert made.rejects.count() == 1


def test_the_command_gives_the_totals_of_one_process(tmp_path: Path) -> None:
    source = tmp_path / "jobs.csv"
    source.write_text("accelerator,hours,team\nh100,1.5,a\nl4,2.25,b\nh1000,1,b\n")
    for engine, options in (("local", []), ("spark", ["--master", "local[1]"])):
        target = str(tmp_path / f"{engine}.parquet")
        arguments = ["batch", str(source), target, "--by", "team", "--totals", f"{target}.csv", "--engine", engine]
        done = CliRunner().invoke(main, [*arguments, *options])
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "3 rows: 2 estimated, 1 rejected"), done.output
    assert (tmp_path / "spark.parquet.csv").read_text() == (tmp_path / "local.parquet.csv").read_text()
    described = [pq.read_table(tmp_path / f"{engine}.parquet.templates{end}") for engine, end in ENDS]
    of_template = [sorted(table.drop(["template"]).to_pylist(), key=str) for table in described]
    assert of_template[0] == of_template[1]
    results = pq.read_table(tmp_path / "spark.parquet")["template"].drop_null()
    assert set(results.to_pylist()) == set(described[1]["template"].to_pylist())


@pytest.mark.parametrize(
    "wrong",
    [
        ["--engine", "spark", "--strict"],
        ["--master", "local[1]"],
        ["--engine", "spark", "--from", "otel"],
    ],
)
def test_options_of_the_other_engine_are_refused(wrong: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["batch", "jobs.jsonl", str(tmp_path / "out"), *wrong])
    assert (done.exit_code, "--engine" in done.output) == (2, True)
