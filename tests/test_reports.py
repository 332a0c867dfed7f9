"""What people reported of tools like this one, asked of the service: `reported/reports.csv` has a row for each check.

Each row says in which public thread the fault was seen, what must hold, the request and the field of its answer.
"""

import csv
import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).parent / "reported" / "reports.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
REPORTS = [
    pytest.param(checks, id=f"{name} {checks[0]['what']}")
    for name, checks in ((name, list(rows)) for name, rows in groupby(ROWS, key=lambda row: row["report"]))
]


def at(answer: Any, field: str) -> Any:
    """A field of an answer; ``factor:pue`` is the factor of that name."""
    if field.startswith("factor:"):
        return next(factor for factor in answer["factors"] if factor["name"] == field.removeprefix("factor:"))
    for name in field.split("."):
        answer = answer[int(name)] if isinstance(answer, list) else answer[name]
    return answer


def value_in(found: Any, low: str, high: str) -> bool:
    value = found["value"] if isinstance(found, dict) else found
    return float(low) <= value <= float(high or "inf")


def covers(found: Any, low: str, _: str) -> bool:
    return bool(found["low"] <= float(low) * (1 + 1e-9) and float(low) <= found["high"] * (1 + 1e-9))


CHECKS = {
    "value": value_in,
    "covers": covers,
    "overlaps": lambda found, low, high: found["low"] <= float(high) and float(low) <= found["high"],
    "high": lambda found, low, _: found["high"] >= float(low),
    "counts": lambda found, low, _: len(found) >= int(low),
    "has": lambda found, low, _: low in {warning["code"] for warning in found},
    "equals": lambda found, low, _: str(found) == low,
}
"""What a row may want of a field, given its two bounds."""


@pytest.mark.parametrize("checks", REPORTS)
def test_what_was_wrong_elsewhere_is_right_here(client, checks):
    path, body = checks[0]["path"], checks[0]["body"]
    response = client.post(path, json=json.loads(body)) if body else client.get(path)
    answer = {**response.json, "status": response.status_code}
    for row in checks:
        found = at(answer, row["field"])
        assert CHECKS[row["check"]](found, row["low"], row["high"]), (row["field"], row["check"], row["low"], found)
