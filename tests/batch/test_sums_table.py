"""Sums as a table, which another process reads."""

import json

import numpy as np
import pyarrow as pa
import pytest

from costsvc.batch.estimating import estimate
from costsvc.batch.plan import plan
from costsvc.batch.sums import BLOCK, SCHEMA, Sums
from costsvc.batch.templates import Templates
from costsvc.batch.totals import totals
from costsvc.reference.catalog import Catalog
from tests.batch.comparing import assert_same

TRAINING = pa.record_batch(
    {
        "accelerator": ["H100 SXM", "T4", "H100 SXM", "A100 80GB"],
        "accelerator_hours": [12.0, 3.5, 400.0, 1e4],
        "region": ["eu-west-1", "SE", "eu-west-1", "us-east-1"],
        "team": ["a", None, "b", "a"],
    }
)
INFERENCE = pa.record_batch(
    {
        "model": ["llama-3.1-8b"] * 4,
        "input_tokens": [100, 2_000, 100, 30_000],
        "output_tokens": [10, 500, 999, 20],
        "team": ["a", "a", 'quoted "b"', None],
    }
)


def read_elsewhere(sums: Sums, templates: Templates) -> tuple[Sums, Templates]:
    """The sums as another process has them, which knows other templates already."""
    other = Templates(templates.catalog)
    table = sums.as_table(templates)
    for text in reversed(table["template"].to_pylist()):
        other.read(text)
    return Sums.from_table(table, sums.by, other), other


@pytest.mark.parametrize(
    ("batch", "kind", "by"),
    [
        (TRAINING, "training", ()),
        (TRAINING, "training", ("team",)),
        (TRAINING, "training", ("team", "region")),
        (INFERENCE, "inference", ("team",)),
    ],
    ids=["one group", "a group without a name", "two columns", "numbers that vary"],
)
def test_sums_that_travel_have_the_same_totals(batch, kind, by, catalog: Catalog):
    templates = Templates(catalog)
    sums = estimate(batch, plan(batch.schema, kind, by=by), templates).sums
    assert_same(totals(*read_elsewhere(sums, templates)), totals(sums, templates))


def test_tables_of_parts_are_added_up(catalog: Catalog):
    templates = Templates(catalog)
    planned = plan(TRAINING.schema, by=["team"])
    parts = [estimate(TRAINING.slice(place, 1), planned, templates).sums.as_table(templates) for place in range(4)]
    whole = Sums.from_table(pa.concat_tables([*parts, *parts]), ["team"], templates)
    table = totals(whole, templates)
    assert dict(zip(table["team"].to_pylist(), table["rows"].to_pylist(), strict=True)) == {None: 2, "a": 4, "b": 2}


def test_sums_of_nothing_are_a_table_without_rows(catalog: Catalog):
    table = Sums(["team"]).as_table(Templates(catalog))
    assert table.schema == SCHEMA
    assert table.num_rows == 0
    assert list(Sums.from_table(table, ["team"], Templates(catalog)).points()) == []


def test_a_table_longer_than_a_block_has_all_entries(catalog: Catalog):
    templates = Templates(catalog)
    one = estimate(TRAINING.slice(0, 1), plan(TRAINING.schema), templates)
    rows = BLOCK + 3
    sums = Sums(["job"])
    labels = {"job": pa.array(map(str, range(rows)))}
    sums.add(labels, np.full(rows, one.results["template"][0].as_py()), np.arange(rows, dtype=float), None, {})
    table = sums.as_table(templates)
    assert table.num_rows == rows
    assert {json.loads(text)[0] for text in table["group"].to_pylist()} == set(labels["job"].to_pylist())
    (back,) = Sums.from_table(table, ["job"], templates).points()
    assert back.activity.sum() == np.arange(rows).sum()
