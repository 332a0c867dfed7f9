"""Spans of OpenTelemetry become requests to hosted models, or to one's own servers."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from costsvc.batch.formats.documents import as_batch, read_documents
from costsvc.batch.formats.otel import OTEL
from costsvc.errors import BadRequestError

SAMPLE = Path(__file__).parents[3] / "docs" / "samples" / "otel.jsonl"
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 200,
}
REQUEST = {"kind": "inference", "provider": "openai", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 200}
NO_TOKENS = {"gen_ai.usage.input_tokens": None, "gen_ai.usage.output_tokens": None}
MISSING = "gen_ai.usage.input_tokens: must be above 0, for a call is not estimated without tokens"
AGENT = "skipped: agent, workflow or tool; its calls of models are spans of their own"
REPEATS = "skipped: repeats the tokens of a span inside it"
NO_MODEL = "skipped: not a call of a model"


def batch(*changes):
    rows = [CALL | change for change in changes]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.RecordBatch.from_pylist([dict.fromkeys(names) | row for row in rows])


def unfolded(*documents):
    lines = [json.dumps(document) for document in documents]
    return as_batch([row for one in read_documents(lines) for row in OTEL.unfold(one)], OTEL.known)


def otlp(*spans):
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({}, {}, id="call"),
        pytest.param({"gen_ai.response.model": "gpt-4o-2024-08-06"}, {"model": "gpt-4o-2024-08-06"}, id="answer"),
        pytest.param(
            {"gen_ai.provider.name": None, "gen_ai.system": "az.ai.openai"}, {"provider": "az.ai.openai"}, id="system"
        ),
        pytest.param({"gen_ai.provider.name": "vllm"}, {"provider": None}, id="own-server"),
        pytest.param({"gen_ai.provider.name": None}, {"provider": None}, id="no-provider"),
        pytest.param({"gen_ai.operation.name": "generate_content"}, {}, id="gemini"),
        pytest.param({"gen_ai.operation.name": None}, {}, id="no-operation"),
        pytest.param(
            {"gen_ai.operation.name": "embeddings", "gen_ai.usage.output_tokens": None},
            {"task": "embedding", "output_tokens": None},
            id="embeddings",
        ),
        pytest.param(
            {"gen_ai.operation.name": None, "llm.request.type": "embedding"},
            {"task": "embedding", "output_tokens": None},
            id="type-of-older-instrumentations",
        ),
        pytest.param(
            {**NO_TOKENS, "gen_ai.usage.prompt_tokens": 1000, "gen_ai.usage.completion_tokens": "200"},
            {},
            id="older-names-of-tokens",
        ),
        pytest.param(
            {"server.address": "bedrock-runtime.us-west-2.amazonaws.com"}, {"region": "aws:us-west-2"}, id="bedrock"
        ),
        pytest.param(
            {"server.address": "europe-west4-aiplatform.googleapis.com"}, {"region": "gcp:europe-west4"}, id="vertex"
        ),
        pytest.param({"server.address": "10.1.2.80"}, {}, id="address-without-region"),
        pytest.param({"openai.response.service_tier": "flex"}, {"processing": "flex"}, id="tier"),
        pytest.param({"gen_ai.openai.response.service_tier": "default"}, {}, id="standard-tier"),
        pytest.param({"startTimeUnixNano": "1793700000000000000"}, {"date": "2026-11-03"}, id="nanoseconds"),
        pytest.param({"start_time": "2026-11-03T10:00:00.5Z"}, {"date": "2026-11-03"}, id="text"),
        pytest.param({"error.type": "timeout"}, {}, id="failed-after-tokens-were-used"),
    ],
)
def test_a_call_is_a_request(outcomes, change, fields):
    expected = {name: value for name, value in (REQUEST | fields).items() if value is not None}
    assert outcomes(OTEL, batch(change)) == [expected]


@pytest.mark.parametrize(
    "names",
    [
        ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        ("gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
        ("gen_ai.usage.cache_read_tokens", "gen_ai.usage.cache_creation_tokens"),
        ("gen_ai.usage.cached_input_tokens", "gen_ai.usage.cache_write_input_tokens"),
        ("gen_ai.usage.input_tokens.cached", "gen_ai.usage.input_tokens.cache_write"),
        ("gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_write_tokens"),
    ],
)
@pytest.mark.parametrize(
    ("counts", "whole"),
    [((600, 300), 1000), ((0, 0), 1000), ((600, 500), 2100), ((7000, 0), 8000)],
    ids=["inside", "none", "outside", "far-outside"],
)
def test_tokens_of_the_cache_have_many_names(outcomes, names, counts, whole):
    (found,) = outcomes(OTEL, batch(dict(zip(names, counts, strict=True))))
    fields = zip(("cached_input_tokens", "cache_write_tokens"), counts, strict=True)
    assert found == REQUEST | {"input_tokens": whole} | {name: count for name, count in fields if count}


@pytest.mark.parametrize(
    "name",
    [
        *("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"),
        *("gen_ai.usage.output_tokens.reasoning", "gen_ai.usage.details.reasoning_tokens"),
    ],
)
@pytest.mark.parametrize(("count", "whole"), [(150, 200), (900, 1100)], ids=["inside", "outside"])
def test_tokens_of_reasoning_have_many_names(outcomes, name, count, whole):
    found = outcomes(OTEL, batch({name: count}))
    assert found == [REQUEST | {"output_tokens": whole, "reasoning_tokens": count}]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        *(({"gen_ai.operation.name": name}, AGENT) for name in ("invoke_agent", "execute_tool", "invoke_workflow")),
        ({"gen_ai.operation.name": "Invoke_Agent"}, AGENT),
        ({"gen_ai.operation.name": "retrieval"}, NO_MODEL),
        ({"gen_ai.request.model": None, **NO_TOKENS}, NO_MODEL),
        (NO_TOKENS | {"error.type": "429"}, "skipped: failed without tokens"),
        (NO_TOKENS | {"statusCode": 2}, "skipped: failed without tokens"),
        (NO_TOKENS | {"StatusCode": "Error"}, "skipped: failed without tokens"),
        (NO_TOKENS | {"statusCode": 1}, MISSING),
        (NO_TOKENS, MISSING),
        (
            {"gen_ai.usage.input_tokens": "many"},
            'gen_ai.usage.input_tokens: must be a number, got "many"',
        ),
    ],
)
def test_a_span_without_a_request(outcomes, change, outcome):
    assert outcomes(OTEL, batch(change)) == [outcome]


def test_a_call_around_calls_is_counted_once(outcomes):
    spans = [
        {"span_id": "agent", "gen_ai.operation.name": "invoke_agent"},
        {"span_id": "framework", "parent_span_id": "agent"},
        {"span_id": "client", "parent_span_id": "framework"},
        {"span_id": "other", "parent_span_id": "agent"},
    ]
    assert outcomes(OTEL, batch(*spans)) == [AGENT, REPEATS, REQUEST, REQUEST]


@pytest.mark.parametrize(
    "inside",
    [
        {"gen_ai.operation.name": "embeddings"},
        {"gen_ai.operation.name": "execute_tool"},
        {"error.type": "429", **NO_TOKENS},
    ],
    ids=["other-task", "tool", "failed"],
)
def test_a_call_counts_if_no_span_inside_repeats_it(outcomes, inside):
    found = outcomes(OTEL, batch({"span_id": "1"}, {"span_id": "2", "parent_span_id": "1", **inside}))
    assert found[0] == REQUEST


ATTRIBUTES = [
    {"key": name, "value": {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)}}
    for name, value in CALL.items()
]
SPAN = {
    "traceId": "t",
    "spanId": "1",
    "startTimeUnixNano": "1793700000000000000",
    "status": {},
    "attributes": ATTRIBUTES,
}
DATED = REQUEST | {"date": "2026-11-03"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(otlp(SPAN), [DATED], id="otlp"),
        pytest.param(
            otlp(SPAN, SPAN | {"spanId": "2", "parentSpanId": "1"}), [REPEATS, DATED], id="spans-of-a-document"
        ),
        pytest.param(otlp(SPAN | {"attributes": None}), [NO_MODEL], id="no-attributes"),
        pytest.param(
            otlp(SPAN | {"attributes": ATTRIBUTES[:3], "status": {"code": 2}}),
            ["skipped: failed without tokens"],
            id="failed",
        ),
        pytest.param({"resource_spans": [{"scope_spans": [{"spans": [SPAN]}]}]}, [DATED], id="names-of-the-protocol"),
        pytest.param(
            {
                "name": "chat",
                "context": {"span_id": "1"},
                "start_time": "2026-11-03T10:00:00Z",
                "attributes": CALL,
                "events": [],
            },
            [DATED],
            id="span-of-the-console-exporter",
        ),
        pytest.param(CALL | {"timestamp": "2026-11-03"}, [DATED], id="flat-row"),
        pytest.param({"resourceMetrics": []}, [], id="metrics"),
        pytest.param({"resourceSpans": ["?", {"scopeSpans": "?"}]}, [], id="not-of-the-protocol"),
    ],
)
def test_reads_documents(outcomes, document, expected):
    assert outcomes(OTEL, unfolded(document)) == expected


def test_a_span_has_the_attributes_of_its_resource():
    document = otlp(SPAN | {"attributes": [*ATTRIBUTES, {"key": "stop", "value": {"arrayValue": {"values": []}}}]})
    document["resourceSpans"][0]["resource"] = {
        "attributes": [{"key": "service.name", "value": {"stringValue": "search"}}]
    }
    (row,) = OTEL.unfold(document)
    assert (row["service.name"], row["spanId"], row["stop"]) == ("search", "1", '{"values": []}')


@pytest.mark.parametrize("container", ["SpanAttributes", "attributes"])
def test_attributes_may_be_in_a_column_of_maps_or_of_fields(outcomes, container):
    texts = {name: str(value) for name, value in CALL.items()}
    maps = pa.array([list(texts.items())], pa.map_(pa.string(), pa.string()))
    for column in (maps, pa.array([CALL])):
        assert outcomes(OTEL, pa.RecordBatch.from_pydict({container: column})) == [REQUEST]


def test_attributes_as_text_are_refused():
    with pytest.raises(BadRequestError, match="attributes: must be a map or have named fields, not string"):
        OTEL.translate(pa.RecordBatch.from_pydict({"attributes": [json.dumps(CALL)]}))


def test_the_sample_has_a_request_in_most_spans(outcomes):
    documents = map(json.loads, SAMPLE.read_text().splitlines())
    found = outcomes(OTEL, unfolded(*documents))
    assert sum(isinstance(one, dict) for one in found) == 15
