"""Rates times an amount are the estimates of a batch, in Python and in SQL."""

import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import csv, parquet

from costsvc.batch.estimating import estimate
from costsvc.batch.plan import RESULTS, plan
from costsvc.batch.rates import rates
from costsvc.batch.spark_run import session
from costsvc.batch.templates import Templates
from costsvc.cli import main
from costsvc.errors import BadRequestError

ENDS = [f"{name}{end}" for name in RESULTS for end in ("", "_low", "_high")]
CLOSE = 1e-12
PLACES = ("Paris", "aws:eu-west-1")
JOBS = """job,accelerator,region,hours,accelerators
1,h100,Paris,2.5,8
2,a100,aws:eu-west-1,0.25,1
3,h100,aws:eu-west-1,100,16
4,a100,Paris,7,0.5
"""
CHAT = {"model": "llama-3.1-8b", "input_tokens": "500", "output_tokens": "300"}
CALLS = """accelerator,region,requests,model,input_tokens,output_tokens
h100,Paris,1000,llama-3.1-8b,500,300
a100,aws:eu-west-1,7,llama-3.1-8b,500,300
"""
NAMED = ("--accelerator", "h100", "--accelerator", "a100", *(part for one in PLACES for part in ("--region", one)))
NUMBERS = tuple(part for one in ("0.5", "1", "8", "16") for part in ("--accelerators", one))
SERVED = ("--kind", "inference", "--model", "llama-3.1-8b", "--set", "input_tokens=500", "--set", "output_tokens=300")


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def approximately(row):
    return {name: row[name] if row[name] is None else pytest.approx(row[name], rel=CLOSE) for name in ENDS}


@pytest.mark.parametrize(
    ("kind", "constants", "unit", "amount"),
    [
        ("training", {"accelerators": "1"}, "accelerator_hours", 1234.5),
        ("training", {"pricing.kind": "spot", "accelerators": "8"}, "accelerator_hours", 0.01),
        ("inference", CHAT, "requests", 1_000_000.0),
    ],
    ids=["training", "spot", "inference"],
)
def test_a_rate_times_an_amount_is_the_estimate_of_it(catalog, kind, constants, unit, amount):
    table, rejects = rates(kind, {"accelerator": ["h100", "t4"], "region": PLACES}, constants, catalog)
    rows = table.select(["accelerator", "region", *constants]).append_column(unit, pa.repeat(amount, len(table)))
    batch = rows.combine_chunks().to_batches()[0]
    found = estimate(batch, plan(batch.schema, kind, intervals=True), Templates(catalog)).results.to_pylist()
    assert not rejects
    assert len(found) == len(PLACES) * 2
    for row, rate in zip(found, table.to_pylist(), strict=True):
        assert {name: rate[name] and rate[name] * amount for name in ENDS} == approximately(row)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize(
    ("rows", "options", "kind"), [(JOBS, NUMBERS, "training"), (CALLS, SERVED, "inference")], ids=["jobs", "calls"]
)
def test_the_printed_sql_gives_what_batch_gives(tmp_path, suffix, rows, options, kind):
    source, target, estimates = tmp_path / "jobs.csv", tmp_path / f"it's.{suffix}", tmp_path / "estimates.parquet"
    source.write_text(rows, encoding="utf-8")
    printed = run("rates", target, *NAMED, *options)
    assert printed.exit_code == 0, printed.output
    batch = run("batch", source, estimates, "--kind", kind, "--intervals")
    assert batch.exit_code == 0, batch.output
    with duckdb.connect() as database:
        database.register("jobs", csv.read_csv(source))
        joined = database.sql(printed.stdout).to_arrow_table()
    expected = parquet.read_table(estimates)
    order = [(name, "ascending") for name in ("accelerator", "region")]
    pairs = zip(joined.sort_by(order).to_pylist(), expected.sort_by(order).to_pylist(), strict=True)
    for row, wanted in pairs:
        assert {name: row[name] for name in ENDS} == approximately(wanted), wanted


@pytest.mark.spark
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_sql_of_spark_gives_what_that_of_duckdb_gives(tmp_path, suffix, needs):
    needs("java")
    source, target = tmp_path / "jobs.csv", tmp_path / f"rates.{suffix}"
    source.write_text(JOBS, encoding="utf-8")
    first, second = (run("rates", target, *NAMED, *NUMBERS, "--sql", engine).stdout for engine in ("duckdb", "spark"))
    with duckdb.connect() as database:
        database.register("jobs", csv.read_csv(source))
        expected = database.sql(first).to_arrow_table().sort_by("job").to_pylist()
    spark = session("local[1]")
    spark.read.csv(str(source), header=True, inferSchema=True).createOrReplaceTempView("jobs")
    *views, select = [part for part in second.split(";") if part.strip()]
    for view in views:
        spark.sql(view)
    found = sorted((row.asDict() for row in spark.sql(select).collect()), key=lambda row: row["job"])
    for row, wanted in zip(found, expected, strict=True):
        assert {name: row[name] for name in ENDS} == approximately(wanted)


def test_a_rate_of_several_machines_is_higher_than_that_of_one(catalog):
    numbers = {"accelerator": ["h100"], "accelerators": ["1", "8", "16"], "region": ["Paris"]}
    one, eight, sixteen = rates("training", numbers, {}, catalog)[0]["energy_kwh"].to_pylist()
    assert one == pytest.approx(eight, rel=CLOSE)
    assert sixteen > eight


def test_all_accelerators_are_the_default(catalog, tmp_path):
    answer = run("rates", tmp_path / "all.parquet", "--region", "Paris", "--accelerators", "1")
    assert answer.exit_code == 0, answer.output
    written = parquet.read_table(tmp_path / "all.parquet")["accelerator"].to_pylist()
    assert set(written) == set(catalog.tables["accelerators"].rows)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--region", "Parris", "--region", "Paris", "--accelerators", "1"), "region: 'Parris' is not known"),
        (("--region", "Paris", "--accelerator", "zz80", "--accelerators", "1"), "accelerator: 'zz80' is not known"),
        (("--region", "Paris", "--instance", "p5.47xlarge"), "instance: 'p5.47xlarge'"),
        (("--region", "Paris", "--set", "regoin=Paris"), "regoin: unknown field; did you mean region?"),
        (("--region", "Paris", "--set", "region=Oslo"), "region: is given twice"),
        (("--region", "Paris", "--set", "hours=3"), "hours: does not fit"),
        (("--accelerator", "h100"), "Missing option '--region'"),
        (("--region", "Paris"), "accelerators: is required"),
    ],
    ids=["region", "accelerator", "instance", "field", "twice", "amount", "no region", "no number"],
)
def test_what_has_no_rate_ends_with_exit_code_2_and_no_file(tmp_path, options, text):
    answer = run("rates", tmp_path / "rates.csv", *options)
    assert answer.exit_code == 2
    assert text in answer.output
    assert not list(tmp_path.iterdir())


def test_rates_are_written_as_parquet_or_csv_only(tmp_path):
    answer = run("rates", tmp_path / "rates.ndjson", *NAMED)
    assert answer.exit_code == 2
    assert "parquet or csv" in answer.output


def test_rates_need_a_model_for_inference(catalog):
    with pytest.raises(BadRequestError, match="model"):
        rates("inference", {"accelerator": ["h100"], "region": ["Paris"]}, {}, catalog)
