"""Readings of serving by other publishers, each predicted without what its own publisher measured."""

from collections.abc import Iterator

from costsvc.estimates.inference import inference
from costsvc.evidence.cases import ANOTHER, Case, with_tables
from costsvc.evidence.fit_engines import (
    CONSTANTS,
    NAME,
    NEUTRAL,
    READINGS,
    SCOPES,
    engine_rows,
    is_current,
    misses,
    request_of,
)
from costsvc.evidence.serving_assumptions import Row as Constant
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Key, Row, Table

LONG_PROMPT = 16_000
JOULES = "accelerator_energy_j_per_output_token"
KINDS = {
    "throughput_tokens_per_s": "tokens per second, engine given",
    JOULES: "joules per token, engine given",
    "latency_s": "seconds to the first token",
}
PREFILL = "seconds to read a prompt of 16k tokens or more"


def reading_cases(catalog: Catalog) -> Iterator[Case]:
    """Hold the readings of table serving_readings against answers whose engines were fitted without their publisher.

    Args:
        catalog: The tables.

    Yields:
        One case per reading of current software.
    """
    found = misses(_with(catalog, [NEUTRAL]))
    for source in dict.fromkeys(found.source):
        tables = _with(catalog, engine_rows(found.without(source)))
        rows = [row for row in catalog.tables[READINGS].rows.values() if row["source_id"] == source and is_current(row)]
        yield from (_case(row, tables) for row in rows)


def _case(row: Row, catalog: Catalog) -> Case:
    answer = inference(request_of(row), catalog)
    per_token = row["quantity"] == JOULES
    quantity = answer["per_output_token"]["accelerator_energy_j"] if per_token else answer[row["quantity"]]
    is_prefill = row["quantity"] == "latency_s" and row["input_tokens"] >= LONG_PROMPT
    return Case(
        kind=ANOTHER + (PREFILL if is_prefill else KINDS[row["quantity"]]),
        id=row["reading_id"],
        value=quantity["value"],
        low=quantity["low"],
        high=quantity["high"],
        published=row["value"],
        source=row["source_id"],
    )


def _with(catalog: Catalog, rows: list[Constant]) -> Catalog:
    """The tables with other rows for engines."""
    table = catalog.tables[CONSTANTS]
    found: dict[Key, Row] = dict(table.rows)
    for scope in SCOPES:
        del found[NAME, scope]
    for row in rows:
        found[NAME, row.scope] = {**table.rows[NAME, row.scope], **row._asdict()}
    return with_tables(catalog, {CONSTANTS: Table(table.name, table.key, found)})
