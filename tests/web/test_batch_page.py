"""/batch takes a file by upload, and shows totals, what was rejected and why, or gives the rows back."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from flask.testing import FlaskClient

SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "slurm.txt"


def upload(client: FlaskClient, content: bytes, name: str = "jobs.csv", **fields: str) -> Any:
    data = {"file": (BytesIO(content), name), **fields}
    return client.post("/batch", data=data, content_type="multipart/form-data")


def test_totals_by_group_have_intervals_and_rejects_have_reasons(client: FlaskClient) -> None:
    answer = upload(client, SAMPLE.read_bytes(), "sacct.txt", **{"from": "slurm", "by": "Account"})
    assert answer.status_code == 200
    page = answer.text
    assert "20 of 40 rows have an estimate; 11 were rejected" in page
    assert sum(map(int, re.findall(r"<small>(\d+) skipped: ", page))) == 9
    for text in ("vision", "speech", "5.01", "3.44", "must have GPUs of one type", 'role="img"'):
        assert text in page, text


def test_rows_come_back_as_a_file(client: FlaskClient) -> None:
    answer = upload(client, b"accelerator,hours\nh100,1\n", **{"as": "rows", "set": "region=Paris"})
    assert answer.headers["Content-Disposition"] == "attachment; filename=estimates.csv"
    header, row = answer.text.splitlines()
    assert header.startswith('"accelerator","hours","energy_kwh"')
    assert row.startswith('"h100","1",1.')


@pytest.mark.parametrize(
    ("content", "name", "fields", "text"),
    [
        (b"accelerator\nh100\n", "a.csv", {}, "a column is required"),
        (b"accelerator,hours\nh100,1\n", "a.xlsx", {}, "with a name that ends with one of .csv"),
        (b"accelerator,hours\nh100,1\n", "a.csv", {"map": "hours"}, "must be FIELD=VALUE"),
        (b"accelerator,hours\nh100,1\n", "a.csv", {"by": "<b>team"}, "&lt;b&gt;team"),
        (b"accelerator,hours\nh100,1\n", "a.csv", {"from": "excel"}, "must be one of slurm"),
    ],
)
def test_a_wrong_file_is_explained_on_the_page(
    content: bytes, name: str, fields: dict[str, str], text: str, client: FlaskClient
) -> None:
    answer = upload(client, content, name, **fields)
    assert (answer.status_code, text in answer.text) == (422, True), answer.text


def test_a_page_without_a_file_has_the_form_alone(client: FlaskClient) -> None:
    page = client.get("/batch").text
    assert 'type="file"' in page
    assert "Rejected rows" not in page


@pytest.mark.processes
def test_a_real_service_takes_a_file_that_is_larger_than_a_question(service: Any) -> None:
    rows = "accelerator,hours\n" + "h100,1\n" * 200_000
    body = (
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + rows + "\r\n--x--\r\n"
    ).encode()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with urlopen(Request(f"{service.url}/batch", body, headers), timeout=60) as answer:  # noqa: S310 - ours
        assert "200,000 of 200,000 rows" in answer.read().decode()
