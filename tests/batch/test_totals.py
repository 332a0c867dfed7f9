"""Totals are those of drawing every row, whatever parts a file has, and hold the truth as often as they promise."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from costsvc.batch.estimating import estimate
from costsvc.batch.plan import RESULTS, plan
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.batch.totals import totals
from costsvc.estimates.serving import compute_request, resolve_request
from costsvc.estimates.training import compute_run, resolve_run
from costsvc.model.uncertainty import Factor, percentiles, shift_by_sigma
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.schemas.reading import read_request
from costsvc.units import Array

ROWS = 2000
FLEETS = 100


def fleet(catalog: Catalog, rows: int = ROWS, seed: int = 1) -> pa.RecordBatch:
    """Jobs of two projects on machines and places that many share."""
    rng = np.random.default_rng(seed)
    machines, places = list(catalog.tables["accelerators"].rows)[:12], list(catalog.tables["regions"].rows)[:12]
    return pa.RecordBatch.from_pydict(
        {
            "project": [("vision", "text", None)[place] for place in rng.integers(0, 3, rows)],
            "accelerator": [machines[place] for place in rng.integers(0, len(machines), rows)],
            "region": [places[place] for place in rng.integers(0, len(places), rows)],
            "accelerators": rng.integers(1, 20, rows).astype(float),
            "hours": rng.lognormal(0, 2, rows),
        }
    )


def calls(rows: int = ROWS) -> pa.RecordBatch:
    """Requests of all lengths in all batches."""
    rng = np.random.default_rng(2)
    return pa.RecordBatch.from_pydict(
        {
            "accelerator": [("h100", "a100")[place] for place in rng.integers(0, 2, rows)],
            "model": [("llama-3.1-8b", "llama-3.1-70b")[place] for place in rng.integers(0, 2, rows)],
            "region": [("FRA", "POL", "USA")[place] for place in rng.integers(0, 3, rows)],
            "input_tokens": np.floor(rng.lognormal(6, 1.2, rows)) + 1,
            "output_tokens": np.floor(rng.lognormal(5, 1.2, rows)) + 2,
            "batch_size": np.floor(rng.lognormal(3, 1, rows)) + 1,
            "requests": rng.lognormal(3, 1, rows),
        }
    )


def drawn_rows(batch: pa.RecordBatch, kind: str, catalog: Catalog) -> Array:
    """The total of each result, by drawing every row; the central value first."""
    total = np.zeros((len(RESULTS), 257))
    for row in batch.to_pylist():
        request = read_request(kind, without_project(row), catalog)
        if isinstance(request, Serving):
            footprint = compute_request(resolve_request(request, catalog)).footprint.times(request.requests)
        else:
            footprint = compute_run(resolve_run(request, catalog)).footprint
        total += np.nan_to_num([np.broadcast_to(getattr(footprint, name), 257) for name in RESULTS.values()])
    return total


def summed(batches: Sequence[pa.RecordBatch], kind: str, catalog: Catalog, by: Sequence[str] = ()) -> pa.Table:
    templates, sums = Templates(catalog), Sums(by)
    for batch in batches:
        sums.merge(estimate(batch, plan(batch.schema, kind, by=by), templates).sums)
    return totals(sums, templates)


@pytest.mark.parametrize(("kind", "within"), [("training", 1e-12), ("inference", 1e-3)])
@pytest.mark.parametrize("rows", [ROWS, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_total_is_that_of_drawing_every_row(kind: str, within: float, rows: int, catalog: Catalog) -> None:
    batch = fleet(catalog, rows) if kind == "training" else calls(rows)
    (row,) = summed([batch], kind, catalog).to_pylist()
    draws = drawn_rows(batch, kind, catalog)
    lows, highs = percentiles(draws[:, 1:])
    for place, name in enumerate(RESULTS):
        if row[name] is not None:
            assert row[name] == pytest.approx(draws[place, 0], rel=1e-12)
            assert row[f"{name}_low"] == pytest.approx(min(lows[place], draws[place, 0]), rel=within)
            assert row[f"{name}_high"] == pytest.approx(max(highs[place], draws[place, 0]), rel=within)


@pytest.mark.parametrize("parts", [7, 64])
@pytest.mark.parametrize("kind", ["training", "inference"])
def test_parts_of_a_file_in_any_order_have_the_totals_of_the_whole(kind: str, parts: int, catalog: Catalog) -> None:
    whole, by = (fleet(catalog), ("project",)) if kind == "training" else (calls(), ("region",))
    edges = np.linspace(0, ROWS, parts + 1).astype(int)
    pieces = [whole.slice(first, last - first) for first, last in pairwise(edges)]
    shuffled = [pieces[place] for place in np.random.default_rng(parts).permutation(parts)]
    one, many = summed([whole], kind, catalog, by), summed(shuffled, kind, catalog, by)
    assert many.column_names == one.column_names
    for name in one.column_names:
        if name != "drivers":
            found, expected = many.column(name).to_pylist(), one.column(name).to_pylist()
            assert found == expected or found == pytest.approx(expected, rel=1e-12)


def test_groups_add_up_to_the_total(catalog: Catalog) -> None:
    templates, batch = Templates(catalog), fleet(catalog)
    sums = estimate(batch, plan(batch.schema, by=("project",)), templates).sums
    groups, (whole,) = totals(sums, templates).to_pylist(), totals(sums, templates, ()).to_pylist()
    assert [group["project"] for group in groups] == ["text", "vision", None]
    for name in ("rows", *(one for one in RESULTS if whole[one] is not None)):
        assert sum(group[name] for group in groups) == pytest.approx(whole[name], rel=1e-12)


def test_sums_are_the_same_after_they_were_rows(catalog: Catalog) -> None:
    templates, batch = Templates(catalog), calls()
    sums = estimate(batch, plan(batch.schema, "inference", by=("region",)), templates).sums
    elsewhere = Templates(catalog)
    read = Sums.from_table(sums.as_table(templates), ("region",), elsewhere)
    assert totals(read, elsewhere).to_pydict() == totals(sums, templates).to_pydict()


def truths(batch: pa.RecordBatch, catalog: Catalog) -> Array:
    """Energy of fleets in each of which every factor was drawn once, for all rows together."""
    requests = [read_request("training", without_project(row), catalog) for row in batch.to_pylist()]
    runs = [resolve_run(request, catalog) for request in requests if isinstance(request, TrainingRun)]
    found = []
    for number in range(FLEETS):
        rng, drawn = np.random.default_rng(number), dict[str, float]()

        def draw(factor: Factor, rng: np.random.Generator = rng, drawn: dict[str, float] = drawn) -> float:
            if factor.low == factor.high:
                return factor.value
            if factor.identity not in drawn:
                drawn[factor.identity] = shift_by_sigma(factor, rng.normal())
            return drawn[factor.identity]

        found.append(sum(float(compute_run(run, draw).footprint.energy_kwh) for run in runs))
    return np.array(found)


def without_project(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "project"}


def test_the_interval_of_a_total_holds_the_truth_as_often_as_it_promises(catalog: Catalog) -> None:
    batch = fleet(catalog, 300)
    (row,) = summed([batch], "training", catalog).to_pylist()
    truth = truths(batch, catalog)
    inside = (row["energy_kwh_low"] <= truth) & (truth <= row["energy_kwh_high"])
    assert 82 <= inside.sum() <= 97


def test_rows_taken_as_independent_would_not_hold_it(catalog: Catalog) -> None:
    batch = fleet(catalog, 300)
    found = estimate(batch, plan(batch.schema, intervals=True), Templates(catalog)).results.to_pydict()
    value, low, high = (np.array(found[f"energy_kwh{end}"]) for end in ("", "_low", "_high"))
    half = np.sqrt(((high - low) ** 2).sum()) / 2
    truth = truths(batch, catalog)
    assert (np.abs(truth - value.sum()) <= half).sum() < 82
