"""Compares serving readings with estimates whose fit excludes their publisher."""

from collections.abc import Iterator

from costsvc.evidence.fits.engines import JOULES, READINGS, estimate_of, is_current
from costsvc.evidence.validation.comparisons import Comparison
from costsvc.evidence.validation.cross_validation.engines import EngineCrossValidation
from costsvc.reference.catalog import Catalog
from costsvc.reference.scoreboard import ANOTHER
from costsvc.reference.table import Row

LONG_PROMPT = 16_000
KINDS = {
    "throughput_tokens_per_s": "tokens per second, engine given",
    JOULES: "joules per token, engine given",
    "latency_s": "seconds to the first token",
}
PREFILL = "seconds to read a prompt of 16k tokens or more"


def reading_comparisons(catalog: Catalog) -> Iterator[Comparison]:
    """Compare the readings of table serving_readings with estimates fitted without their publisher.

    Args:
        catalog: The tables.

    Yields:
        One comparison per reading of current software.
    """
    current = [row for row in catalog.tables[READINGS].rows.values() if is_current(row)]
    cross_validation = EngineCrossValidation(catalog=catalog)
    for source in dict.fromkeys(row["source_id"] for row in current):
        tables = cross_validation.publishers({source})
        yield from (compare_reading(row, tables) for row in current if row["source_id"] == source)


def compare_reading(row: Row, catalog: Catalog) -> Comparison:
    """Compare a reading with its estimate.

    Args:
        row: A row of table serving_readings.
        catalog: The tables.
    """
    quantity = estimate_of(row, catalog)
    is_prefill = row["quantity"] == "latency_s" and row["input_tokens"] >= LONG_PROMPT
    return Comparison(
        kind=ANOTHER + (PREFILL if is_prefill else KINDS[row["quantity"]]),
        id=row["reading_id"],
        value=quantity["value"],
        low=quantity["low"],
        high=quantity["high"],
        published=row["value"],
        source=row["source_id"],
    )
