"""LiteLLM's records become requests to hosted models, or to one's own servers."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from costsvc.batch.formats.documents import as_batch, read_documents
from costsvc.batch.formats.litellm import LITELLM

SAMPLE = Path(__file__).parents[3] / "docs" / "samples" / "litellm.csv"
CALL = {
    "call_type": "acompletion",
    "model": "gpt-4o",
    "custom_llm_provider": "openai",
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "spend": 0.0045,
    "status": "success",
    "cache_hit": "False",
    "startTime": "2026-11-03T10:00:00.000Z",
}
REQUEST = {
    "kind": "inference",
    "provider": "openai",
    "model": "gpt-4o",
    "input_tokens": 1000,
    "output_tokens": 200,
    "date": "2026-11-03",
}
NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0}


def batch(*changes):
    rows = [CALL | change for change in changes]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.RecordBatch.from_pylist([dict.fromkeys(names) | row for row in rows])


def usage(**details):
    return {"metadata": json.dumps({"usage_object": details})}


def without(*names, **fields):
    return {name: value for name, value in (REQUEST | fields).items() if name not in names}


@pytest.mark.parametrize(
    ("change", "request_"),
    [
        pytest.param({}, REQUEST, id="call"),
        pytest.param(NO_TOKENS | {"prompt_tokens": 5}, without(input_tokens=5, output_tokens=0), id="prompt-only"),
        pytest.param({"model": "", "model_group": "gpt-4o"}, REQUEST, id="public-name-if-the-model-is-empty"),
        pytest.param({"model": "openai/gpt-4o"}, without(model="openai/gpt-4o"), id="model-as-written"),
        pytest.param(
            {"model": "azure/gpt-4o", "custom_llm_provider": ""},
            without(provider="azure", model="azure/gpt-4o"),
            id="provider-in-the-model",
        ),
        pytest.param(
            {"model": "openai/gpt-4o", "custom_llm_provider": None},
            without("provider", model="openai/gpt-4o"),
            id="maker-in-the-model-is-left-to-the-service",
        ),
        pytest.param(
            {
                "custom_llm_provider": "azure",
                "model": "azure/prod",
                "metadata": '{"model_map_key": "gpt-4o"}',
            },
            without(provider="azure"),
            id="model-behind-a-deployment",
        ),
        pytest.param(
            {"custom_llm_provider": "azure", "model": "azure/prod"},
            without(provider="azure", model="azure/prod"),
            id="deployment-of-an-unknown-model",
        ),
        pytest.param({"custom_llm_provider": "hosted_vllm"}, without("provider"), id="own-server"),
        pytest.param({"custom_llm_provider": "Ollama"}, without("provider"), id="own-server-in-other-case"),
        pytest.param(
            {"api_base": "https://bedrock-runtime.eu-central-1.amazonaws.com/model/x"},
            without(region="aws:eu-central-1"),
            id="region-of-bedrock",
        ),
        pytest.param(
            {"api_base": "https://us-central1-aiplatform.googleapis.com/v1/projects/p"},
            without(region="gcp:us-central1"),
            id="region-of-vertex",
        ),
        pytest.param({"api_base": "https://api.openai.com/v1"}, REQUEST, id="address-without-region"),
        pytest.param({"call_type": "anthropic_messages"}, REQUEST, id="other-interface"),
        pytest.param({"call_type": None}, REQUEST, id="no-call-type"),
        pytest.param(
            {"call_type": "aembedding", "completion_tokens": 0, **usage(cached_tokens=10)},
            without("output_tokens", task="embedding"),
            id="embedding-has-no-other-tokens",
        ),
        pytest.param(
            {"call_type": "rerank", "completion_tokens": 0},
            without("output_tokens", task="classification"),
            id="rerank",
        ),
        pytest.param({"call_type": "aimage_generation"}, REQUEST, id="image-with-tokens"),
        pytest.param({"status": "failure"}, REQUEST, id="failed-after-tokens-were-used"),
        pytest.param(
            {"startTime": None, "start_time": 1793700000.5}, without(date="2026-11-03"), id="seconds-since-1970"
        ),
    ],
)
def test_a_call_is_a_request(outcomes, change, request_):
    assert outcomes(LITELLM, batch(change)) == [request_]


@pytest.mark.parametrize(
    ("change", "tokens"),
    [
        pytest.param(usage(prompt_tokens_details={"cached_tokens": 0}), {}, id="none-is-left-out"),
        pytest.param(usage(prompt_tokens_details={"cached_tokens": 640}), {"cached_input_tokens": 640}, id="openai"),
        pytest.param(
            usage(cache_read_input_tokens=640, cache_creation_input_tokens=300),
            {"cached_input_tokens": 640, "cache_write_tokens": 300},
            id="anthropic",
        ),
        pytest.param(
            usage(cache_read_input_tokens=640, cache_creation_input_tokens=500),
            {"input_tokens": 1500, "cached_input_tokens": 640, "cache_write_tokens": 500},
            id="written-outside-the-prompt",
        ),
        pytest.param(
            usage(cache_read_input_tokens=7000, cache_creation_input_tokens=1500),
            {"input_tokens": 9500, "cached_input_tokens": 7000, "cache_write_tokens": 1500},
            id="all-outside-the-prompt",
        ),
        pytest.param(
            usage(completion_tokens_details={"reasoning_tokens": 150}), {"reasoning_tokens": 150}, id="reasoning"
        ),
        pytest.param(
            usage(completion_tokens_details={"reasoning_tokens": 900}),
            {"output_tokens": 1100, "reasoning_tokens": 900},
            id="reasoning-outside-the-answer",
        ),
        pytest.param({"response": '{"usage": {"cached_tokens":640}}'}, {"cached_input_tokens": 640}, id="response"),
        pytest.param({"metadata": '{"note": "\\"cached_tokens\\": 5"}'}, {}, id="text-of-a-user-is-no-count"),
        pytest.param({"metadata": {"usage_object": {"cached_tokens": 640}}}, {"cached_input_tokens": 640}, id="nested"),
        pytest.param({"metadata": ""}, {}, id="no-metadata"),
    ],
)
def test_parts_of_the_tokens_are_in_the_details(outcomes, change, tokens):
    assert outcomes(LITELLM, batch(change)) == [REQUEST | tokens]


@pytest.mark.parametrize(
    ("tier", "processing"),
    [
        ("flex", "flex"),
        ("priority", "priority"),
        ("Batch", "batch"),
        ("default", None),
        ("auto", None),
        ("scale", None),
    ],
)
def test_the_service_tier_is_the_kind_of_processing(outcomes, tier, processing):
    (found,) = outcomes(LITELLM, batch({"model_parameters": json.dumps({"service_tier": tier})}))
    assert found.get("processing") == processing


def test_the_tier_of_the_answer_goes_before_that_of_the_question(outcomes):
    change = {"response": '{"service_tier": "default"}', "model_parameters": '{"service_tier": "priority"}'}
    assert outcomes(LITELLM, batch(change)) == [REQUEST]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        pytest.param({"cache_hit": "True"}, "skipped: answered from the gateway's cache", id="cache"),
        pytest.param({"cache_hit": True}, "skipped: answered from the gateway's cache", id="cache-as-boolean"),
        pytest.param(NO_TOKENS | {"status": "failure"}, "skipped: failed without tokens", id="failed"),
        pytest.param(
            NO_TOKENS | {"status": None, "metadata": '{"status": "failure"}'},
            "skipped: failed without tokens",
            id="status-in-the-metadata",
        ),
        pytest.param(NO_TOKENS | {"call_type": "call_mcp_tool"}, "skipped: not a call of a model", id="tool"),
        pytest.param(NO_TOKENS | {"call_type": "afile_content"}, "skipped: not a call of a model", id="file"),
        pytest.param(
            NO_TOKENS | {"call_type": "atranscription"},
            "prompt_tokens: must be above 0, for the call is not estimated without tokens, got 0",
            id="billed-by-the-second",
        ),
        pytest.param(
            NO_TOKENS, "prompt_tokens: must be above 0, for the call is not estimated without tokens, got 0", id="none"
        ),
        pytest.param({"prompt_tokens": "many"}, 'prompt_tokens: must be a number, got "many"', id="not-a-number"),
        pytest.param(
            {"call_type": "aretrieve_batch"},
            "call_type: must be a call with one request, or have batch_successful_requests, got " + '"aretrieve_batch"',
            id="batch-of-unknown-size",
        ),
    ],
)
def test_a_row_without_a_request(outcomes, change, outcome):
    assert outcomes(LITELLM, batch(change)) == [outcome]


def test_a_batch_is_many_requests(outcomes):
    metadata = {"batch_successful_requests": 50, "usage_object": {"reasoning_tokens": 100}}
    found = outcomes(LITELLM, batch({"call_type": "aretrieve_batch", "metadata": json.dumps(metadata)}))
    tokens = {"input_tokens": 20, "output_tokens": 4, "reasoning_tokens": 2}
    assert found == [REQUEST | tokens | {"requests": 50, "processing": "batch"}]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"api_requests": 12, "successful_requests": 10}, without(input_tokens=100, output_tokens=20, requests=10)),
        ({"api_requests": 10, "successful_requests": 0}, without(input_tokens=100, output_tokens=20, requests=10)),
        ({"api_requests": 0, "successful_requests": 0}, REQUEST),
        (NO_TOKENS | {"api_requests": 3, "successful_requests": 0}, "skipped: failed without tokens"),
        (
            {"api_requests": 10, "successful_requests": 10, "cache_read_input_tokens": 600},
            without(input_tokens=100, output_tokens=20, cached_input_tokens=60, requests=10),
        ),
    ],
)
def test_a_daily_sum_is_requests_of_the_mean_size(outcomes, change, outcome):
    daily = {"date": "2026-11-03", "startTime": None, "call_type": None, "status": None, "cache_hit": None}
    assert outcomes(LITELLM, batch(daily | change)) == [outcome]


def test_what_the_gateway_charged_is_added():
    added = LITELLM.translate(batch({}, {"spend": None, "response_cost": 0.5}, {"cache_hit": "True", "spend": 0})).added
    assert added["billed_usd"].to_pylist() == [0.0045, 0.5, 0.0]


def test_payloads_of_loggers_are_read_as_spend_logs_are(outcomes):
    payload = CALL | {
        "response_cost": 0.0045,
        "startTime": 1793700000.5,
        "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 640}}},
        "cache_hit": None,
        "messages": [{"role": "user", "content": "redacted"}],
    }
    lines = [json.dumps(payload), json.dumps(payload | {"cache_hit": True})]
    rows = [row for document in read_documents(lines) for row in LITELLM.unfold(document)]
    assert outcomes(LITELLM, as_batch(rows, LITELLM.known)) == [
        REQUEST | {"cached_input_tokens": 640},
        "skipped: answered from the gateway's cache",
    ]


def test_people_and_what_they_wrote_are_personal():
    assert {"api_key", "user", "end_user", "metadata", "messages", "response"} <= set(LITELLM.personal)


def test_the_sample_has_a_request_in_most_rows(outcomes):
    with SAMPLE.open("rb") as file:
        table = pyarrow.csv.read_csv(file)
    found = outcomes(LITELLM, table.combine_chunks().to_batches()[0])
    assert sum(isinstance(one, dict) for one in found) == 19
