"""Compares published footprints of prompts of unpublished length with estimates over a range of lengths."""

import math
from collections.abc import Iterator
from pathlib import Path

from costsvc.evidence.estimating import Plain
from costsvc.evidence.validation.comparisons import Comparison, published_rows
from costsvc.evidence.validation.provenance import Row
from costsvc.evidence.validation.unseen_sources import Answerer, at_pointer
from costsvc.reference.catalog import Catalog
from costsvc.reference.hosted_scoreboard import PROMPTS

FACTS = Path(__file__).with_name("prompt_facts.csv")
PATH = "/v1/estimates/inference"
SIDES = ("input", "output")
COLUMNS = (
    *("id", "provider", "model", "total_params_b", "date", "answer_pointer", "published", "unit", "source"),
    *(f"{side}_tokens_{end}" for side in SIDES for end in ("low", "high")),
)
PER_UNIT = 1000.0
"""Wh, g and mL per kWh, kg and L."""


def prompt_comparisons(catalog: Catalog, answer_request: Answerer, facts: Path = FACTS) -> Iterator[Comparison]:
    """Compare the published footprints of prompts.

    The estimate is that of the middle of the assumed range of tokens; its interval reaches from the lower end for the
    shortest prompt and reply to the upper end for the longest.

    Args:
        catalog: The tables.
        answer_request: Answers a request.
        facts: File of the published figures, in Wh, g or mL.
    """
    for row in published_rows(facts, COLUMNS):
        short, middle, long = (answer_request(PATH, body, catalog) for body in requests(row))
        low, value, high = (
            at_pointer(answer, row["answer_pointer"])[end] * PER_UNIT
            for answer, end in ((short, "low"), (middle, "value"), (long, "high"))
        )
        yield Comparison(
            kind=PROMPTS,
            id=row["id"],
            value=value,
            low=low,
            high=high,
            published=float(row["published"]),
            source=row["source"],
        )


def requests(row: Row) -> tuple[Plain, Plain, Plain]:
    """The requests for the shortest prompt and reply, those in the middle, and the longest.

    Args:
        row: The published row.
    """
    size = {"total_params_b": float(row["total_params_b"])} if row["total_params_b"] else {}
    fixed: Plain = {**{name: row[name] for name in ("provider", "model", "date")}, **size}
    ends = {side: [float(row[f"{side}_tokens_{end}"]) for end in ("low", "high")] for side in SIDES}
    lengths = {side: (low, math.sqrt(low * high), high) for side, (low, high) in ends.items()}
    short, middle, long = (
        {**fixed, **{f"{side}_tokens": tokens[place] for side, tokens in lengths.items()}} for place in range(3)
    )
    return short, middle, long
