"""What serving leaves open on sources that no fit has seen, engine by engine."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from costsvc.estimates.serving import estimate_serving
from costsvc.evidence import fit_engines
from costsvc.evidence.cases import with_tables
from costsvc.evidence.fit_engines import NAME, Misses, engine_rows
from costsvc.evidence.validate_readings import reading_cases
from costsvc.reference.table import Table
from costsvc.requests.workloads import Engine


@pytest.fixture(scope="module")
def neutral(catalog):
    """The tables before engines were fitted."""
    table = catalog.tables["serving_fit"]
    rows = {key: row for key, row in table.rows.items() if key not in {(NAME, scope) for scope in get_args(Engine)}}
    one = {"value": 1.0, "low": 1.0, "high": 1.0}
    rows |= {(NAME, "*"): {**table.rows[NAME, "*"], **one}}
    return with_tables(catalog, {"serving_fit": Table(table.name, table.key, rows)})


def made(engine, errors, own=0.1):
    count = len(errors)
    return Misses(
        slowness=np.array(errors),
        half_width=np.full(count, own),
        source=[str(n) for n in range(count)],
        engine=[engine] * count,
    )


def test_the_table_is_what_the_readings_ask_for(catalog, neutral):
    for row in engine_rows(fit_engines.misses(neutral)):
        kept = catalog.tables["serving_fit"].rows[NAME, row.scope]
        assert (row.value, row.low, row.high) == pytest.approx((kept["value"], kept["low"], kept["high"]), rel=1e-4)


def test_nine_tenths_of_the_publishers_votes_lie_inside_the_answers(catalog):
    """The interval of an engine that was not given, on readings of every engine."""
    votes = {}
    for row in catalog.tables["serving_readings"].rows.values():
        if not fit_engines.is_current(row):
            continue
        answer = estimate_serving(replace(fit_engines.request_of(row), engine=None), catalog)
        joules = row["quantity"].startswith("accelerator")
        found = answer["per_output_token"]["accelerator_energy_j"] if joules else answer[row["quantity"]]
        votes.setdefault(row["source_id"], []).append(found["low"] <= row["value"] <= found["high"])
    assert len(votes) > 30
    assert np.mean([np.mean(inside) for inside in votes.values()]) > 0.85


def test_every_engine_has_a_row_and_so_has_one_that_was_not_given(catalog):
    scopes = {scope for name, scope in catalog.tables["serving_fit"].rows if name == NAME}
    assert scopes == {"*", *get_args(Engine)}


def test_an_engine_is_as_slow_as_its_publishers_measure_drawn_towards_no_difference():
    rows = {row.scope: row for row in engine_rows(made("vllm", [0.5] * 8))}
    assert rows["vllm"].value == pytest.approx(math.exp(0.5 * 8 / (8 + fit_engines.PULL)), rel=1e-5)
    assert rows["*"].value == 1
    # one that nobody measured is as wide as all together
    assert rows["sglang"].high == pytest.approx(rows["*"].high)


def test_readings_that_scatter_more_widen_the_interval():
    narrow, wide = (engine_rows(made("vllm", [size, -size] * 6))[0] for size in (0.2, 0.6))
    assert wide.high > narrow.high > 1


def test_readings_are_held_against_engines_fitted_without_their_publisher(catalog):
    cases = list(reading_cases(catalog))
    current = [row for row in catalog.tables["serving_readings"].rows.values() if fit_engines.is_current(row)]
    assert {one.id for one in cases} == {row["reading_id"] for row in current}
    assert {one.kind for one in cases} == {
        "another source: tokens per second, engine given",
        "another source: joules per token, engine given",
        "another source: seconds to the first token",
        "another source: seconds to read a prompt of 16k tokens or more",
    }
    assert all(one.low <= one.value <= one.high for one in cases)
    assert len({one.source for one in cases}) > 30
