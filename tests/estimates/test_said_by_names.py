"""A field that repeats what a name says changes no answer, for names of every tool and product of the corpus."""

import csv
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest

from costsvc.errors import BadRequestError

SPELLINGS = Path(__file__).parents[1] / "reference" / "names" / "spellings.csv"
OF_EACH = 2
"""Names of each tool, product or document: they are written by the same rule."""


def spellings(kind: str, column: str) -> list[tuple[str, str]]:
    """Some names of each origin that say something besides, and what they say."""
    with SPELLINGS.open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["kind"] == kind and row[column]]
    by_origin = groupby(sorted(rows, key=itemgetter("seen_in", "spelling")), itemgetter("seen_in"))
    chosen = [row for _, same in by_origin for row in list(same)[:OF_EACH]]
    return [(row["spelling"], row[column]) for row in chosen]


def body(name: str) -> dict[str, object]:
    return {"accelerator": name, "hours": 10, "region": "USA"}


@pytest.mark.parametrize(("name", "accelerators"), spellings("accelerator", "accelerators"))
def test_the_number_of_accelerators_in_a_name_may_be_given_too(train, name, accelerators):
    assert train(body(name)) == train({**body(name), "accelerators": float(accelerators)})


@pytest.mark.parametrize(("name", "accelerators"), spellings("accelerator", "accelerators"))
def test_another_number_of_accelerators_than_that_in_a_name_is_refused(train, name, accelerators):
    with pytest.raises(BadRequestError, match="names"):
        train({**body(name), "accelerators": float(accelerators) + 0.5})


@pytest.mark.parametrize(("name", "precision"), spellings("model", "precision"))
def test_the_precision_in_a_name_may_be_given_too(serve, name, precision):
    load = {"model": name, "accelerator": "h200", "accelerators": 8, "region": "USA", "input_tokens": 500}
    assert serve(load) == serve({**load, "precision": precision})
