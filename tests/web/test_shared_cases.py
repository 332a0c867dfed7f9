"""The ready cases of shared models are answered, and their names say who they compare."""

from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from costsvc.schemas import query
from costsvc.web.page.shared_cases import CASES, Case


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_a_case_is_answered_in_money_and_carbon(client: FlaskClient, case: Case) -> None:
    answer = client.post("/v1/comparisons/amortization", json=case.body)
    assert answer.status_code == 200
    verdicts = {entry["metric"]: entry["verdict"] for entry in answer.get_json()["break_even"]}
    assert verdicts["cost_usd"]
    assert verdicts["carbon_kg"]


def test_the_view_offers_every_case(client: FlaskClient) -> None:
    page = client.get(f"/shared?{urlencode(list(query.pairs(CASES[1].body)))}").text
    assert [case.title for case in CASES if case.title not in unescape(page)] == []
    assert "shared, up front: your totals" in page
