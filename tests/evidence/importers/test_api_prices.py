"""Prices of calls, built from samples of two packages in their own layout and from kept releases of the price list."""

import pandas as pd
import pytest

from costsvc.evidence.importers.upstream import released

KEY = ["provider", "model", "processing"]
PERIODS = ["first_seen", "last_seen", "valid_to", "input_usd_per_million_tokens"]


@pytest.fixture(scope="module")
def rows(table):
    return table("api_prices").set_index(KEY).sort_index()


@pytest.fixture(scope="module")
def earlier(table):
    return table("api_price_history").set_index(KEY).sort_index()


@pytest.mark.parametrize(
    ("key", "prices"),
    [
        pytest.param(("openai", "gpt-4o-mini", "standard"), {"input": 0.15, "output": 0.6}, id="standard"),
        pytest.param(("openai", "gpt-4o-mini", "batch"), {"input": 0.075, "output": 0.3}, id="batch"),
        pytest.param(("openai", "gpt-5", "flex"), {"input": 0.625, "output": 5}, id="flex"),
        pytest.param(("openai", "gpt-5", "priority"), {"input": 2.5, "output": 20}, id="priority"),
        pytest.param(
            ("openai", "gpt-5", "standard"), {"input": 1.25, "cached_input": 0.125, "output": 10}, id="cached"
        ),
        pytest.param(
            ("anthropic", "claude-sonnet-4-6", "standard"),
            {"input": 3, "cached_input": 0.3, "cache_write": 3.75, "output": 15},
            id="written to the cache",
        ),
        pytest.param(
            ("gemini", "gemini/gemini-2.5-pro", "standard"),
            {"input": 1.25, "long_input": 2.5, "long_output": 15},
            id="long prompts",
        ),
        pytest.param(
            ("gemini", "gemini/gemini-2.5-pro", "batch"), {"input": 0.625, "long_output": 7.5}, id="long batch"
        ),
        pytest.param(("openai", "text-embedding-3-small", "standard"), {"input": 0.02, "output": 0}, id="no output"),
    ],
)
def test_every_kind_of_token_and_processing_has_the_price_of_the_list(rows, key, prices):
    found = rows.loc[key, [f"{kind}_usd_per_million_tokens" for kind in prices]]
    assert found.astype(float).tolist() == pytest.approx(list(prices.values()))


def test_a_long_prompt_begins_where_the_list_says(rows):
    assert rows.loc[("gemini", "gemini/gemini-2.5-pro", "standard"), "long_prompt_tokens"] == 200_000
    assert pd.isna(rows.loc[("openai", "gpt-5", "standard"), "long_prompt_tokens"])


def test_a_kind_of_processing_without_prices_has_no_row(rows):
    assert ("openai", "gpt-4o-mini", "flex") not in rows.index
    assert ("mistral", "mistral/mistral-large-4", "batch") not in rows.index


def test_what_the_list_has_no_price_for_is_not_listed(rows):
    assert "dall-e-3" not in rows.index.get_level_values("model")


def test_each_key_stands_once(rows, earlier):
    assert rows.index.is_unique
    assert not earlier.set_index("first_seen", append=True).index.duplicated().any()


def test_names_of_one_provider_are_one_provider(rows):
    sellers = set(rows.index.get_level_values("provider"))
    assert {"bedrock", "vertex_ai"} <= sellers
    assert not {"bedrock_converse", "vertex_ai-anthropic_models", "cohere_chat"} & sellers


def test_a_model_that_left_the_list_keeps_its_last_price_and_the_day_it_was_seen(rows):
    assert (
        rows.loc[("azure", "azure/command-r-plus", "standard"), "observed_on"] == released("litellm-1.109").isoformat()
    )
    gone = rows.loc[("anthropic", "claude-3-5-sonnet-20240620", "standard")]
    assert gone["observed_on"] < released("litellm").isoformat()
    assert gone["input_usd_per_million_tokens"] == pytest.approx(3)


def test_a_price_that_changed_on_a_known_day_has_its_earlier_periods(rows, earlier):
    key = ("openai", "o3", "standard")
    assert earlier.loc[[key], PERIODS].to_numpy().tolist() == [["2025-05-01", "2025-06-01", "2025-06-10", 10.0]]
    assert rows.loc[key, "valid_from"] == "2025-06-10"


def test_a_price_that_releases_saw_has_the_days_on_which_they_saw_it(rows, earlier):
    key = ("openai", "gpt-4o-mini", "standard")
    assert rows.loc[key, "first_seen"] == "2024-11-01"
    assert (earlier["first_seen"] <= earlier["last_seen"]).all()


def test_no_period_reaches_into_the_next(rows, earlier):
    periods = earlier[["first_seen", "last_seen"]]
    current = rows.loc[rows["first_seen"].notna(), ["first_seen", "observed_on"]].set_axis(periods.columns, axis=1)
    every = pd.concat([periods, current]).sort_values([*KEY, "first_seen"])
    following = every.groupby(level=KEY)["first_seen"].shift(-1)
    assert not (every["last_seen"] > following).any()


def test_a_change_to_come_is_neither_past_nor_in_force(rows):
    assert pd.isna(rows.loc[("gemini", "gemini/gemini-2.5-pro", "standard"), "valid_from"])
