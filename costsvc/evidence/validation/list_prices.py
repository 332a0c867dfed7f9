"""Compares amounts of calls to hosted models, by published prices, with what the price table gives."""

from collections.abc import Iterator
from pathlib import Path

from costsvc.errors import CostsvcError
from costsvc.evidence.estimating import Plain
from costsvc.evidence.validation.comparisons import Comparison, Unanswered, compare, published_rows
from costsvc.evidence.validation.provenance import Row
from costsvc.evidence.validation.unseen_sources import Answerer
from costsvc.reference.catalog import Catalog
from costsvc.reference.hosted_scoreboard import PRICES

FACTS = Path(__file__).with_name("price_facts.csv")
PATH = "/v1/estimates/inference"
FRESH, CACHED, WRITTEN, LEAVING = PARTS = (
    *("fresh_input_tokens", "cached_input_tokens", "cache_write_tokens"),
    "output_tokens",
)
COLUMNS = ("id", "provider", "model", "processing", "date", "requests", *PARTS, "usd", "source", "locator")


def price_comparisons(
    catalog: Catalog, answer_request: Answerer, facts: Path = FACTS
) -> Iterator[Comparison | Unanswered]:
    """Compare the published amounts of calls.

    Args:
        catalog: The tables.
        answer_request: Answers a request.
        facts: File of the amounts, with the tokens of all calls together.
    """
    for row in published_rows(facts, COLUMNS):
        try:
            usd = answer_request(PATH, request_of(row), catalog)["cost"]["api_usd"]
            yield compare(PRICES, row, usd, float(row["usd"]))
        except CostsvcError as error:
            yield Unanswered(kind=PRICES, id=row["id"], source=row["source"], why=str(error))


def request_of(row: Row) -> Plain:
    """The request of a published amount.

    Args:
        row: The published row.
    """
    requests = float(row["requests"])
    tokens = {part: float(row[part]) / requests for part in PARTS}
    fixed: Plain = {name: row[name] for name in ("provider", "model", "processing", "date")}
    parts = {part: tokens[part] for part in (CACHED, WRITTEN) if tokens[part]}
    return {
        **fixed,
        **parts,
        "requests": requests,
        "input_tokens": tokens[FRESH] + tokens[CACHED] + tokens[WRITTEN],
        "output_tokens": tokens[LEAVING],
    }
