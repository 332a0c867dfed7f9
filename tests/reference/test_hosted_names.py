"""Hosted models and their providers: one row of the price list for each of the many ways to write it."""

import pytest

from costsvc.errors import UnknownNameError
from costsvc.reference.hosted_names import HostedNames, SoldModels, squash

ROWS = {
    ("openai", "gpt-4o"): (2.5, 10),
    ("openai", "gpt-4o-2024-05-13"): (5, 15),
    ("openai", "gpt-4o-2024-08-06"): (2.5, 10),
    ("openai", "gpt-4.1"): (2, 8),
    ("openai", "o1-2024-09-12"): (20, 80),
    ("openai", "o1-2024-12-17"): (15, 60),
    ("openai", "o3"): (2, 8),
    ("anthropic", "claude-sonnet-4-5"): (3, 15),
    ("anthropic", "claude-sonnet-4-5-20250929"): (3, 15),
    ("anthropic", "claude-3-5-sonnet-20240620"): (3, 15),
    ("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"): (3, 15),
    ("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"): (3.3, 16.5),
    ("bedrock", "amazon.titan-embed-text-v2:0"): (0.02, 0),
    ("vertex_ai", "vertex_ai/claude-sonnet-4-5@20250929"): (3, 15),
    ("deepseek", "deepseek/deepseek-v3"): (0.27, 1.1),
    ("together_ai", "together_ai/BAAI/bge-base"): (0.01, 0),
    ("together_ai", "together_ai/baai/bge-base"): (0.02, 0),
}
PROVIDERS = {"AWS Bedrock": "bedrock", "bedrock_converse": "bedrock", "google": "vertex_ai", "nobody": "nowhere"}


@pytest.fixture(scope="module")
def hosted():
    rows = (
        {"provider": provider, "model": model}
        | {"input_usd_per_million_tokens": prices[0], "output_usd_per_million_tokens": prices[1]}
        for (provider, model), prices in ROWS.items()
    )
    return HostedNames.of(rows, PROVIDERS)


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        pytest.param("openai", "openai", id="id"),
        pytest.param("OpenAI", "openai", id="capitals"),
        pytest.param(" aws  bedrock ", "bedrock", id="as-people-write-it"),
        pytest.param("bedrock-converse", "bedrock", id="interface-of-a-client"),
        pytest.param("Google", "vertex_ai", id="company"),
        pytest.param("together ai", "together_ai", id="separators"),
        pytest.param("nobody", None, id="name-of-a-provider-without-prices"),
        pytest.param("opnai", None, id="misspelt"),
    ],
)
def test_a_provider_is_read_by_its_names(hosted, name, provider):
    reading = hosted.provider(name)
    assert (reading.id if reading else None) == provider


def test_the_nearest_providers_are_ids(hosted):
    assert hosted.nearest_providers("opnai")[0] == "openai"
    assert hosted.nearest_providers("aws bedrok") == ["bedrock"]


@pytest.mark.parametrize(
    ("provider", "name", "key"),
    [
        pytest.param("openai", "gpt-4o", "gpt-4o", id="key"),
        pytest.param("openai", "GPT 4o", "gpt-4o", id="as-people-write-it"),
        pytest.param("openai", "openai/gpt-4o", "gpt-4o", id="route"),
        pytest.param("openai", "azure/gpt-4o", "gpt-4o", id="route-of-another"),
        pytest.param("openai", "gpt-4o-latest", "gpt-4o", id="latest"),
        pytest.param("openai", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06", id="revision"),
        pytest.param("openai", "gpt-4-1", "gpt-4.1", id="dash-for-a-full-stop"),
        pytest.param("openai", "gpt-4o-2025-01-01", "gpt-4o", id="unknown-revision-of-a-name-without-one"),
        pytest.param("openai", "o1", "o1-2024-12-17", id="newest-revision"),
        pytest.param("openai", "o1-2025-01-01", None, id="unknown-revision-where-revisions-differ-in-price"),
        pytest.param("openai", "gpt-4", None, id="another-version"),
        pytest.param("openai", "o", None, id="a-part-of-a-name"),
        pytest.param("anthropic", "claude-sonnet-4.5", "claude-sonnet-4-5", id="full-stop-for-a-dash"),
        pytest.param("anthropic", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929", id="at-for-a-dash"),
        pytest.param(
            "anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929", id="profile"
        ),
        pytest.param("anthropic", "claude-3-5-sonnet", "claude-3-5-sonnet-20240620", id="only-revision"),
        pytest.param("anthropic", "claude-sonnet-4-6", None, id="next-version"),
        pytest.param(
            "bedrock", "claude-sonnet-4-5", "anthropic.claude-sonnet-4-5-20250929-v1:0", id="without-the-maker"
        ),
        pytest.param(
            "bedrock",
            "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            id="profile-with-its-own-price",
        ),
        pytest.param(
            "bedrock",
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "anthropic.claude-sonnet-4-5-20250929-v1:0",
            id="profile-without-a-price",
        ),
        pytest.param("bedrock", "titan-embed-text-v2", "amazon.titan-embed-text-v2:0", id="version-of-the-model"),
        pytest.param("bedrock", "amazon.titan-embed-text-v9:0", None, id="no-such-version-of-the-model"),
        pytest.param("vertex_ai", "claude-sonnet-4-5", "vertex_ai/claude-sonnet-4-5@20250929", id="vertex"),
        pytest.param("deepseek", "deepseek-v3", "deepseek/deepseek-v3", id="without-the-route"),
        pytest.param("deepseek", "deepseek-v9", None, id="version-is-no-revision"),
        pytest.param("together_ai", "together_ai/BAAI/bge-base", "together_ai/BAAI/bge-base", id="capitals-of-a-key"),
        pytest.param("together_ai", "together_ai/baai/bge-base", "together_ai/baai/bge-base", id="and-without"),
    ],
)
def test_a_model_is_read_as_a_row_of_its_provider(hosted, provider, name, key):
    reading = hosted.sold[provider].read(name)
    assert (reading.id if reading else None) == key


def test_every_key_stands_for_itself(hosted):
    for provider, model in ROWS:
        reading = hosted.sold[provider].read(model)
        assert (reading.id, reading.notes) == (model, ())


def test_the_maker_comes_first_among_sellers(hosted):
    sellers = [provider for provider, _ in hosted.sellers("claude-sonnet-4-5")]
    assert sellers == ["anthropic", "vertex_ai", "bedrock"]
    assert hosted.sellers("claude-sonnet-9") == []


def test_the_nearest_models_are_in_the_sellers_own_spelling(hosted):
    assert hosted.sold["vertex_ai"].nearest("claude-sonnet-4-6") == ["vertex_ai/claude-sonnet-4-5@20250929"]
    assert hosted.sold["openai"].nearest("gpt-4oo")[0] == "gpt-4o"
    assert hosted.sold["openai"].nearest("qwen") == []


def test_versions_are_equal_with_a_full_stop_and_with_a_dash():
    assert squash("claude-opus-4.5") == squash("claude-opus-4-5")
    assert squash("gpt-4.1") != squash("gpt-41")
    assert SoldModels({}).read("gpt-4o") is None


@pytest.mark.parametrize(
    ("provider", "name", "key", "note"),
    [
        pytest.param(
            "groq", "meta-llama/Llama-3.1-8B-Instruct", "groq/llama-3.1-8b-instant", "groq sells it as", id="open"
        ),
    ],
)
def test_a_seller_is_found_by_the_name_of_the_open_model(catalog, provider, name, key, note):
    reading = catalog.hosted_model(provider, name)
    assert reading.id == key
    assert any(one.startswith(note) for one in reading.notes)


def test_a_model_that_a_provider_does_not_sell_is_refused(catalog):
    with pytest.raises(UnknownNameError, match="Nearest known"):
        catalog.hosted_model("anthropic", "gpt-4o-claude")
