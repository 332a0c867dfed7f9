"""POST /v1/batches gives what ``costsvc batch`` gives for the same rows, and refuses what it cannot hold."""

import gzip
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyarrow import csv, parquet

from costsvc.cli import main
from costsvc.settings import Settings
from costsvc.web.app import create_app

PATH = "/v1/batches"
CSV, NDJSON, PARQUET = "text/csv", "application/x-ndjson", "application/vnd.apache.parquet"
SUFFIXES = {CSV: "csv", NDJSON: "ndjson", PARQUET: "parquet"}
SIZES = Settings().batch_limits
ROWS = [
    {"accelerator": "h100", "accelerator_hours": 10.0, "region": "DE", "team": "a"},
    {"accelerator": "a100", "accelerator_hours": 200.0, "region": "USA", "team": "b"},
    {"accelerator": "h100", "accelerator_hours": -1.0, "region": "DE", "team": "a"},
]


def as_csv(table: pa.Table) -> bytes:
    buffer = BytesIO()
    csv.write_csv(table, buffer)
    return buffer.getvalue()


def as_lines(table: pa.Table) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in table.to_pylist()).encode()


def as_parquet(table: pa.Table) -> bytes:
    buffer = BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


BODIES: dict[str, Callable[[pa.Table], bytes]] = {CSV: as_csv, NDJSON: as_lines, PARQUET: as_parquet}
TABLE = pa.Table.from_pylist(ROWS)


def post(client: FlaskClient, body: bytes, kind: str = CSV, query: str = "", **headers: str) -> Any:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return client.post(f"{PATH}{query}", data=body, content_type=kind, headers=named)


def last_line(client: FlaskClient, body: bytes, query: str = "", **headers: str) -> dict[str, Any]:
    answer = post(client, body, CSV, query, Accept=NDJSON, **headers)
    assert answer.status_code == 200, answer.text
    summary: dict[str, Any] = json.loads(answer.data.splitlines()[-1])
    return summary


@pytest.mark.parametrize("kind", BODIES)
def test_the_answer_is_the_file_that_the_command_writes(client: FlaskClient, tmp_path: Path, kind: str) -> None:
    source, target = tmp_path / f"in.{SUFFIXES[kind]}", tmp_path / f"out.{SUFFIXES[kind]}"
    source.write_bytes(BODIES[kind](TABLE))
    CliRunner().invoke(main, ["batch", str(source), str(target), "--by", "team"], catch_exceptions=False)
    answer = post(client, source.read_bytes(), kind, "?by=team")
    assert (answer.status_code, answer.mimetype) == (200, kind)
    if kind == PARQUET:
        read = parquet.ParquetFile(BytesIO(answer.data))
        assert read.read().equals(parquet.read_table(target))
        assert json.loads(read.metadata.metadata[b"costsvc"])["rejected"] == 1
    else:
        assert answer.data.startswith(target.read_bytes())
        assert len(answer.data.splitlines()) == len(target.read_bytes().splitlines()) + (kind == NDJSON)


def test_the_last_line_has_totals_rejects_and_counts(client: FlaskClient) -> None:
    summary = last_line(client, as_csv(TABLE), "?by=team")
    assert [(total["team"], total["rows"]) for total in summary["totals"]] == [("a", 1), ("b", 1)]
    assert all(total["energy_kwh_low"] < total["energy_kwh"] < total["energy_kwh_high"] for total in summary["totals"])
    assert [(one["row"], one["column"]) for one in summary["rejects"]] == [(3, "accelerator_hours")]
    assert (summary["rows"], summary["estimated"], summary["rejected"]) == (3, 2, 1)


def test_gzip_changes_nothing(client: FlaskClient) -> None:
    plain, packed = as_csv(TABLE), gzip.compress(as_csv(TABLE)[:40]) + gzip.compress(as_csv(TABLE)[40:])
    assert last_line(client, packed, Content_Encoding="gzip") == last_line(client, plain)


def test_a_number_that_is_none_is_a_reject(client: FlaskClient) -> None:
    summary = last_line(client, b"accelerator,accelerator_hours\nh100,NaN\nh100,1\n")
    assert (summary["estimated"], [one["row"] for one in summary["rejects"]]) == (1, [1])


def test_a_multipart_answer_has_the_rows_and_the_summary(client: FlaskClient) -> None:
    answer = post(client, as_csv(TABLE), Accept="multipart/mixed")
    _, rows, summary, end = answer.data.split(b"--" + answer.mimetype_params["boundary"].encode())
    assert rows.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") == post(client, as_csv(TABLE)).data
    assert json.loads(summary.partition(b"\r\n\r\n")[2])["rows"] == 3
    assert end == b"--\r\n"


@pytest.mark.parametrize(
    ("body", "query", "field"),
    [
        pytest.param(b"gpu,time\nh100,1\n", "", "accelerator_hours", id="no-amount"),
        pytest.param(as_csv(TABLE), "?map=region=place", "region", id="no-such-column"),
        pytest.param(as_csv(TABLE), "?map=region", "map", id="no-pair"),
        pytest.param(as_csv(TABLE), "?from=excel", "from", id="unknown-format"),
        pytest.param(as_csv(TABLE), "?kind=other", "kind", id="unknown-kind"),
        pytest.param(as_csv(TABLE), "?colour=red", "colour", id="unknown-parameter"),
        pytest.param(b"", "", "file", id="empty"),
    ],
)
def test_a_wrong_request_is_refused_by_field(client: FlaskClient, body: bytes, query: str, field: str) -> None:
    answer = post(client, body, query=query)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert "/body." not in answer.text


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(b"a" * (SIZES.body_bytes + 1), "identity", id="received"),
        pytest.param(gzip.compress(b"a" * (SIZES.unpacked_bytes + 1)), "gzip", id="unpacked"),
        pytest.param(b"accelerator_hours\n" + b"1\n" * (SIZES.rows + 140_000), "identity", id="rows"),
    ],
)
def test_a_batch_that_is_too_large_is_told_of_the_command(client: FlaskClient, body: bytes, encoding: str) -> None:
    answer = post(client, body, Content_Encoding=encoding)
    assert answer.status_code == 413
    assert "costsvc batch" in answer.json["detail"]


@pytest.mark.parametrize(("mib", "status"), [(1, 413), (16, 200)])
def test_a_setting_says_how_large_a_batch_may_be(mib: int, status: int) -> None:
    body = b"accelerator,accelerator_hours,note\n" + b"h100,1," + b"a" * 1_100_000 + b"\n"
    answer = post(create_app(Settings(batch_mib=mib)).test_client(), body)
    assert answer.status_code == status


def test_a_batch_is_answered_where_no_folder_but_that_in_memory_can_be_written(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", list)
    assert post(client, as_csv(TABLE)).status_code == 200


@pytest.mark.parametrize("body", [pytest.param(b"plain", id="plain"), pytest.param(gzip.compress(b"a")[:9], id="cut")])
def test_a_body_that_is_not_gzip_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = post(client, body, Content_Encoding="gzip")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["body"])


def test_another_kind_of_body_is_refused(client: FlaskClient) -> None:
    assert post(client, b"{}", "application/json").status_code == 415


@pytest.mark.processes
def test_a_worker_takes_a_batch_beyond_the_limit_of_other_bodies(service: Any) -> None:
    from http.client import HTTPConnection  # noqa: PLC0415 - one test needs it

    body = b"accelerator,accelerator_hours,note\n" + b"h100,1,%b\n" % (b"x" * 1000) * 1500
    connection = HTTPConnection("127.0.0.1", service.port, timeout=120)
    connection.request("POST", PATH, body, {"Content-Type": CSV, "Accept": NDJSON})
    answer = connection.getresponse()
    lines = answer.read().splitlines()
    connection.close()
    assert (answer.status, len(lines), json.loads(lines[-1])["estimated"]) == (200, 1501, 1500)
