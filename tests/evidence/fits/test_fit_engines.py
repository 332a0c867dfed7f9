"""What serving leaves open on sources that no fit has seen, engine by engine."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from costsvc.estimates.serving import estimate_serving
from costsvc.evidence.fits import engines as fit_engines
from costsvc.evidence.fits.engines import NAME, Misses, engine_rows
from costsvc.evidence.validation.comparisons import with_tables
from costsvc.evidence.validation.readings import reading_comparisons
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
    for row in engine_rows(fit_engines.misses(neutral), fit_engines.misses(neutral, engine_given=False)):
        kept = catalog.tables["serving_fit"].rows[NAME, row.scope]
        assert (row.value, row.low, row.high) == pytest.approx((kept["value"], kept["low"], kept["high"]), rel=1e-4)


def test_nine_tenths_of_the_publishers_votes_lie_inside_the_answers(catalog):
    """The interval of an engine that was not given, on readings of every server."""
    votes = {}
    for row in catalog.tables["serving_readings"].rows.values():
        if not fit_engines.is_current(row) or row["engine"] in fit_engines.LIBRARIES:
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
    missed = made("vllm", [0.5] * 8)
    rows = {row.scope: row for row in engine_rows(missed, missed)}
    assert rows["vllm"].value == pytest.approx(math.exp(0.5 * 8 / (8 + fit_engines.PULL)), rel=1e-5)
    assert rows["*"].value == 1
    # one that nobody measured is as wide as all together
    assert rows["sglang"].high == pytest.approx(rows["*"].high)


def test_readings_that_scatter_more_widen_the_interval():
    narrow, wide = (made("vllm", [size, -size] * 6) for size in (0.2, 0.6))
    for number in range(2):
        assert engine_rows(wide, wide)[number].high > engine_rows(narrow, narrow)[number].high > 1


def test_an_engine_that_was_not_given_is_fitted_to_answers_without_one():
    given, left_out = made("vllm", [0.2, -0.2] * 6), made("vllm", [0.6, -0.6] * 6)
    rows = {row.scope: row for row in engine_rows(given, left_out)}
    assert rows["*"].high == pytest.approx(math.exp(math.sqrt(0.6**2 - 0.1**2)), rel=1e-5)
    assert rows["*"].high > rows["vllm"].high / rows["vllm"].value


def test_an_engine_that_was_not_given_is_a_server():
    servers, library = [0.2, -0.2] * 6, [2.0, -2.0] * 6
    missed = Misses(
        slowness=np.array(servers + library),
        half_width=np.full(24, 0.1),
        source=[str(n) for n in range(24)],
        engine=["vllm"] * 12 + ["transformers"] * 12,
    )
    alone = engine_rows(made("vllm", servers), made("vllm", servers))
    rows = engine_rows(missed, missed)
    assert [row[:7] for row in rows[:2]] == [row[:7] for row in alone[:2]]
    (one,) = (row for row in rows if row.scope == "transformers")
    assert one.high > rows[0].high


def test_stating_a_server_does_not_widen_the_interval(catalog):
    rows = {scope: row for (name, scope), row in catalog.tables["serving_fit"].rows.items() if name == NAME}
    servers = [rows[engine] for engine in get_args(Engine) if engine not in fit_engines.LIBRARIES]
    assert all(row["high"] / row["value"] <= rows["*"]["high"] * 1.00001 for row in servers)


def test_readings_are_held_against_engines_fitted_without_their_publisher(catalog):
    comparisons = list(reading_comparisons(catalog))
    current = [row for row in catalog.tables["serving_readings"].rows.values() if fit_engines.is_current(row)]
    assert {one.id for one in comparisons} == {row["reading_id"] for row in current}
    assert {one.kind for one in comparisons} == {
        "another source: tokens per second, engine given",
        "another source: joules per token, engine given",
        "another source: seconds to the first token",
        "another source: seconds to read a prompt of 16k tokens or more",
    }
    assert all(one.low <= one.value <= one.high for one in comparisons)
    assert len({one.source for one in comparisons}) > 30
