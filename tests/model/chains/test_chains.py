"""Chains give the same results on floats, draws, columns, columns of draws and traced numbers."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.inputs import central, decisive, stack, take, traced
from costsvc.model.uncertainty import central_value, sample
from tests.model.chains.workloads import ROWS, leaves, resolve, row_of, serving, training

NUMBERS = {"values": central, "draws": sample}
KINDS = [pytest.param(rows, id=kind) for kind, rows in ROWS.items()]


def same(found, expected):
    return np.allclose(found, expected, rtol=1e-12, atol=0, equal_nan=True)


def held(rows, catalog, number):
    """Each row alone, and all of them as columns, through their chain."""
    resolved = [resolve(row, catalog) for row in rows]
    chain = resolved[0][2]
    inputs = [(one.numbers(number), around.numbers(number)) for one, around, _ in resolved]
    columns = tuple(stack(side) for side in zip(*inputs, strict=True))
    return [chain(*one) for one in inputs], chain(*columns)


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("rows", KINDS)
def test_rows_give_the_results_of_each_row_alone(catalog, rows, number):
    alone, together = held(rows, catalog, number)
    columns = leaves(together)
    for row, one in enumerate(alone):
        wrong = [name for name, value in leaves(one).items() if not same(row_of(columns[name], row), value)]
        assert wrong == []


@pytest.mark.parametrize("rows", KINDS)
def test_the_first_draw_is_the_central_value(catalog, rows):
    for row in rows:
        inputs, around, chain = resolve(row, catalog)
        drawn, values = (leaves(chain(inputs.numbers(how), around.numbers(how))) for how in (sample, central))
        assert [name for name in values if not same(np.ravel(drawn[name])[0], values[name])] == []


@pytest.mark.parametrize("rows", KINDS)
def test_traced_numbers_are_the_central_values(catalog, rows):
    inputs, around, chain = resolve(rows[0], catalog)
    found, values = (leaves(chain(inputs.numbers(how), around.numbers(how))) for how in (traced, central))
    assert [name for name in values if not same(float(found[name]), float(values[name]))] == []


@given(
    hours=st.lists(st.floats(1e-3, 1e9), min_size=3, max_size=3),
    accelerators=st.lists(st.integers(1, 100_000), min_size=3, max_size=3),
)
def test_any_rows_of_hours_give_the_results_of_each_row_alone(catalog, hours, accelerators):
    pairs = list(zip(hours, accelerators, strict=True))
    check(catalog, [training(accelerator_hours=h, accelerators=n) for h, n in pairs])
    check(catalog, [training(accelerator_hours=h) for h in hours])


@given(
    batches=st.lists(st.floats(1, 1e5), min_size=3, max_size=3),
    tokens=st.lists(st.floats(1, 1e6), min_size=3, max_size=3),
)
def test_any_rows_of_text_give_the_results_of_each_row_alone(catalog, batches, tokens):
    pairs = list(zip(batches, tokens, strict=True))
    check(catalog, [serving(batch_size=b, input_tokens=n, cache_precision="fp8") for b, n in pairs])
    check(catalog, [serving(requests_per_s=b / 1e3, output_tokens=n, accelerators=1) for b, n in pairs])


def check(catalog, rows):
    alone, together = held(rows, catalog, sample)
    columns = leaves(together)
    for row, one in enumerate(alone):
        assert all(same(row_of(columns[name], row), value) for name, value in leaves(one).items())


def test_an_open_number_of_accelerators_is_computed_for_each_row(catalog):
    rows = [training(subject=ROWS["tokens"][0].subject, training_tokens_b=b) for b in (1.0, 1e3, 1e5)]
    _, together = held(rows, catalog, central)
    counts = np.ravel(together.usage.usage.accelerators)
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("rows", KINDS)
def test_chains_need_no_tables(catalog, rows):
    inputs, around, chain = resolve(rows[0], catalog)
    job = (chain.__name__, inputs.numbers(sample), around.numbers(sample))
    assert not any("reference" in text for text in modules_in(pickle.dumps(job)))
    found = chain(*pickle.loads(pickle.dumps(job))[1:])  # noqa: S301 # ours
    assert leaves(found).keys() == leaves(chain(*job[1:])).keys()


def modules_in(pickled):
    """Names of modules that a pickle mentions."""
    return {text for text in pickled.decode("latin-1").split("costsvc.") if text.isidentifier()}


def test_the_module_of_chains_imports_no_table():
    code = "import sys, costsvc.model.chains.serving, costsvc.model.chains.training; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - our own code
    assert not {name for name in loaded if name.startswith(("costsvc.reference", "costsvc.resolve", "pandas"))}


def test_a_column_has_no_single_value():
    with pytest.raises(ValueError, match="must have one row, got 3"):
        central_value(np.ones((3, 1)))
    assert central_value(np.ones((1, 257))) == 1.0
    assert decisive(np.ones((3, 257))).shape == (3, 1)


def test_rows_of_different_shape_are_refused(catalog):
    rows = [training(accelerator_hours=1.0, accelerators=1), training(accelerator_hours=1.0)]
    with pytest.raises(ValueError, match="must have the same shape"):
        stack([resolve(row, catalog)[0].numbers(central) for row in rows])


def test_taking_rows_repeats_them(catalog):
    rows = [resolve(row, catalog)[0].numbers(central) for row in ROWS["hours"]]
    found = take(stack(rows), np.array([2, 0, 2]))
    assert np.ravel(found.accelerator_hours).tolist() == [1e6, 1.0, 1e6]
