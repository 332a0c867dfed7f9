"""Answers as data frames."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from costsvc.client import to_pandas
from costsvc.web.registry import ENDPOINTS

RUN = {"accelerator": "h100", "accelerator_hours": 1000, "region": "Paris"}
QUANTITIES = ("energy_kwh", "it_energy_kwh", "carbon_total_kg", "water_total_l", "cost_total_usd", "accelerator_hours")


def answer_of(client: FlaskClient, kind: str = "training", query: str = "", **fields: Any) -> dict[str, Any]:
    body = fields or ENDPOINTS[kind].example
    answer: dict[str, Any] = client.post(f"{ENDPOINTS[kind].path}{query}", json=body).get_json()
    return answer


def test_a_quantity_has_three_columns(client: FlaskClient) -> None:
    answer = answer_of(client, **RUN)
    (row,) = to_pandas(answer).to_dict("records")
    for column in QUANTITIES:
        name, _, part = column.partition("_") if column.startswith(("carbon", "water", "cost")) else (column, "", "")
        quantity = answer[name][part] if part else answer[name]
        assert [row[column], row[f"{column}_low"], row[f"{column}_high"]] == list(quantity.values())
    assert row["place_region"] == "city:FR/Paris"
    assert row["warnings"] == ", ".join(warning["code"] for warning in answer["warnings"])


def test_the_request_keeps_its_dotted_names(client: FlaskClient) -> None:
    answer = answer_of(client, **RUN, pricing={"kind": "spot"})
    (row,) = to_pandas(answer).to_dict("records")
    assert (row["request.region"], row["request.pricing.kind"]) == ("city:FR/Paris", "spot")


def test_what_is_not_available_is_nan(client: FlaskClient) -> None:
    frame = to_pandas([answer_of(client, **RUN)])
    for end in ("", "_low", "_high"):
        assert frame[f"carbon_market_kg{end}"].isna().all()
        assert frame[f"carbon_market_kg{end}"].dtype == "float64"


def test_many_answers_are_rows_in_their_order(client: FlaskClient) -> None:
    frame = to_pandas(answer_of(client, **RUN | {"accelerator_hours": hours}) for hours in (10, 1000, 100))
    assert list(frame["accelerator_hours"]) == [10, 1000, 100]
    assert frame["energy_kwh"].rank().tolist() == [1, 3, 2]


@pytest.mark.parametrize("kind", ENDPOINTS)
@pytest.mark.parametrize("query", ["", "?view=short"])
def test_any_answer_is_a_row_of_plain_cells(client: FlaskClient, kind: str, query: str) -> None:
    frame = to_pandas(answer_of(client, kind, query))
    assert len(frame) == 1
    assert frame["version"].notna().all()
    assert all(isinstance(cell, str | bool | int | float | None) for cell in frame.to_dict("records")[0].values())


def test_kinds_of_answers_share_their_columns(client: FlaskClient) -> None:
    frame = to_pandas([answer_of(client, "training"), answer_of(client, "inference")])
    assert frame["energy_kwh"].notna().all()
    assert frame["per_request_energy_j"].isna().tolist() == [True, False]


def test_a_part_of_an_answer_is_a_row_of_that_part(client: FlaskClient) -> None:
    frame = to_pandas(answer_of(client, query="?fields=energy_kwh,carbon.total_kg.value", **RUN))
    assert list(frame.columns) == ["energy_kwh", "energy_kwh_low", "energy_kwh_high", "carbon_total_kg_value"]


def test_no_answers_are_an_empty_frame() -> None:
    assert to_pandas([]).empty
