import csv
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "published"
ROWS = [row for path in sorted(FOLDER.glob("*.csv")) for row in csv.DictReader(path.read_text("utf-8").splitlines())]
EXACT = 1.05
"""Rows with a tolerance below this follow from the caller's own numbers."""


def quantity(answer: dict[str, Any], field: str) -> dict[str, float]:
    found: Any = answer
    for name in field.split("."):
        found = next(e for e in found if e["metric"] == name) if isinstance(found, list) else found[name]
    return found


def asked(client, row):
    answer = client.post(row["path"], json=json.loads(row["request"]))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return quantity(answer.json, row["field"])


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in ROWS])
def test_answers_what_was_published(client, row):
    value, expected = asked(client, row)["value"], float(row["expected"])
    assert max(value / expected, expected / value) <= float(row["tolerance"]), row["citation"]


def test_intervals_hold_what_was_measured(client):
    measured = [row for row in ROWS if float(row["tolerance"]) > EXACT]
    found = [(asked(client, row), float(row["expected"])) for row in measured]
    inside = sum(q["low"] <= expected <= q["high"] for q, expected in found)
    # 90 % intervals: the central 95 % of Binomial(60, 0.9) begins at 49
    assert inside >= 0.8 * len(measured)


def test_every_figure_names_where_it_was_published():
    assert all(row["citation"] and row["locator"] for row in ROWS)
