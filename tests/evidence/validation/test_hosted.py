"""Hosted models: sizes hidden, published footprints of prompts, and published amounts of calls."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from costsvc.errors import UnknownNameError
from costsvc.evidence.fits.hosted import (
    fitted_rows,
    hosted_models,
    log_errors,
    organization_of,
    sold_models,
    without,
)
from costsvc.evidence.validation import list_prices, prompts
from costsvc.evidence.validation.comparisons import Comparison, Unanswered, rounded, with_tables
from costsvc.evidence.validation.hosted_page import hosted_section
from costsvc.evidence.validation.hosted_sizes import (
    Sold,
    compare_sizes,
    hide_sizes,
    hosted_comparisons,
    middle,
)
from costsvc.evidence.validation.list_prices import price_comparisons
from costsvc.evidence.validation.prompts import prompt_comparisons, requests
from costsvc.evidence.validation.scoreboard import score
from costsvc.reference import scoreboard as stored
from costsvc.reference.hosted_scoreboard import ACTIVE, ENERGY, PRICES, PROMPTS, HostedChecks, is_inside
from costsvc.reference.table import Table
from costsvc.web.registry import answer_request

NOT_COVERED = {"deepseek-chat-2025", "deepseek-reasoner-2025", "sonnet-5.5-cache-before-october"}
"""Calls on days that the price table does not cover under the name of the row."""


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sold(catalog, model_id):
    return next(Sold(model=model, seller=middle(rows)) for model, rows in sold_models(catalog) if is_(model, model_id))


def is_(model, model_id):
    return model["model_id"] == model_id


def of(kind, id_="row", published=1.0, value=1.0, spread=2.0):
    return Comparison(
        kind=kind, id=id_, value=value, low=value / spread, high=value * spread, published=published, source="a"
    )


BOARD = [
    of(PRICES, "exact", 1.87, 1.87, spread=1.0),
    of(PRICES, "other", 1.87, 1.86, spread=1.0),
    of(ACTIVE, "near", 70, 60),
    of(ACTIVE, "far", 70, 10),
    of(ENERGY[False], published=0.2, value=0.8),
    of(ENERGY[True]),
    of(PROMPTS, "prompt-wh", 0.24, 0.3),
]


@pytest.fixture(scope="module")
def fitted(catalog):
    return hosted_models(catalog)


def test_the_fit_is_that_of_the_table(catalog, fitted):
    for row in fitted_rows(fitted):
        assert row["value"] == pytest.approx(catalog.row("hosted_fit", row["name"])["value"], rel=1e-4)


def test_an_organisation_has_one_name(fitted):
    assert "Mistral" in fitted.organizations
    assert "Mistral AI" not in fitted.organizations
    names = ("Mistral", "Mistral AI", "Mistral AI, NVIDIA")
    assert {organization_of({"organization": name}) for name in names} == {"Mistral"}


def test_an_organisation_is_left_out_of_everything(fitted):
    others = without(fitted, "Meta")
    assert "Meta" in set(fitted.organizations)
    assert "Meta" not in set(others.organizations)
    lengths = {len(value) for value in (others.ids, others.released_on, others.active_b, others.markup)}
    assert lengths == {int(np.sum(fitted.organizations != "Meta"))}
    assert len(log_errors(others)) == len(others.ids)


def test_a_hidden_size_is_inferred_without_the_margin_of_closed_models(catalog, fitted):
    one = sold(catalog, "llama-3.1-70b")
    hidden = hide_sizes(catalog, fitted, "Meta")
    size, energy = compare_sizes(one, answer_request, catalog, hidden)
    assert (size.kind, energy.kind) == (ACTIVE, ENERGY[False])
    assert (size.published, size.source) == (one.model["active_params_b"], "Meta")
    assert size.inside
    # without a margin the interval is that of the error alone
    error = hidden.row("hosted_fit", "active_error")
    assert size.width == pytest.approx(error["high"] / error["low"])
    assert energy.width > size.width


def test_the_size_of_another_organisation_stays_known(catalog, fitted):
    hidden = hide_sizes(catalog, fitted, "Meta")
    body = sold(catalog, "mixtral-8x7b").request
    known, same = (answer_request("/v1/estimates/inference", body, tables) for tables in (catalog, hidden))
    assert known["energy_kwh"] == same["energy_kwh"]


def test_a_model_that_cannot_be_estimated_is_a_miss(catalog):
    prices = catalog.tables["api_prices"]
    few = dict(list(prices.rows.items())[-600:])
    small = with_tables(catalog, {"api_prices": Table(prices.name, prices.key, few)})

    def refuse(path, body, tables):
        raise UnknownNameError("model", body["model"], [])

    found = list(hosted_comparisons(small, refuse))
    assert found
    assert all(isinstance(one, Unanswered) for one in found)
    assert {one.kind for one in found} <= {ACTIVE, *ENERGY.values()}


def test_the_seller_in_the_middle_stands_for_all():
    names = ("input_usd_per_million_tokens", "output_usd_per_million_tokens")
    rows = [dict(zip(names, prices, strict=True)) for prices in ((1.0, 1.0), (2.0, 3.0), (2.0, 9.0), (8.0, 4.0))]
    assert middle(rows) is rows[1]


def test_a_prompt_is_estimated_from_its_shortest_to_its_longest():
    row = {
        **dict.fromkeys(("provider", "model", "date"), ""),
        "total_params_b": "123",
        "input_tokens_low": "100",
        "input_tokens_high": "400",
        "output_tokens_low": "400",
        "output_tokens_high": "400",
    }
    found = requests(row)
    # the middle of 100 and 400 is their geometric mean, 200
    assert [body["input_tokens"] for body in found] == pytest.approx([100, 200, 400])
    assert [body["output_tokens"] for body in found] == pytest.approx([400, 400, 400])
    assert {body["total_params_b"] for body in found} == {123.0}


def test_published_prompts_are_compared_in_their_units(catalog):
    found = {one.id: one for one in prompt_comparisons(catalog, answer_request)}
    assert len(found) == 7
    google, openai = found["gemini-median-prompt-wh"], found["chatgpt-average-query-wh"]
    assert (google.published, google.inside) == (0.24, True)
    assert (openai.published, openai.inside) == (0.34, True)
    # reported as it is: an analysis of the whole life cycle lies far above serving alone
    assert not found["mistral-large-2-reply-g"].inside


def test_published_amounts_agree_to_the_cent_and_to_a_millionth(catalog):
    found = list(price_comparisons(catalog, answer_request))
    assert all(isinstance(one, Comparison) for one in found)
    assert len(found) >= 40
    different = {one.id for one in found if one.ratio > 1 + 1e-6 or abs(one.value - one.published) >= 0.005}
    assert different == NOT_COVERED


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in rows_of(list_prices.FACTS)])
def test_an_amount_is_as_printed(row):
    if row["printed_usd"]:
        assert rounded(row["printed_usd"], float(row["usd"])) == pytest.approx(float(row["usd"]), rel=1e-9)
    assert row["source"]
    assert row["locator"]


def test_tokens_of_all_calls_are_divided_among_them():
    row = dict.fromkeys(list_prices.COLUMNS, "")
    row |= {"requests": "10", "fresh_input_tokens": "100", "cached_input_tokens": "900", "cache_write_tokens": "0"}
    body = list_prices.request_of({**row, "output_tokens": "50"})
    assert (body["input_tokens"], body["cached_input_tokens"], body["output_tokens"]) == (100.0, 90.0, 5.0)
    assert "cache_write_tokens" not in body


def test_an_unknown_model_is_a_miss(catalog, tmp_path):
    (first, *_) = rows_of(list_prices.FACTS)
    path = tmp_path / "facts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, first.keys())
        writer.writeheader()
        writer.writerow({**first, "model": "no such model"})
    (found,) = price_comparisons(catalog, answer_request, path)
    assert isinstance(found, Unanswered)
    assert (found.kind, found.id) == (PRICES, first["id"])


def test_the_section_tells_what_agrees_and_what_does_not():
    board = score([], [], [], "abc", by_source=BOARD)
    checks = HostedChecks.of(board)
    assert checks.is_narrow
    assert [one["row"] for one in checks.other_prices] == ["other"]
    assert [one["row"] for one in checks.active.furthest] == ["far", "near"]
    assert (checks.active.share_inside, checks.dense.factor) == (0.5, pytest.approx(4.0))
    assert is_inside(checks.prompts[0])
    text = "\n".join(hosted_section(board))
    assert "1 of 2 inside (50%)" in text
    assert "Those that do not agree" in text
    assert "1 agree" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 120


def test_without_a_difference_none_is_listed():
    board = score([], [], [], "abc", by_source=[one for one in BOARD if one.id != "other"])
    assert "do not agree" not in "\n".join(hosted_section(board))


def test_a_board_without_hosted_models_has_no_section():
    board = score([], [], [], "abc", by_source=[replace(one, kind="another source: hours") for one in BOARD])
    assert HostedChecks.of(board) is None
    assert hosted_section(board) == []


def test_misses_of_hosted_models_are_not_among_those_of_measurements():
    board = score([], [], [], "abc", by_source=[*BOARD, of("another source: hours from", "measured")])
    assert [one["row"] for one in board["misses"]] == ["measured"]


def test_the_service_shows_hosted_models(client):
    page = client.get("/scoreboard").get_data(as_text=True)
    checks = HostedChecks.of(stored.read())
    assert checks is not None
    assert 'id="hosted"' in page
    assert all(one["row"] in page for one in checks.prompts)


def test_every_fact_names_its_source_and_what_is_assumed():
    rows = rows_of(prompts.FACTS)
    assert all(row["source"] and row["locator"] and row["assumed"] for row in rows)
    assert {row["unit"] for row in rows} == {"Wh", "g", "mL"}
