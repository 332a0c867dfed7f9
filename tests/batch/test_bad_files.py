"""Files as people have them: what is wrong is named, what is right is read, and nothing is half written."""

import bz2
import gzip
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from csv import DictReader
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import csv, ipc, parquet

from costsvc.batch.files.delimited import BLOCK
from costsvc.batch.files.json_lines import LONGEST
from costsvc.batch.files.reading import Chunk, Options, read
from costsvc.batch.files.sources import find
from costsvc.batch.files.writing import OutputError
from costsvc.batch.running import Job, StrictError, Summary, run
from costsvc.cli import main
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog

HEAD = "accelerator,hours,region,note\n"
ROW = "h100,5,FR,a\n"
ROWS = pa.table({"accelerator": ["h100"] * 9, "hours": [5.0] * 9, "place": [{"region": "FR"}] * 9})
UTF_8 = "name its encoding by --encoding"
JOB = Job()
Run = Callable[..., Summary]


def parquet_bytes(table: pa.Table = ROWS) -> bytes:
    parquet.write_table(table, stream := BytesIO())
    return stream.getvalue()


def arrow_bytes(open_writer: Callable[[BytesIO, pa.Schema], ipc.RecordBatchStreamWriter]) -> bytes:
    with open_writer(stream := BytesIO(), ROWS.schema) as writer:
        writer.write_table(ROWS)
    return stream.getvalue()


def cells(*hours: str) -> str:
    return HEAD + "".join(f"h100,{one},FR,a\n" for one in hours)


@pytest.fixture
def estimated(tmp_path: Path, catalog: Catalog) -> Run:
    """Estimates a file with some content, and tells what it did."""

    def run_on(name: str, content: str | bytes, target: str = "out/rows.ndjson", job: Job = JOB) -> Summary:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run([str(file)], str(tmp_path / target), job, catalog)

    return run_on


@pytest.mark.parametrize(
    ("name", "content", "counts"),
    [
        pytest.param("a.csv", "\ufeff" + HEAD + ROW, (1, 1, 0), id="byte-order mark"),
        pytest.param("a.csv", (HEAD + ROW).replace("\n", "\r\n"), (1, 1, 0), id="CRLF"),
        pytest.param("a.csv", HEAD + 'h100,5,FR,"a\nb, ""c"""\n' + ROW, (2, 2, 0), id="quoted newline"),
        pytest.param("a.csv", (HEAD + ROW).replace(",", ";"), (1, 1, 0), id="semicolons"),
        pytest.param("a.tsv", (HEAD + ROW).replace(",", "\t"), (1, 1, 0), id="tabs"),
        pytest.param("a.txt", (HEAD + ROW).replace(",", "|"), (1, 1, 0), id="bars"),
        pytest.param("a.csv", HEAD, (0, 0, 0), id="no rows"),
        pytest.param("a.csv", HEAD + "h100,5,FR,\0\n", (1, 1, 0), id="NUL"),
        pytest.param("a.csv", HEAD + f"h100,5,FR,{'x' * 10**6}\n" + ROW, (2, 2, 0), id="a cell of 10^6 characters"),
        pytest.param("a.csv", HEAD + "h100,5\nh100,5,FR,a,b\n" + ROW, (3, 1, 2), id="missing and extra cells"),
        pytest.param("a.csv", cells("NaN", "inf", "-1", "1e400", "1,5", "=cmd()", "", "5"), (8, 1, 7), id="numbers"),
        pytest.param("a.csv.gz", gzip.compress((HEAD + ROW).encode()), (1, 1, 0), id="gzip"),
        pytest.param("a.csv.gz", gzip.compress(HEAD.encode()) + gzip.compress(ROW.encode()), (1, 1, 0), id="two gzips"),
        pytest.param("a.csv.bz2", bz2.compress((HEAD + ROW).encode()), (1, 1, 0), id="bzip2"),
        pytest.param("a.csv.zst", pa.compress((HEAD + ROW).encode(), "zstd", asbytes=True), (1, 1, 0), id="zstd"),
        pytest.param(
            "a.ndjson",
            '{"accelerator": "h100", "hours": 5}\n\n{nope\n[1]\n7\n{}\n{"accelerator": "l4", "hours": "6", "x": [1]}\n',
            (6, 2, 4),
            id="lines that are no objects",
        ),
        pytest.param(
            "a.ndjson", '{"accelerator": "h100", "hours": true}\n', (1, 0, 1), id="a truth value for a number"
        ),
        pytest.param("a.json", '[{"accelerator": "h100", "hours": 5}]', (1, 1, 0), id="a list of objects"),
        pytest.param("a.parquet", parquet_bytes(), (9, 9, 0), id="Parquet"),
        pytest.param("a.parquet", parquet_bytes(ROWS.slice(0, 0)), (0, 0, 0), id="Parquet without rows"),
        pytest.param("a.arrow", arrow_bytes(ipc.new_file), (9, 9, 0), id="Arrow file"),
        pytest.param("a.arrow", arrow_bytes(ipc.new_stream), (9, 9, 0), id="Arrow stream with the suffix of a file"),
        pytest.param("a.arrows", arrow_bytes(ipc.new_stream), (9, 9, 0), id="Arrow stream"),
    ],
)
def test_what_can_be_read_is_read(
    name: str, content: str | bytes, counts: tuple[int, int, int], estimated: Run, tmp_path: Path
) -> None:
    done = estimated(name, content)
    assert (done.rows, done.estimated, done.rejected) == counts, done.reasons
    rejects = tmp_path / "out" / "rows.ndjson.rejects.csv"
    listed = csv.read_csv(rejects).column("row").to_pylist() if rejects.exists() else []
    assert len(set(listed)) == done.rejected


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", "\n\n", "is empty"),
        ("a.csv", "a,b\n1,2\n", "a column is required"),
        ("a.csv", HEAD.replace("note", "region") + ROW, "more than once"),
        ("a.csv", (HEAD + "h100,5,FR,é\n").encode("latin-1"), UTF_8),
        ("a.csv", (HEAD + ROW).encode("utf-16"), "UTF-16"),
        ("a.csv", HEAD + f"h100,5,FR,{'x' * BLOCK * 2}\n", "a row of more than 8 MB"),
        ("a.csv", HEAD + 'h100,5,FR,"a\n' + ROW * (BLOCK // len(ROW)), "a quote that is not closed"),
        ("a.csv", HEAD + ROW + 'h100,5,FR,"a\n' + ROW, "a quote that is not closed"),
        ("a.csv", HEAD + ROW + 'h100,"5,FR,a\n' + ROW, "a quote that is not closed"),
        ("a.csv.gz", gzip.compress((HEAD + ROW * 1000).encode())[:-20], "Truncated"),
        ("a.csv.gz", HEAD + ROW, "incorrect header check"),
        ("a.ndjson", "", "is empty"),
        ("a.ndjson", "\n\n", "no line that is a JSON object"),
        ("a.ndjson", "accelerator\nh100\n", "line 1 is not JSON"),
        ("a.ndjson.gz", gzip.compress(b"x" * (LONGEST + 1), 1), "line 1 has more than 32 MB"),
        ("a.json", "[{", "is JSON"),
        ("a.parquet", parquet_bytes()[:-100], "magic bytes"),
        ("a.parquet", HEAD + ROW, "magic bytes"),
        ("a.parquet.gz", gzip.compress(parquet_bytes()), "compressed inside"),
        ("a.arrow", arrow_bytes(ipc.new_file)[:-100], "Not an Arrow file"),
        ("a.arrows", arrow_bytes(ipc.new_stream)[:-100], "Expected to be able to read"),
        ("a.xlsx", "", "'.xlsx' is not known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",  # compressed bytes have the time in them
)
def test_what_cannot_be_read_is_named_and_nothing_is_written(
    name: str, content: str | bytes, text: str, estimated: Run, tmp_path: Path
) -> None:
    with pytest.raises(BadRequestError, match=name.replace(".", r"\.")) as raised:
        estimated(name, content)
    assert text in str(raised.value)
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == [name]


def test_a_gzip_bomb_does_not_fill_the_memory(estimated: Run) -> None:
    bomb = gzip.compress((HEAD + "h100,5,FR,").encode() + b"0" * 2**28, 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadRequestError, match="a row of more than 8 MB"):
        estimated("a.csv.gz", bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**17


def test_another_encoding_is_read_if_it_is_named(estimated: Run, tmp_path: Path) -> None:
    estimated("a.csv", (HEAD + "h100,5,FR,é\n").encode("latin-1"), "out.csv", Job(encoding="latin-1"))
    assert csv.read_csv(tmp_path / "out.csv").column("note").to_pylist() == ["é"]
    with pytest.raises(BadRequestError, match="cp1252 are common"):
        estimated("a.csv", HEAD + ROW, "out.csv", Job(encoding="latin-one"))


def test_numbers_of_rows_count_the_lines_that_cannot_be_read(estimated: Run, tmp_path: Path) -> None:
    estimated("a.csv", HEAD + "h100,5\n" + ROW + "h100,5,FR,a,b\n" + ROW.replace("5", "-5") + ROW)
    rejects = csv.read_csv(tmp_path / "out" / "rows.ndjson.rejects.csv")
    assert rejects.column("row").to_pylist() == [1, 3, 4]
    assert rejects.column("column").to_pylist() == ["accelerator", "accelerator", "hours"]


def test_numbers_of_rows_are_right_across_blocks(tmp_path: Path) -> None:
    bad = {1, 3, 400_000, 400_001, 1_000_000}
    file = tmp_path / "a.csv"
    file.write_text(
        "row,note\n" + "".join("bad\n" if row in bad else f"{row},0123456789\n" for row in range(1, 10**6 + 1))
    )
    chunks = list(read(find([str(file)])[0], Options()))
    rows = [(chunk.batch.column("row").to_pylist(), numbers_of(chunk)) for chunk in chunks]
    assert all(list(map(int, given)) == numbers for given, numbers in rows)
    assert {one.row + chunk.first for chunk in chunks for one in chunk.rejects} == bad


def numbers_of(chunk: Chunk) -> list[int]:
    if chunk.numbers is None:
        return list(range(chunk.first, chunk.first + chunk.batch.num_rows))
    numbers: list[int] = chunk.numbers.tolist()
    return numbers


def test_cells_of_the_input_stay_and_no_spreadsheet_evaluates_them(estimated: Run, tmp_path: Path) -> None:
    notes = ["=cmd()", "+1", "-2.5e3", "@x", "-", " =1", "x", "", "a=b", "\uff1d1", "-1+2"]
    table = pa.table({"accelerator": ["h100"] * len(notes), "hours": [1.0] * len(notes), "note": notes})
    for name in ("out.csv", "out.parquet", "out.ndjson"):
        estimated("a.parquet", parquet_bytes(table), name)
    as_csv = csv.read_csv(tmp_path / "out.csv", convert_options=csv.ConvertOptions(column_types={"note": pa.string()}))
    plain = ["'=cmd()", "+1", "-2.5e3", "'@x", "'-", "' =1", "x", "", "a=b", "'\uff1d1", "'-1+2"]
    assert as_csv.column("note").to_pylist() == plain
    assert parquet.read_table(tmp_path / "out.parquet").column("note").to_pylist() == notes
    assert b'"=cmd()"' in (tmp_path / "out.ndjson").read_bytes()


def test_columns_of_parquet_keep_their_types(estimated: Run, tmp_path: Path) -> None:
    kinds = {"accelerator": pa.string(), "hours": pa.int32(), "began": pa.timestamp("ms", "Europe/Paris")}
    table = pa.table(
        {name: pa.array([value] * 9, kinds[name]) for name, value in zip(kinds, ("h100", 5, 0), strict=True)}
    )
    estimated("a.parquet", parquet_bytes(table), "out.parquet")
    assert parquet.read_schema(tmp_path / "out.parquet").types[: len(kinds)] == list(kinds.values())


def test_a_folder_is_read_with_the_columns_of_its_names(tmp_path: Path, catalog: Catalog) -> None:
    for region in ("FR", "PL"):
        file = tmp_path / "in" / f"region={region}" / "a.csv"
        file.parent.mkdir(parents=True)
        file.write_text("accelerator,hours\nh100,5\n")
    (tmp_path / "in" / "_SUCCESS").write_text("")
    whole = run([str(tmp_path / "in")], str(tmp_path / "one.parquet"), Job(by=["region"]), catalog)
    assert whole.sums.groups.values == [("FR",), ("PL",)]
    parts = run([f"{tmp_path}/in/*/a.csv"], f"{tmp_path}/pattern.parquet", JOB, catalog)
    assert parts.rows == 2
    run([str(tmp_path / "in")], f"{tmp_path}/out/", JOB, catalog)
    before = (tmp_path / "out/region=PL/a.csv").read_text()
    run([str(tmp_path / "in")], f"{tmp_path}/out/", JOB, catalog)
    assert (tmp_path / "out/region=PL/a.csv").read_text() == before
    found = {str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*.*") if file.is_file()}
    data = {"region=FR/a.csv", "region=PL/a.csv"}
    assert found == data | {f"_templates/{name}.parquet" for name in data}


def test_rejects_of_an_earlier_run_do_not_stay(estimated: Run, tmp_path: Path) -> None:
    rejects = tmp_path / "out" / "rows.ndjson.rejects.csv"
    estimated("a.csv", cells("5", "-5"))
    assert rejects.exists()
    estimated("a.csv", cells("5"))
    assert not rejects.exists()


def test_later_lines_may_have_other_fields(estimated: Run, tmp_path: Path) -> None:
    lines = '{"accelerator":"h100","hours":5}\n' * 140_000 + '{"accelerator":"h100","hours":5,"pue":1.1}\n'
    assert estimated("a.ndjson", lines).estimated == 140_001
    last = (tmp_path / "out" / "rows.ndjson").read_bytes().splitlines()[-1]
    assert b'"pue":1.1' in last
    with pytest.raises(BadRequestError, match="pue: appears only in later rows"):
        estimated("a.ndjson", lines, "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("source", "target", "text"),
    [
        ("in/none.csv", "out.csv", "does not exist"),
        ("in/*.none", "out.csv", "no file has a name like this"),
        ("in/empty", "out.csv", "has no files"),
        ("in/a.csv", "in/a.csv", "is read"),
        ("in", "in/out.csv", "is read"),
        ("in/a.csv", "out.xlsx", "'.xlsx' is not known"),
        ("in/a.csv", "out.parquet.gz", "compressed inside"),
        ("nowhere://a.csv", "out.csv", "cannot be read"),
    ],
)
def test_names_that_do_not_fit_are_refused(
    source: str, target: str, text: str, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in" / "empty").mkdir(parents=True)
    (tmp_path / "in" / "a.csv").write_text(HEAD + ROW)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadRequestError, match=text):
        run([source], target, JOB, catalog)
    assert (tmp_path / "in" / "a.csv").read_text() == HEAD + ROW


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + ROW)

    def append(*_: int) -> None:
        with file.open("a") as opened:
            opened.write(ROW)

    with pytest.raises(BadRequestError, match="changed while it was read"):
        run([str(file)], str(tmp_path / "out.csv"), JOB, catalog, progress=append)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


@pytest.fixture
def smallest_disk() -> Iterator[None]:
    """No file may grow beyond 64 KB, as on a disk that is full after so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("target", ["out.csv", "out.ndjson", "out.parquet", "out.arrow", "out.csv.gz"])
def test_a_full_disk_leaves_the_file_of_the_last_run(
    target: str, tmp_path: Path, catalog: Catalog, request: pytest.FixtureRequest
) -> None:
    source = tmp_path / "a.csv"
    source.write_text(cells(*(str(1 + row**0.5) for row in range(20_000))))
    (tmp_path / target).write_text("of the last run")
    request.getfixturevalue("smallest_disk")
    with pytest.raises(OutputError, match=f"{target} cannot be written"):
        run([str(source)], str(tmp_path / target), JOB, catalog)
    assert (tmp_path / target).read_text() == "of the last run"
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["a.csv", target])


def test_a_strict_run_ends_at_its_first_rejected_row(estimated: Run, tmp_path: Path) -> None:
    with pytest.raises(StrictError, match=r"a\.csv: row 2, hours: must be"):
        estimated("a.csv", cells("5", "-5", "nan"), job=Job(strict=True))
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["a.csv"]


def test_too_many_groups_are_refused(estimated: Run) -> None:
    with pytest.raises(BadRequestError, match="hours give 3 groups, more than 2"):
        estimated("a.csv", cells("1", "2", "3"), job=Job(by=["hours"], most_groups=2))


@pytest.mark.parametrize("given", [HEAD + ROW, '{"accelerator": "h100", "hours": 5, "region": "FR", "note": "a"}\n'])
def test_rows_come_from_standard_input_and_go_to_standard_output(given: str) -> None:
    done = CliRunner().invoke(main, ["batch", "-", "-"], input=given)
    assert done.exit_code == 0, done.output
    first = next(DictReader(done.stdout.splitlines()))
    assert (first["accelerator"], first["hours"], float(first["energy_kwh"]) > 0) == ("h100", "5", True)


@pytest.mark.processes
def test_an_interrupted_run_leaves_no_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    # a shell that runs the tests in the background makes its processes ignore Ctrl-C
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from costsvc.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "batch", "-", out / "rows.ndjson"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes) as process:  # noqa: S603 - ours
        assert process.stdin is not None
        process.stdin.write((HEAD + ROW * 1_000_000).encode())  # more is to come, so the run cannot end by itself
        process.stdin.flush()
        while process.poll() is None and not list(out.iterdir()):
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        process.wait(timeout=60)
    assert process.returncode not in (0, None)
    assert list(out.iterdir()) == []
