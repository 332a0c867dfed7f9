"""Prices by the token, built from samples of two packages in their own layout."""

import pandas as pd
import pytest

from costsvc.evidence.importers.upstream import released


@pytest.fixture(scope="module")
def rows(table):
    return table("api_prices").set_index("model")


@pytest.mark.parametrize(
    ("model", "prices"),
    [
        pytest.param("gpt-4o-mini", {"input": 0.15, "output": 0.6, "batch_input": 0.075}, id="batches"),
        pytest.param("gpt-5", {"input": 1.25, "cached_input": 0.125, "output": 10}, id="cached"),
        pytest.param("gemini/gemini-2.5-pro", {"input": 1.25, "long_input": 2.5, "long_output": 15}, id="long prompts"),
        pytest.param("text-embedding-3-small", {"input": 0.02, "output": 0}, id="no output"),
    ],
)
def test_every_kind_of_token_has_the_price_of_the_list(rows, model, prices):
    found = rows.loc[model, [f"{kind}_usd_per_million_tokens" for kind in prices]]
    assert found.tolist() == pytest.approx(list(prices.values()))


def test_a_long_prompt_begins_where_the_list_says(rows):
    assert rows.loc["gemini/gemini-2.5-pro", "long_prompt_tokens"] == 200_000
    assert pd.isna(rows.loc["gpt-5", "long_prompt_tokens"])


def test_what_is_not_paid_by_the_token_is_not_listed(rows):
    assert "dall-e-3" not in rows.index


def test_a_model_that_left_the_list_keeps_its_last_price_and_the_day_it_was_seen(rows):
    days = rows["observed_on"].value_counts().to_dict()
    assert days[released("litellm-1.109").isoformat()] == 1
    assert rows.index.is_unique


def test_a_price_that_changed_on_a_known_day_has_its_earlier_periods(table, rows):
    earlier = table("api_price_history")
    assert earlier[["model", "valid_to", "input_usd_per_million_tokens"]].to_numpy().tolist() == [
        ["o3", "2025-06-10", 10.0]
    ]
    assert rows.loc["o3", "valid_from"] == "2025-06-10"


def test_a_change_to_come_is_neither_past_nor_in_force(table, rows):
    assert "gemini/gemini-2.5-pro" not in set(table("api_price_history")["model"])
    assert pd.isna(rows.loc["gemini/gemini-2.5-pro", "valid_from"])
