"""Readings of serving by other publishers, each predicted without what its own publisher measured."""

from collections.abc import Iterator

from costsvc.evidence.cases import ANOTHER, Case
from costsvc.evidence.fit_engines import JOULES, READINGS, estimate_of, is_current
from costsvc.evidence.leave_out_engines import LeavePublisherOut
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row

LONG_PROMPT = 16_000
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
    current = [row for row in catalog.tables[READINGS].rows.values() if is_current(row)]
    leave_out = LeavePublisherOut(catalog=catalog)
    for source in dict.fromkeys(row["source_id"] for row in current):
        tables = leave_out.publishers({source})
        yield from (reading_case(row, tables) for row in current if row["source_id"] == source)


def reading_case(row: Row, catalog: Catalog) -> Case:
    """A reading beside its estimate.

    Args:
        row: A row of table serving_readings.
        catalog: The tables.
    """
    quantity = estimate_of(row, catalog)
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
