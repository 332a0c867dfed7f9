"""What calls to hosted models refuse, with a problem that names the field and says what it must be."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from costsvc.web.api.inference import ENDPOINT
from tests.web.problems import assert_names, refused

INFERENCE = ENDPOINT.path
TEXT: dict[str, Any] = {"model": "llama-3.1-8b", "accelerator": "h100"}
HOSTED: dict[str, Any] = {"provider": "openai", "model": "gpt-4o-mini", "input_tokens": 100, "output_tokens": 10}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        pytest.param({"accelerator": "h100"}, "accelerator", "together with provider, which decides it", id="machine"),
        pytest.param({"batch_size": 2}, "batch_size", "together with provider, which decides it", id="batch"),
        pytest.param({"pricing": {"kind": "owned"}}, "pricing", "together with provider", id="pricing"),
        pytest.param({"provider": "opnai"}, "provider", "Nearest known: openai", id="near-provider"),
        pytest.param({"model": "gpt-4o-minni"}, "model", "Nearest known: gpt-4o-mini", id="near-model"),
        pytest.param({"model": None}, "model", "must not be null", id="null"),
        pytest.param({"processing": "fast"}, "processing", "must be one of standard, batch", id="no-such-processing"),
        pytest.param({"processing": "flex"}, "processing", "only batch, priority, standard", id="not-in-the-list"),
        pytest.param({"units": 3}, "units", "which openai bills by the token", id="units-of-tokens"),
        pytest.param(
            {"provider": "aiml", "model": "dall-e-3", "task": "image", "units": 3}, "units", "one image", id="images"
        ),
        pytest.param({"model": "whisper-1"}, "units", "bills whisper-1 by the second", id="seconds-not-given"),
        pytest.param(
            {"cached_input_tokens": 200}, "cached_input_tokens", "input_tokens is 300", id="cached-beside-the-input"
        ),
        pytest.param(
            {"cached_input_tokens": 60, "cache_write_tokens": 60},
            "cache_write_tokens",
            "got 120 with the cached ones",
            id="more-cached-and-written-than-sent",
        ),
        pytest.param(
            {"reasoning_tokens": 20}, "reasoning_tokens", "must not exceed output_tokens (10)", id="reasoning-beside"
        ),
    ],
)
def test_a_hosted_model_refuses(client: FlaskClient, change: dict[str, Any], field: str, words: str) -> None:
    assert_names(refused(client.post(INFERENCE, json=HOSTED | change), 422), field, words)


@pytest.mark.parametrize("missing", ["model", "input_tokens", "output_tokens"])
def test_a_hosted_model_says_what_is_missing(client: FlaskClient, missing: str) -> None:
    body = {name: value for name, value in HOSTED.items() if name != missing}
    assert_names(refused(client.post(INFERENCE, json=body), 422), missing, "is required")


def test_images_that_are_billed_by_the_token_need_tokens(client: FlaskClient) -> None:
    body = {"provider": "openai", "model": "gpt-image-1", "task": "image"}
    assert_names(refused(client.post(INFERENCE, json=body), 422), "output_tokens", "bills gpt-image-1 by the token")


@pytest.mark.parametrize(("field", "value"), [("processing", "batch"), ("units", 3)])
def test_what_chooses_from_a_price_list_needs_a_provider(client: FlaskClient, field: str, value: Any) -> None:
    assert_names(refused(client.post(INFERENCE, json=TEXT | {field: value}), 422), field, "without provider")


def test_all_missing_tokens_of_a_call_are_named_at_once(client: FlaskClient) -> None:
    problem = refused(client.post(INFERENCE, json={"model": "gpt-4o"}), 422)
    assert list(problem["errors"]) == ["input_tokens", "output_tokens"]
