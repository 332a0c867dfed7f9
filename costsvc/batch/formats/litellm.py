"""LiteLLM's records: spend logs and payloads of loggers with a call a row, and daily sums."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_numbers
from costsvc.batch.formats.documents import flat_row, nested_text
from costsvc.batch.formats.format import Bill, Document, Format, Row, Translated
from costsvc.batch.formats.rows import Mask, Rows, as_column, extract, is_in, only_where
from costsvc.batch.formats.usage import Usage, has_tokens, hosted, including, processing, region_of, usage_part
from costsvc.units import Array

PROMPT, COMPLETION = "prompt_tokens", "completion_tokens"
DETAILS = ("metadata", "hidden_params", "response")
"""Columns of JSON in which the provider's count of tokens is."""
JSON = (*DETAILS, "model_parameters", "model_map_information")
CACHED = ("cached_tokens", "cache_read_input_tokens")
WRITTEN = ("cache_creation_input_tokens", "cache_creation_tokens", "cache_write_tokens")
IN_BATCH = "batch_successful_requests"
"""Number of requests of a batch, in the metadata of the row with its cost."""
ROUTES = (
    *("azure", "azure_ai", "bedrock", "vertex_ai", "gemini", "groq", "together_ai", "fireworks_ai", "deepinfra"),
    *("openrouter", "cerebras", "sambanova", "databricks", "watsonx", "novita", "nebius", "replicate"),
)
"""Beginnings of models that name a provider other than the maker, where the column of the provider is empty."""
CALL = r"^_?a?(?P<found>embedding|rerank|retrieve_batch)$"
"""Calls that are other requests than text; LiteLLM writes an a before a call of an asynchronous client."""
TASKS = {"embedding": "embedding", "rerank": "classification"}
MODEL_CALLS = (
    *("completion", "text_completion", "embedding", "rerank", "moderation", "responses", "anthropic_messages"),
    *("generate_content", "generate_content_stream", "image_generation", "image_edit", "image_variation"),
    *("transcription", "speech", "ocr", "create_video", "video_generation", "_realtime", "realtime", "retrieve_batch"),
)
CALLS = tuple(form for call in MODEL_CALLS for form in (call, f"a{call}", f"_a{call.removeprefix('_')}"))
HIT = "answered from the gateway's cache"
FAILED = "failed without tokens"
NO_MODEL = "not a call of a model"
PERSONAL = (
    *("api_key", "user", "user_id", "end_user", "end_user_id", "requester_ip_address", "metadata", "messages"),
    *("response", "proxy_server_request", "hidden_params"),
)


def translate(batch: pa.RecordBatch) -> Translated:
    """Read spend logs, payloads or daily sums.

    Args:
        batch: Rows of the file.
    """
    rows = Rows(batch)
    details = _Details(rows)
    prompt, completion = rows.numbers(PROMPT), rows.numbers(COMPLETION)
    cached = np.fmax(rows.numbers("cache_read_input_tokens"), details.count(*CACHED))
    written = np.fmax(rows.numbers("cache_creation_input_tokens"), details.count(*WRITTEN))
    reasoning = details.count("reasoning_tokens")
    billed = rows.numbers("spend", "response_cost")
    call = pc.utf8_lower(rows.text("call_type"))
    kind = extract(call, CALL)
    is_batch = is_in(kind, ("retrieve_batch",))
    requests = np.where(is_batch, details.count(IN_BATCH), _daily(rows))
    _sift(rows, details, call, has_tokens(prompt, completion))
    rows.reject(is_batch & np.isnan(requests), "call_type", f"must be a call with one request, or have {IN_BATCH}")
    provider = pc.coalesce(rows.text("custom_llm_provider"), _route(rows.text("model")))
    tier = processing(details.text("service_tier", '[^"]+', "response", "metadata", "model_parameters"))
    usage = Usage(
        names={
            "provider": hosted(provider),
            "model": _model(rows, details, provider),
            "task": _task(kind),
            "processing": pc.if_else(pa.array(is_batch), "batch", tier),
            "region": region_of(rows.text("api_base")),
            "date": rows.days("startTime", "start_time", "date"),
        },
        input=_input(prompt, cached, written),
        cached=cached,
        written=written,
        output=including(completion, [reasoning]),
        reasoning=reasoning,
        requests=requests,
    )
    columns = {
        "provider": "custom_llm_provider",
        "model": "model",
        "processing": "metadata",
        "region": "api_base",
        "input_tokens": PROMPT,
        "cached_input_tokens": PROMPT,
        "cache_write_tokens": PROMPT,
        "output_tokens": COMPLETION,
        "reasoning_tokens": COMPLETION,
        "task": "call_type",
        "date": next(iter(rows.present(("startTime", "start_time", "date"))), "date"),
    }
    return rows.translated([usage_part(usage, rows.left, columns)], {"billed_usd": as_column(billed)})


def unfold(document: Document) -> Sequence[Row]:
    """A record as a row.

    Args:
        document: The record.
    """
    return [flat_row(document)]


def _sift(rows: Rows, details: "_Details", call: pa.Array, has_any: Mask) -> None:
    """Skip rows that used no model, and reject those that used one without a count of tokens."""
    rows.skip(is_in(pc.utf8_lower(rows.text("cache_hit")), ("true",)), HIT)
    successful = rows.numbers("successful_requests")
    status = pc.coalesce(rows.text("status"), details.text("status", "failure|success", "metadata"))
    rows.skip(~has_any & (is_in(status, ("failure",)) | (successful == 0)), FAILED)
    is_call = pc.is_null(call).to_numpy(zero_copy_only=False) | is_in(call, CALLS)
    rows.reject(~has_any & is_call, PROMPT, "must be above 0, for the call is not estimated without tokens")
    rows.skip(~has_any, NO_MODEL)


def _input(prompt: Array, cached: Array, written: Array) -> Array:
    """All tokens of the prompt; in 2025, LiteLLM counted those written to the cache separately."""
    with_cached = including(prompt, [cached])
    wrote = np.nan_to_num(written)
    return with_cached + np.where(wrote > with_cached - np.nan_to_num(cached), wrote, 0.0)


def _daily(rows: Rows) -> Array:
    """Requests of a row: those of a daily sum, else 1."""
    successful, sent = rows.numbers("successful_requests"), rows.numbers("api_requests")
    counted = np.where(successful > 0, successful, sent)
    return np.where(counted > 0, counted, 1.0)


def _model(rows: Rows, details: "_Details", provider: pa.Array) -> pa.Array:
    """The model; at Azure, the one behind the name of a deployment if the record has it."""
    model = rows.text("model", "model_group")
    is_azure = pc.fill_null(pc.starts_with(provider, "azure"), False)
    behind = details.text("model_map_key", '[^"]+', "metadata", "model_map_information")
    return pc.if_else(is_azure, pc.coalesce(behind, model), model)


def _route(model: pa.Array) -> pa.Array:
    """The provider at the beginning of a model's name."""
    first = extract(model, "^(?P<found>[^/]+)/")
    return only_where(is_in(first, ROUTES), first)


def _task(call: pa.Array) -> pa.Array:
    task = pa.nulls(len(call), pa.string())
    for name, ours in TASKS.items():
        task = pc.coalesce(only_where(is_in(call, (name,)), pa.repeat(ours, len(call))), task)
    return task


class _Details:
    """Columns of JSON, in which values are found by the text of their key rather than by parsing each row."""

    def __init__(self, rows: Rows) -> None:
        self._columns = {name: nested_text(rows.column(name)) for name in rows.present(JSON)}
        self._none = pa.nulls(rows.count, pa.string())

    def count(self, *keys: str) -> Array:
        """The first number above 0 of several keys in each row; NaN if there is none."""
        return read_numbers(self._find(f'"(?:{"|".join(keys)})": *(?P<found>[1-9][0-9]*)', DETAILS)).values

    def text(self, key: str, value: str, *names: str) -> pa.Array:
        """The text of a key in the first column that has it, in each row; null if none has."""
        return self._find(f'"{key}": *"(?P<found>{value})"', names)

    def _find(self, pattern: str, names: Sequence[str]) -> pa.Array:
        found = (extract(self._columns[name], pattern) for name in names if name in self._columns)
        return pc.coalesce(*found, self._none)


LITELLM = Format(
    bill=Bill(billed="billed_usd", difference="cost_difference_usd"),
    name="litellm",
    title="LiteLLM's spend logs, payloads and daily sums",
    required=(("model", "model_group"), (PROMPT,), (COMPLETION,)),
    known=(
        *("model", "model_group", "custom_llm_provider", "api_base", "call_type", "status", "cache_hit"),
        *("startTime", "start_time", "date", PROMPT, COMPLETION, "spend", "response_cost", *JSON),
        *("cache_read_input_tokens", "cache_creation_input_tokens"),
        *("api_requests", "successful_requests"),
    ),
    translate=translate,
    personal=PERSONAL,
    unfold=unfold,
)
