"""A file is answered as the API answers each of its rows."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest

from costsvc.batch.estimating import estimate
from costsvc.batch.plan import RESULTS, plan
from costsvc.batch.templates import Templates
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.web.registry import answer_request
from tests.batch.comparing import answered, body_of

ROWS = 300


def drawn(names: object, rng: np.random.Generator) -> list[str]:
    known = list(names)
    return [known[place] for place in rng.integers(0, len(known), ROWS)]


def some(values: np.ndarray, rng: np.random.Generator) -> list[float | None]:
    """Numbers of which some are missing."""
    return [None if rng.random() < 0.2 else float(value) for value in values]


def tokens(rng: np.random.Generator, mean: float) -> np.ndarray:
    """Lengths of any size, zero and one token included."""
    return np.where(rng.random(ROWS) < 0.1, rng.integers(0, 2, ROWS), np.floor(rng.lognormal(mean, 2, ROWS)))


def columns(case: str, catalog: Catalog) -> Mapping[str, object]:
    """Random rows of a kind."""
    rng = np.random.default_rng(len(case))
    table = {name: list(catalog.tables[name].rows) for name in ("accelerators", "regions", "instances", "models")}
    hours, regions = rng.lognormal(0, 3, ROWS), drawn(table["regions"], rng)
    accelerators = {"accelerator": drawn(table["accelerators"], rng), "region": regions}
    sold = drawn([key for key in catalog.tables["api_prices"].rows if key[2] == "standard"], rng)
    lengths = {"input_tokens": tokens(rng, 7), "output_tokens": tokens(rng, 5), "requests": rng.lognormal(3, 2, ROWS)}
    measured = drawn(["llama-3.1-8b", "llama-3.1-70b", "mixtral-8x7b", "gpt-oss-20b"], rng)
    batch = np.floor(rng.lognormal(3, 1, ROWS)) + 1
    watts, money = some(rng.uniform(0, 900, ROWS), rng), some(np.round(rng.lognormal(1, 1, ROWS), 2), rng)
    measured_place = {
        "pue": some(1 + rng.random(ROWS), rng),
        "wue_l_per_kwh": some(rng.random(ROWS), rng),
        "grid_g_per_kwh": some(np.floor(rng.uniform(0, 5, ROWS)) * 100, rng),
    }
    years, size = rng.integers(2020, 2027, ROWS), np.full(ROWS, 3.5)
    few = drawn(["h100", "a100", "l4", "2xh100", "a100 MIG 1g.5gb"], rng)
    return {
        "hours": {**accelerators, "hours": hours, "accelerators": rng.integers(1, 100, ROWS).astype(float)},
        "accelerator hours": {**accelerators, "accelerator_hours": hours, "workload": drawn(["llm", "vision"], rng)},
        "tokens": {**accelerators, "model": drawn(table["models"], rng), "training_tokens_b": hours},
        "tokens on some": {**accelerators, "total_params_b": hours, "training_tokens_b": hours, "accelerators": hours},
        "instances": {
            "instance": drawn(table["instances"], rng),
            "hours": hours,
            "year": years,
        },
        "measured energy": {"energy_kwh": hours, "region": regions},
        "measured servers": {"it_energy_kwh": hours, "region": regions, "pue": 1 + rng.random(ROWS)},
        "own prices": {**accelerators, "hours": hours, "pricing.kind": drawn(["owned", "spot", "on-demand"], rng)},
        "own figures": {
            **accelerators,
            **measured_place,
            "hours": hours,
            "accelerator_power_w": watts,
            "pricing.usd_per_accelerator_hour": money,
        },
        "own power of servers": {
            **accelerators,
            "hours": hours,
            "accelerator_power_w": watts,
            "it_power_w": watts[::-1],
        },
        "own hardware": {
            **accelerators,
            "hours": hours,
            "pricing.kind": ["owned"] * ROWS,
            "pricing.electricity_usd_per_kwh": [None if usd is None else usd / 10 for usd in money],
        },
        "text with own figures": {
            "accelerator": few,
            "model": measured,
            **lengths,
            **measured_place,
            "accelerator_power_w": watts,
        },
        "text of parts of a token": {
            "accelerator": few,
            "model": measured,
            "input_tokens": rng.integers(0, 9, ROWS) / 4,
            "output_tokens": rng.integers(0, 9, ROWS) / 4,
        },
        "text": {
            "accelerator": few,
            "model": measured,
            **lengths,
            "batch_size": batch,
        },
        "text without batch": {"accelerator": few, "model": measured, **lengths},
        "images": {
            "accelerator": few,
            "total_params_b": size,
            "task": ["image"] * ROWS,
            "requests": hours,
        },
        "hosted with own figures": {
            "provider": [key[0] for key in sold],
            "model": [key[1] for key in sold],
            **lengths,
            **measured_place,
        },
        "hosted": {"provider": [key[0] for key in sold], "model": [key[1] for key in sold], **lengths},
    }[case]


def alike(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("watts", [[600.0, 400.0, 300.0], [400.0, 600.0, 300.0]])
def test_a_refused_row_does_not_decide_about_the_next(watts: list[float], catalog: Catalog) -> None:
    jobs = {"accelerator": ["h100"] * 3, "hours": [1.0] * 3, "it_power_w": [500.0] * 3, "accelerator_power_w": watts}
    batch = pa.RecordBatch.from_pydict(jobs)
    found = estimate(batch, plan(batch.schema), Templates(catalog))
    assert [one.row for one in found.rejects] == [watts.index(600.0)]


def test_measured_figures_need_no_template_of_their_own(catalog: Catalog) -> None:
    columns = {"pue": 1.3, "accelerator_power_w": 500.0, "grid_g_per_kwh": 300.0, "pricing.usd_per_accelerator_hour": 2}
    rows = {name: like * np.linspace(1, 2, ROWS) for name, like in columns.items()}
    batch = pa.RecordBatch.from_pydict({"accelerator": ["h100"] * ROWS, "hours": np.ones(ROWS), **rows})
    templates = Templates(catalog)
    assert not estimate(batch, plan(batch.schema), templates).rejects
    assert len(templates.all) == 1


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("training", "hours"),
        ("training", "accelerator hours"),
        ("training", "tokens"),
        ("training", "tokens on some"),
        ("training", "instances"),
        ("training", "measured energy"),
        ("training", "measured servers"),
        ("training", "own prices"),
        ("training", "own figures"),
        ("training", "own power of servers"),
        ("training", "own hardware"),
        ("inference", "text"),
        ("inference", "text without batch"),
        ("inference", "text with own figures"),
        ("inference", "text of parts of a token"),
        ("inference", "hosted with own figures"),
        ("inference", "images"),
        ("inference", "hosted"),
    ],
)
def test_each_row_has_the_results_of_the_api(kind: str, case: str, catalog: Catalog) -> None:
    batch = pa.RecordBatch.from_pydict(dict(columns(case, catalog)))
    planned = plan(batch.schema, kind)
    found = estimate(batch, planned, Templates(catalog))
    rejected = {one.row for one in found.rejects}
    assert len(rejected) < ROWS / 2
    for place, (row, results) in enumerate(zip(batch.to_pylist(), found.results.to_pylist(), strict=True)):
        expected = answered(kind, row, catalog)
        assert (expected is None) == (place in rejected), row
        for name in RESULTS if expected else ():
            assert alike(results[planned.names[name]], expected[name]), (name, row)


@pytest.mark.parametrize("case", ["text", "hosted", "tokens"])
def test_a_row_has_the_same_results_and_ends_whatever_rows_are_with_it(case: str, catalog: Catalog) -> None:
    batch = pa.RecordBatch.from_pydict(dict(columns(case, catalog)))
    planned = plan(batch.schema, "training" if case == "tokens" else "inference", intervals=True)
    templates = Templates(catalog)
    parts = [estimate(batch.slice(first, 7), planned, templates).results for first in range(0, ROWS, 7)]
    whole = estimate(batch, planned, Templates(catalog)).results
    for name in (*RESULTS, *(f"{result}{end}" for result in RESULTS for end in ("_low", "_high"))):
        joined = pa.concat_arrays([part.column(name) for part in parts])
        assert all(map(alike, joined.to_pylist(), whole.column(name).to_pylist()))


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-1", "must be 0 or between 1e-09 and 1e+08 h, got -1.0"),
        ("1e400", 'must be 0 or a number between 1e-09 and 1e+08 h, got "1e400"'),
        ("nan", 'must be 0 or a number between 1e-09 and 1e+08 h, got "nan"'),
        ("inf", 'must be 0 or a number between 1e-09 and 1e+08 h, got "inf"'),
        ("two", 'must be 0 or a number between 1e-09 and 1e+08 h, got "two"'),
        ("1e9", "must be 0 or between 1e-09 and 1e+08 h, got 1000000000.0"),
    ],
)
def test_a_wrong_number_rejects_its_row_in_the_words_of_the_api(cell: str, reason: str, catalog: Catalog) -> None:
    batch = pa.RecordBatch.from_pydict({"accelerator": ["h100", "h100"], "time": ["1", cell]})
    found = estimate(batch, plan(batch.schema, "training", {"hours": "time"}), Templates(catalog))
    assert [(one.row, one.column, one.value, one.reason) for one in found.rejects] == [(1, "time", cell, reason)]
    assert found.results.column("energy_kwh").null_count == 1


def test_all_faults_of_a_row_are_listed(catalog: Catalog) -> None:
    batch = pa.RecordBatch.from_pydict({"accelerator": ["h1000"], "region": ["Atlantis"], "hours": [1.0]})
    found = estimate(batch, plan(batch.schema), Templates(catalog))
    assert {one.column for one in found.rejects} == {"accelerator", "region"}


@pytest.mark.parametrize(
    ("names", "options", "field"),
    [
        (["accelerator", "region"], {}, "accelerator_hours"),
        (["accelerator", "hours", "hours"], {}, "hours"),
        (["accelerator", "hours"], {"mapping": {"region": "place"}}, "region"),
        (["accelerator", "hours"], {"mapping": {"acelerator": "hours"}}, "acelerator"),
        (["accelerator", "hours"], {"by": ["project"]}, "project"),
        ([], {}, "accelerator_hours"),
    ],
)
def test_wrong_columns_are_refused_by_name(names: list[str], options: dict[str, object], field: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        plan(pa.schema([(name, pa.string()) for name in names]), **options)
    assert field in refused.value.problems


def test_a_misspelt_column_is_named(catalog: Catalog) -> None:
    found = plan(pa.schema([("acelerator", pa.string()), ("instance", pa.string()), ("hours", pa.string())]))
    assert found.warnings == ("Column acelerator is not used: did you mean accelerator?",)


@pytest.mark.parametrize(("kind", "case"), [("training", "hours"), ("training", "tokens"), ("inference", "text")])
def test_ends_of_rows_are_those_of_the_api(kind: str, case: str, catalog: Catalog) -> None:
    batch = pa.RecordBatch.from_pydict(dict(columns(case, catalog))).slice(0, 60)
    found = estimate(batch, plan(batch.schema, kind, intervals=True), Templates(catalog)).results.to_pylist()
    for row, results in zip(batch.to_pylist(), found, strict=True):
        if results["template"] is not None:
            energy = answer_request(f"/v1/estimates/{kind}", body_of(row), catalog)["energy_kwh"]  # type: ignore[typeddict-item] # an estimate
            ends = [results["energy_kwh_low"], results["energy_kwh_high"]]
            assert ends == pytest.approx([energy["low"], energy["high"]], rel=1e-12, abs=0)
