"""Requests to hosted models: what the provider bills on a day, and the energy of a model that it does not describe."""

import numpy as np
import pytest

from costsvc.estimates.serving import compute_request, resolve_request
from costsvc.model.uncertainty import sample
from costsvc.reference.catalog import STANDARD
from costsvc.schemas.inference import ServingSchema
from tests.estimates.reading import codes, factors, value

POST = "/v1/estimates/inference"
CENT = 0.005
M = 1_000_000
SONNET = {"model": "claude-sonnet-4-5", "provider": "anthropic"}
OPUS = {"model": "claude-opus-4-7", "provider": "anthropic"}
GEMINI = {"model": "gemini-3.1-pro-preview", "provider": "gemini"}
O3 = {"model": "o3", "provider": "openai", "input_tokens": M, "output_tokens": M}
GPT_4O = {"model": "gpt-4o", "provider": "openai", "input_tokens": M, "output_tokens": M}
CALL = {"model": "gpt-4o-mini", "provider": "openai", "input_tokens": 1000, "output_tokens": 1000}
SESSION = {"input_tokens": 9_400 + 2_300_000 + 172_200, "output_tokens": 33_700}
PROFILE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
FLASH = {"model": "gemini-2.5-flash", "provider": "gemini", "input_tokens": 100, "date": "2025-05-31"}


def usd(answer):
    return value(answer, "cost.total_usd")


def call(model, provider, input_tokens=1000, output_tokens=1000, **more):
    return {
        "model": model,
        "provider": provider,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
    } | more


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(SONNET | SESSION, 7.9503, id="session-as-plain-input"),
        pytest.param(
            SONNET | SESSION | {"cached_input_tokens": 2_300_000, "cache_write_tokens": 172_200},
            # 9,400 x 3 + 2,300,000 x 0.30 + 172,200 x 3.75 + 33,700 x 15, per million
            0.0282 + 0.69 + 0.64575 + 0.5055,
            id="session-as-it-was-billed",
        ),
        pytest.param(
            call(**SONNET, input_tokens=2_309_400, output_tokens=33_700, cached_input_tokens=2_300_000),
            0.0282 + 0.69 + 0.5055,
            id="session-without-writing",
        ),
        pytest.param(call(**OPUS, input_tokens=172_000, output_tokens=0), 0.86, id="prompt-alone"),
        pytest.param(
            call(**OPUS, input_tokens=172_000, output_tokens=0, cached_input_tokens=155_000, cache_write_tokens=3_000),
            # 14,000 x 5 + 155,000 x 0.5 + 3,000 x 6.25, per million
            0.16625,
            id="prompt-from-the-cache",
        ),
        pytest.param(
            call(**SONNET, input_tokens=0, output_tokens=M, reasoning_tokens=900_000), 15.0, id="reasoning-is-output"
        ),
        pytest.param(call(**GEMINI, input_tokens=250_000, output_tokens=0), 1.0, id="long-prompt"),
        pytest.param(call(**GEMINI, input_tokens=200_000), 0.412, id="prompt-at-the-threshold"),
        pytest.param(call(**GEMINI, input_tokens=200_001, output_tokens=M), 0.800004 + 18, id="one-token-above"),
        pytest.param(O3, 10.0, id="standard"),
        pytest.param(O3 | {"processing": "batch"}, 5.0, id="batch"),
        pytest.param(O3 | {"processing": "flex"}, 5.0, id="flex"),
        pytest.param(O3 | {"processing": "priority"}, 17.5, id="priority"),
        pytest.param(call("mistral-large-2512", "mistral", 100, 400), 0.00065, id="dated-id"),
        pytest.param(call("eu." + PROFILE, "bedrock"), 0.0198, id="regional-profile"),
        pytest.param(call("global." + PROFILE, "bedrock_converse"), 0.018, id="global-profile"),
        pytest.param(call(PROFILE, "bedrock"), 0.018, id="bedrock"),
        pytest.param(call("openai/gpt-4o", "openai"), 0.0125, id="route-in-the-name"),
        pytest.param(call("gpt-4o", "OpenAI"), 0.0125, id="provider-in-capitals"),
        pytest.param(call("command-a-03-2025", "cohere_chat"), 0.0125, id="provider-of-a-client"),
        pytest.param(call("claude-3-5-sonnet-20240620", "anthropic"), 0.018, id="retired"),
        pytest.param(call("gemini-2.0-flash", "gemini", M, M), 0.5, id="retired-gemini"),
        pytest.param(call("text-embedding-3-small", "openai", M, 0), 0.02, id="embedding"),
        pytest.param(call("gpt-image-1", "openai", 1000, 4000), 0.165, id="image-by-the-token"),
        pytest.param({"model": "whisper-1", "provider": "openai", "units": 60}, 0.006, id="minute-of-speech"),
        pytest.param({"model": "tts-1", "provider": "openai", "units": 1000}, 0.015, id="characters-spoken"),
        pytest.param({"model": "mistral-ocr-latest", "provider": "mistral", "units": 3}, 0.012, id="pages"),
        pytest.param({"model": "rerank-v3.5", "provider": "cohere", "units": 3}, 0.006, id="queries"),
        pytest.param(CALL | {"requests": 1000}, 0.75, id="many"),
    ],
)
def test_a_call_costs_what_the_provider_bills(serve, body, expected):
    answer = serve(body)
    assert usd(answer) == pytest.approx(expected, rel=1e-4)
    assert answer["cost"]["total_usd"]["low"] == answer["cost"]["total_usd"]["high"]  # a list price has no width
    assert value(answer, "energy_kwh") > 0
    assert value(answer, "carbon.total_kg") > 0
    assert value(answer, "water.total_l") > 0


@pytest.mark.parametrize(
    ("body", "other"),
    [
        pytest.param(
            call("mistral-large-2512", "mistral", 100, 400), call("mistral-large-3", "mistral", 100, 400), id="dated"
        ),
        pytest.param(call("gpt-4o-2024-08-06", "openai"), call("gpt-4o", "openai"), id="revision"),
        pytest.param(
            call("vertex_ai/claude-sonnet-4-5@20250929", "vertex_ai-anthropic_models", region="USA"),
            call("claude-sonnet-4-5", "anthropic", region="USA"),
            id="vertex",
        ),
        pytest.param(
            call("openai.gpt-oss-120b-1:0", "bedrock_converse", region="USA"),
            call("gpt-oss-120b", "groq", region="USA"),
            id="bedrock",
        ),
        pytest.param(
            call("llama3.1-8b", "cerebras", region="USA"),
            call("llama-3.1-8b-instant", "groq", region="USA"),
            id="abbreviated",
        ),
    ],
)
def test_one_model_takes_one_energy_however_its_seller_spells_it(serve, body, other):
    mine, theirs = serve(body), serve(other)
    assert mine["energy_kwh"]["high"] / mine["energy_kwh"]["low"] > 1.5
    # what is inferred from one price stands for a seller, and operators differ in PUE: it stays near the other's value
    assert value(mine, "it_energy_kwh") == pytest.approx(value(theirs, "it_energy_kwh"), rel=0.1)


@pytest.mark.parametrize(
    ("body", "date", "expected", "told"),
    [
        pytest.param(O3, "2025-06-09", 50.0, False, id="day-before-a-cut"),
        pytest.param(O3, "2025-06-10", 10.0, False, id="day-of-the-cut"),
        pytest.param(O3, "2025-05-01", 50.0, False, id="first-day-seen"),
        pytest.param(O3, "2025-04-20", 50.0, True, id="before-the-first-day-seen"),
        pytest.param(GPT_4O, "2024-09-01", 20.0, False, id="earlier-period"),
        pytest.param(GPT_4O, "2026-01-15", 12.5, False, id="period-that-lasts"),
        pytest.param(O3, "2026-11-26", 10.0, False, id="today"),
    ],
)
def test_a_date_chooses_the_price(serve, body, date, expected, told):
    answer = serve(body | {"date": date})
    assert usd(answer) == pytest.approx(expected)
    assert ("price-date" in codes(answer)) is told


def test_between_two_known_prices_the_interval_reaches_from_one_to_the_other(serve):
    # seen at 5/15 until 1 November 2024, at 2.5/10 from 1 December on
    answer = serve(GPT_4O | {"date": "2024-11-02"})
    cost = answer["cost"]["total_usd"]
    assert "price-date" in codes(answer)
    assert cost["value"] == pytest.approx(20.0)
    assert cost["low"] == pytest.approx(12.5, rel=0.01)
    assert cost["high"] == pytest.approx(20.0)
    assert usd(serve(GPT_4O | {"date": "2024-11-28"})) == pytest.approx(12.5)


def test_a_year_alone_takes_the_price_at_its_end(serve):
    assert usd(serve(O3 | {"year": 2025})) == pytest.approx(10.0)
    assert usd(serve(GPT_4O | {"year": 2024})) == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("model", "provider"),
    [("claude-3-5-sonnet-20240620", "anthropic"), ("gemini-2.0-flash", "gemini")],
)
def test_a_retired_model_keeps_its_last_price_and_says_so(serve, model, provider):
    answer = serve(call(model, provider))
    assert {"model-retired", "price-date"} <= codes(answer)


@pytest.mark.parametrize("body", [CALL, SONNET | SESSION, O3, call("o3", "openai", 500, 300)])
def test_an_unpublished_size_is_inferred_wide_and_told(serve, body):
    answer = serve(body)
    size = factors(answer)["active_params_b"]
    assert {"size-unpublished", "accelerator-assumed", "region-assumed"} <= codes(answer)
    assert size["origin"] == "inferred"
    assert size["source_id"] == "hosted-fit"
    assert 5 < size["high"] / size["low"] < 15
    assert answer["energy_kwh"]["high"] / answer["energy_kwh"]["low"] > 3


def test_sizes_of_the_caller_go_before_what_is_known_or_inferred(serve):
    sizes = {"total_params_b": 450, "active_params_b": 78}
    answer = serve(call("gpt-5.6-sol", "openai", 500, 300) | sizes)
    given = factors(answer)["active_params_b"]
    assert (given["value"], given["origin"]) == (78, "request")
    assert "size-unpublished" not in codes(answer)
    assert usd(answer) == pytest.approx(usd(serve(call("gpt-5.6-sol", "openai", 500, 300))))
    on_hardware = serve(sizes | {"accelerator": "h100", "input_tokens": 500, "output_tokens": 300, "region": "USA"})
    assert value(answer, "it_energy_kwh") == pytest.approx(value(on_hardware, "it_energy_kwh"), rel=1e-6)


@pytest.mark.parametrize(
    "body",
    [
        CALL,
        SONNET | SESSION | {"cached_input_tokens": 2_300_000, "processing": "batch"},
        call("eu." + PROFILE, "AWS Bedrock"),
        O3 | {"date": "2025-06-09"},
        call("gpt-oss-120b", "groq", total_params_b=100),
        call("gpt-image-1", "openai", 1000, 4000),
        {"model": "whisper-1", "provider": "openai", "units": 60},
    ],
)
def test_the_request_of_an_answer_gives_the_same_answer_again(client, body):
    first = client.post(POST, json=body).json
    again = client.post(POST, json=first["request"]).json
    for metric in ("energy_kwh", "carbon", "water", "cost", "per_request", "request"):
        assert again[metric] == first[metric]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"model": "llama-3.1-8b"}, "accelerator-assumed", id="open"),
        pytest.param(
            {"model": "claude-sonnet-4-5", "input_tokens": 9, "output_tokens": 9}, "provider-assumed", id="of-a-maker"
        ),
    ],
)
def test_a_model_alone_runs_on_the_usual_accelerator_or_at_its_maker(serve, body, code):
    answer = serve(body)
    assert code in codes(answer)
    assert answer["request"].get("provider") == ("anthropic" if code == "provider-assumed" else None)


def test_a_machine_beside_no_provider_is_not_the_providers(serve):
    answer = serve({"model": "llama-3.1-8b", "accelerator": "h100"})
    assert not {"accelerator-assumed", "provider-assumed"} & codes(answer)


def test_the_region_of_the_caller_goes_before_that_of_the_fleet(serve):
    assumed, given = serve(CALL), serve(CALL | {"region": "SWE"})
    assert "region-assumed" in codes(assumed)
    assert "region-assumed" not in codes(given)
    assert (assumed["place"]["region"], given["place"]["region"]) == ("USA", "SWE")
    assert value(given, "carbon.location_kg") < value(assumed, "carbon.location_kg") / 3
    assert usd(given) == usd(assumed)


def test_a_provider_whose_place_nobody_knows_is_anywhere(serve, catalog):
    provider, model, _ = next(
        key
        for key, row in catalog.tables["api_prices"].rows.items()
        if catalog.row("hosted_fleets", key[0]) is None and row["mode"] == "chat" and row["unit"] is None
    )
    answer = serve(call(model, provider))
    assert answer["place"]["region"] == "world"
    assert "region-assumed" in codes(answer)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(call("gpt-5-nano", "openai", 100, 100_000, processing="batch"), id="cheap"),
        pytest.param(call("gemini-2.0-flash", "gemini", M, M), id="long"),
        pytest.param(call("llama-3.1-8b-instant", "groq", 100, 1000), id="open"),
        pytest.param(call("text-embedding-3-small", "openai", M, 0), id="embedding"),
        pytest.param(call("gpt-5-nano", "openai", 100, 100_000, region="DE", processing="batch"), id="dear-power"),
    ],
)
def test_electricity_never_costs_more_than_the_call_on_any_draw(catalog, body):
    resolved = resolve_request(ServingSchema().load(body), catalog)
    price = resolved.around.inputs.fields["price"].fields["call"].numbers(sample)
    footprint = compute_request(resolved).footprint
    spent = np.asarray(footprint.energy_kwh) * np.asarray(price.electricity_usd_per_kwh)
    assert (spent <= np.asarray(footprint.total_usd) * (1 + 1e-9)).all()


def test_the_bound_by_electricity_is_reached_by_cheap_calls(serve):
    batch, standard = (
        serve(call("gpt-5-nano", "openai", 100, 100_000, region="DE", processing=kind))
        for kind in ("batch", "standard")
    )
    assert batch["energy_kwh"]["high"] < 0.75 * standard["energy_kwh"]["high"]


def test_what_is_free_within_a_call_sets_no_bound_to_its_energy(serve):
    tokens = {"model": "deepseek/deepseek-chat", "provider": "deepseek", "input_tokens": M, "output_tokens": 0}
    answer = serve(tokens | {"cache_write_tokens": M})
    assert usd(answer) == 0  # DeepSeek writes to its cache for nothing
    assert value(answer, "energy_kwh") == pytest.approx(value(serve(tokens), "energy_kwh"), rel=1e-6)


@pytest.mark.parametrize("output_tokens", [100, 200, 300, 450, 600])
@pytest.mark.parametrize(
    ("path", "published"),
    [
        pytest.param("per_request.energy_j", 0.24 * 3600, id="0.24-Wh"),
        # Google counts the water that its sites evaporate
        pytest.param("water.onsite_l", 0.26e-3, id="0.26-mL"),
    ],
)
def test_the_median_prompt_of_gemini_in_may_2025_lies_inside(serve, output_tokens, path, published):
    answer = serve(FLASH | {"output_tokens": output_tokens})
    found = answer
    for name in path.split("."):
        found = found[name]
    assert found["low"] <= published <= found["high"]


@pytest.mark.parametrize("output_tokens", [100, 300, 600])
@pytest.mark.parametrize("region", ["gcp:us-central1", "gcp:us-east4"])
def test_the_market_based_carbon_of_that_prompt_lies_inside_where_google_publishes_its_share(
    serve, output_tokens, region
):
    market = serve(FLASH | {"output_tokens": output_tokens, "region": region})["carbon"]["market_kg"]
    # 0.03 g; the fleet as a whole has no published share, and none is assumed
    assert market["low"] <= 0.03e-3 <= market["high"]
    assert serve(FLASH | {"output_tokens": output_tokens})["carbon"]["market_kg"] is None


def test_a_comparison_takes_a_call_as_an_estimate_does(client):
    body = SONNET | SESSION | {"cached_input_tokens": 2_300_000, "cache_write_tokens": 172_200, "processing": "batch"}
    alone = client.post(POST, json=body).json
    strategies = [{"name": "api", "per_request": {"api": body}}, {"name": "b", "upfront": [{"known": {"cost_usd": 1}}]}]
    answer = client.post(
        "/v1/comparisons/amortization", json={"tasks": 1, "requests_per_task": 1, "strategies": strategies}
    ).json
    total = answer["strategies"][0]["total"]
    assert total["cost_usd"]["value"] == pytest.approx(alone["cost"]["total_usd"]["value"])
    assert total["energy_kwh"]["value"] == pytest.approx(alone["energy_kwh"]["value"])


UNITS = {"second": 60, "character": 1000, "page": 1, "query": 1}
"""Units of a request to a model that is billed by them."""


@pytest.mark.slow  # half a minute, with all tables of prices
def test_every_model_of_the_price_list_has_money_energy_and_a_size_that_is_published_or_inferred(client, catalog):
    rows = [row for row in catalog.tables["api_prices"].rows.values() if row["processing"] == STANDARD]
    wrong, widths = {}, []
    for row in rows:
        key = {"provider": row["provider"], "model": row["model"]}
        tokens = {"input_tokens": 1000, "output_tokens": 300} if has_token_price(row) else {}
        units = {"units": UNITS[row["unit"]]} if row["unit"] in UNITS else {}
        answer = client.post(POST, json=key | tokens | units)
        if problem := wrong_with(answer, key):
            wrong[tuple(key.values())] = problem
        elif "size-unpublished" in codes(answer.json):
            size = factors(answer.json).get("active_params_b")
            widths += [size["high"] / size["low"]] if size and size["source_id"] == "hosted-fit" else []
    assert wrong == {}
    assert len(rows) > 5000
    assert np.median(widths) <= 15


def has_token_price(row):
    prices = row["input_usd_per_million_tokens"], row["output_usd_per_million_tokens"]
    return row["unit"] is None or any(prices)


def wrong_with(answer, key):
    """What is wrong with an answer to a request for a model of the list; empty if nothing is."""
    if answer.status_code != 200:
        return answer.text
    body = answer.json
    if {name: body["request"][name] for name in key} != key:
        return f"is read as {body['request']['model']}"
    if not (usd(body) > 0 and value(body, "energy_kwh") > 0):
        return "no money or no energy"
    inferred = any(factor["origin"] == "inferred" for factor in body["factors"])
    return "" if inferred == ("size-unpublished" in codes(body)) else "a size is neither published nor inferred"
