"""Spans of OpenTelemetry's conventions for generative AI: each call of a model as a request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.formats.documents import as_text
from costsvc.batch.formats.format import Document, Format, Row, Translated
from costsvc.batch.formats.rows import Mask, Rows, is_in, only_where
from costsvc.batch.formats.usage import Usage, has_tokens, hosted, including, processing, region_of, usage_part
from costsvc.errors import BadRequestError

OPERATION = ("gen_ai.operation.name", "llm.request.type")
PROVIDER = ("gen_ai.provider.name", "gen_ai.system")
MODEL = ("gen_ai.response.model", "gen_ai.request.model")
INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
CACHED = (
    *("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    *("gen_ai.usage.cache_read_tokens", "gen_ai.usage.cached_input_tokens", "gen_ai.usage.input_tokens.cached"),
    *("gen_ai.usage.cached_tokens", "gen_ai.usage.input_cached_tokens"),
    *("gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_read_input_tokens"),
)
WRITTEN = (
    *("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
    *("gen_ai.usage.cache_creation_tokens", "gen_ai.usage.cache_write.input_tokens"),
    *("gen_ai.usage.cache_write_input_tokens", "gen_ai.usage.input_tokens.cache_write"),
    *("gen_ai.usage.details.cache_write_tokens", "gen_ai.usage.details.cache_creation_input_tokens"),
)
REASONING = (
    *("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"),
    *("gen_ai.usage.output_tokens.reasoning", "gen_ai.usage.details.reasoning_tokens"),
)
TIER = (
    *("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
    *("openai.request.service_tier", "gen_ai.openai.request.service_tier"),
)
ADDRESS = ("server.address",)
START = (
    *("startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime", "start_timestamp"),
    *("Timestamp", "timestamp"),
)
SPAN = ("spanId", "span_id", "SpanId")
PARENT = ("parentSpanId", "parent_span_id", "ParentSpanId", "parent_id")
ERROR = ("error.type",)
STATUS = ("statusCode", "status_code", "StatusCode")
FAILURES = ("2", "error", "status_code_error")
"""How exporters write that a span ended with an error, in lower case."""
USED = (*OPERATION, *PROVIDER, *MODEL, *INPUT, *OUTPUT, *CACHED, *WRITTEN, *REASONING, *TIER, *ADDRESS, *ERROR)
"""Attributes of a span that are used."""
CONTAINERS = ("attributes", "SpanAttributes", "span_attributes", "Attributes")
"""Columns in which a table may have all attributes."""
AROUND = ("invoke_agent", "create_agent", "invoke_workflow", "execute_tool", "plan")
"""Operations around calls of models."""
NO_CALL = (
    *("retrieval", "create_memory", "create_memory_store", "delete_memory", "delete_memory_store"),
    *("search_memory", "update_memory", "upsert_memory"),
)
EMBEDDINGS = ("embeddings", "embedding")
AGENT = "agent, workflow or tool; its calls of models are spans of their own"
REPEATS = "repeats the tokens of a span inside it"
FAILED = "failed without tokens"
NO_MODEL = "not a call of a model"
PERSONAL = (
    *("enduser.id", "enduser.pseudo.id", "user.id", "user.email", "user.name", "user.full_name", "user.hash"),
    *("client.address", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    *("gen_ai.prompt", "gen_ai.completion", *CONTAINERS),
)


def translate(batch: pa.RecordBatch) -> Translated:
    """Read spans.

    Args:
        batch: Spans with their attributes as columns, or in a column of maps or of named fields.
    """
    rows = Rows(_with_attributes(batch))
    given, output = rows.numbers(*INPUT), rows.numbers(*OUTPUT)
    cached, written, reasoning = (rows.numbers(*names) for names in (CACHED, WRITTEN, REASONING))
    operation, model = pc.utf8_lower(rows.text(*OPERATION)), rows.text(*MODEL)
    has_any = has_tokens(given, output, cached, written)
    rows.skip(is_in(operation, AROUND), AGENT)
    rows.skip(is_in(operation, NO_CALL), NO_MODEL)
    rows.skip(~has_any & pc.is_null(model).to_numpy(zero_copy_only=False), NO_MODEL)
    task = only_where(is_in(operation, EMBEDDINGS), pa.repeat("embedding", rows.count))
    rows.skip(_repeats(rows, has_any, task), REPEATS)
    rows.skip(~has_any & _failed(rows), FAILED)
    rows.reject(~has_any, INPUT[0], "must be above 0, for a call is not estimated without tokens")
    usage = Usage(
        names={
            "provider": hosted(rows.text(*PROVIDER)),
            "model": model,
            "task": task,
            "processing": processing(rows.text(*TIER)),
            "region": region_of(rows.text(*ADDRESS)),
            "date": rows.days(*START),
        },
        input=including(given, [cached, written]),
        cached=cached,
        written=written,
        output=including(output, [reasoning]),
        reasoning=reasoning,
        requests=np.ones(rows.count),
    )
    sources = {
        "provider": PROVIDER,
        "model": MODEL,
        "task": OPERATION,
        "processing": TIER,
        "region": ADDRESS,
        "date": START,
        "input_tokens": INPUT,
        "cached_input_tokens": CACHED,
        "cache_write_tokens": WRITTEN,
        "output_tokens": OUTPUT,
        "reasoning_tokens": REASONING,
    }
    columns = {name: next(iter(rows.present(names)), names[0]) for name, names in sources.items()}
    return rows.translated([usage_part(usage, rows.left, columns)])


def _failed(rows: Rows) -> Mask:
    has_error: Mask = pc.is_valid(rows.text(*ERROR)).to_numpy(zero_copy_only=False)
    return has_error | is_in(pc.utf8_lower(rows.text(*STATUS)), FAILURES)


def _repeats(rows: Rows, has_any: Mask, task: pa.Array) -> Mask:
    """Calls around calls of the same task: a framework and its client both write spans of the same tokens."""
    kind = pc.fill_null(task, "text")
    spans = pc.binary_join_element_wise(rows.text(*SPAN), kind, " ")
    parents = pc.binary_join_element_wise(only_where(rows.remains & has_any, rows.text(*PARENT)), kind, " ")
    found: Mask = pc.is_in(spans, value_set=parents.drop_null()).to_numpy(zero_copy_only=False)
    return found


def _with_attributes(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch with the attributes that are used as columns of their own."""
    columns = {name: batch.column(name) for name in batch.schema.names}
    for container in CONTAINERS:
        if container in columns and columns[container].null_count < batch.num_rows:
            columns = {**_attributes(container, columns[container]), **columns}
    return pa.RecordBatch.from_pydict(columns)


def _attributes(name: str, column: pa.Array) -> dict[str, pa.Array]:
    if pa.types.is_map(column.type):
        return {name: pc.map_lookup(column, name, "first") for name in USED}
    if pa.types.is_struct(column.type):
        present = {column.type.field(place).name for place in range(column.type.num_fields)}
        return {name: pc.struct_field(column, [name]) for name in USED if name in present}
    raise BadRequestError({name: f"must be a map or have named fields, not {column.type}; export them as columns"})


def unfold(document: Document) -> Sequence[Row]:
    """The spans of a document: of an export in OTLP's JSON, or a span by itself.

    Args:
        document: The document.
    """
    blocks = document.get("resourceSpans", document.get("resource_spans"))
    if blocks is None:
        resource = _mapping(document.get("resource"))
        return [] if "resourceMetrics" in document or "resourceLogs" in document else [_row(document, resource)]
    return [
        _row(span, _mapping(block.get("resource")))
        for block in _mappings(blocks)
        for scope in _mappings(block.get("scopeSpans", block.get("scope_spans")))
        for span in _mappings(scope.get("spans"))
    ]


def _row(span: Mapping[str, object], resource: Mapping[str, object]) -> Row:
    """A span's attributes and those of its resource, with its own fields that are single values."""
    cells = {
        **dict(_pairs(resource.get("attributes"))),
        **dict(_pairs(span.get("attributes"))),
        **_mapping(span.get("context")),
        **{name: value for name, value in span.items() if not isinstance(value, (dict, list))},
    }
    status = _mapping(span.get("status"))
    cells[STATUS[0]] = status.get("code", status.get("status_code"))
    return {name: as_text(value) for name, value in cells.items()}


def _pairs(attributes: object) -> Iterator[tuple[str, object]]:
    """Attributes as OTLP writes them, a list of keys and typed values, or as other exporters do, by name."""
    yield from _mapping(attributes).items()
    for one in _mappings(attributes):
        yield str(one.get("key")), next(iter(_mapping(one.get("value")).values()), None)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> Iterable[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


OTEL = Format(
    name="otel",
    title="OpenTelemetry's spans of generative AI",
    required=((*MODEL, *CONTAINERS), (*INPUT, *CONTAINERS)),
    known=(*USED, *START, *SPAN, *PARENT, *STATUS, *CONTAINERS),
    translate=translate,
    personal=PERSONAL,
    unfold=unfold,
)
