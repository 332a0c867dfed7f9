"""Somebody else's model is paid by the token, at the list price of the day."""

import pytest

from tests.estimates.reading import codes

POST = "/v1/comparisons/amortization"
NOTHING = {"name": "none", "upfront": [{"known": {"cost_usd": 1.0}}]}


@pytest.fixture(scope="module")
def call(client):
    def call(model, provider, input_tokens, output_tokens, **site):
        tokens = {"input_tokens": input_tokens, "output_tokens": output_tokens}
        api = {"name": "api", "per_request": {"api": {"model": model, "provider": provider, **tokens, **site}}}
        body = {"tasks": 1, "requests_per_task": 1, "strategies": [api, NOTHING]}
        response = client.post(POST, json=body)
        assert response.status_code == 200, response.json
        return response.json

    return call


def usd(answer):
    return answer["strategies"][0]["total"]["cost_usd"]["value"]


@pytest.mark.parametrize(
    ("model", "provider", "tokens", "date", "expected"),
    [
        pytest.param("gpt-4o-mini", "openai", (1e6, 1e6), None, 0.75, id="today"),
        pytest.param("o3", "openai", (1e6, 1e6), "2025-06-09", 50.0, id="the day before a cut"),
        pytest.param("o3", "openai", (1e6, 1e6), "2025-06-10", 10.0, id="the day of the cut"),
        pytest.param("gemini-2.5-pro", "gemini", (200_000, 1e6), None, 0.25 + 10, id="a prompt at the limit"),
        pytest.param("gemini-2.5-pro", "gemini", (200_001, 1e6), None, 0.5 + 15, id="a longer prompt pays more"),
        pytest.param("text-embedding-3-small", "openai", (1e6, 0), None, 0.02, id="embedding has no output"),
    ],
)
def test_tokens_cost_what_the_list_of_the_day_says(call, model, provider, tokens, date, expected):
    answer = call(model, provider, *tokens, **({"date": date} if date else {}))
    assert usd(answer) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("model", "date", "code", "told"),
    [
        pytest.param("gpt-4o-mini", "2023-01-01", "price-date", True, id="a day before the first that is known"),
        pytest.param("gpt-4o-mini", "2025-01-01", "price-date", False, id="a day of the period that lasts"),
        pytest.param("o3", "2025-05-15", "price-date", False, id="an earlier period"),
        pytest.param("gpt-4o-mini", "2026-11-26", "price-date", False, id="the day on which it was read"),
        pytest.param("o3", "2026-12-11", "model-retired", True, id="the day of withdrawal"),
        pytest.param("o3", "2026-12-10", "model-retired", False, id="the day before"),
    ],
)
def test_what_the_list_does_not_say_of_a_day_is_told(call, model, date, code, told):
    assert (code in codes(call(model, "openai", 10, 10, date=date))) is told
