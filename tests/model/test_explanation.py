"""Traced numbers: formulas run on them unchanged, and they record the operations."""

from dataclasses import dataclass

import numpy as np
import pytest

from costsvc.model.explanation import (
    Traced,
    formula,
    label_traced,
    naming_formulas,
    plain_number,
    relabel,
    traced_input,
    traced_root,
)
from costsvc.model.serving_load import occupancy
from costsvc.units import Numeric


@pytest.fixture(autouse=True)
def naming():
    """Formulas name their results, as in an explanation."""
    with naming_formulas():
        yield


A, B = traced_input(2.0, "a", "1"), traced_input(3.0, "b", "kWh")


@formula
def doubled_kwh(energy_kwh: Numeric) -> Numeric:
    """Twice as much.

    Args:
        energy_kwh: Energy. [kWh]

    Returns:
        Energy. [kWh]

    References:
        Euclid, "Elements",
        book V.
    """
    return energy_kwh * 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Two parts.

    Attributes:
        energy_kwh: Energy
            of both. [kWh]
        hours: Time. [h]
    """

    energy_kwh: Numeric
    hours: Numeric


@formula
def parted(energy_kwh: Numeric, hours: Numeric) -> Parts:
    """Parts of a load.

    Args:
        energy_kwh: Energy. [kWh]
        hours: Time. [h]

    Returns:
        Both, doubled.
    """
    return Parts(energy_kwh=doubled_kwh(energy_kwh), hours=hours * 2.0)


@pytest.mark.parametrize(
    ("compute", "operation", "value"),
    [
        pytest.param(lambda a: a + B, "add", 5.0, id="sum"),
        pytest.param(lambda a: 1 - a, "subtract", -1.0, id="number-before"),
        pytest.param(lambda a: np.float64(4.0) * a, "multiply", 8.0, id="scalar-of-numpy-before"),
        pytest.param(lambda a: a / np.asarray(4.0), "divide", 0.5, id="array-of-one-after"),
        pytest.param(lambda a: 2.0**a, "power", 4.0, id="power-of-a-number"),
        pytest.param(lambda a: -a, "negative", -2.0, id="negative"),
        pytest.param(lambda a: np.sqrt(a * a), "sqrt", 2.0, id="root"),
        pytest.param(lambda a: np.log2(np.maximum(a, 1.0)), "log2", 1.0, id="logarithm"),
        pytest.param(lambda a: np.clip(a, 0.0, 1.0), "minimum", 1.0, id="clip"),
        pytest.param(lambda a: np.where(a < B, a * B, 0.0), "multiply", 6.0, id="what-was-taken"),
    ],
)
def test_operations_are_recorded(compute, operation, value):
    found = compute(A)
    assert isinstance(found, Traced)
    assert (found.operation, float(found)) == (operation, value)


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param(lambda a: a + 0.0, id="nothing-added"),
        pytest.param(lambda a: 0.0 + a, id="added-to-nothing"),
        pytest.param(lambda a: 1.0 * a, id="one-times"),
        pytest.param(lambda a: a / 1.0, id="by-one"),
        pytest.param(lambda a: a - 0.0, id="nothing-taken"),
        pytest.param(lambda a: a[()], id="taken-out-of-an-array"),
        pytest.param(lambda a: np.where(np.isnan(a), 7.0, a), id="known"),
    ],
)
def test_an_operation_without_effect_is_no_step(compute):
    assert compute(A) is A


def test_zero_times_a_number_is_a_plain_zero():
    assert not isinstance(A * 0.0, Traced)


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param(lambda a: np.add(a, a, where=True), id="part-of-a-function"),
        pytest.param(np.linalg.norm, id="function-of-arrays"),
        pytest.param(lambda a: a * np.array([1.0, 2.0]), id="several-numbers"),
    ],
)
def test_an_operation_that_cannot_be_traced_is_refused(compute):
    with pytest.raises(TypeError):
        compute(A)


def test_a_formula_names_its_result_with_unit_and_reference():
    found = doubled_kwh(B)
    assert isinstance(found, Traced)
    assert (found.name, found.unit, found.reference) == ("doubled_kwh", "kWh", 'Euclid, "Elements", book V.')


def test_a_formula_returns_plain_numbers_unchanged():
    assert type(doubled_kwh(2.0)) is float
    assert isinstance(doubled_kwh(np.array([1.0, 2.0])), np.ndarray)


def test_fields_of_an_object_take_precedence_over_their_formulas():
    found = parted(B, A)
    assert [(part.name, part.unit) for part in (found.energy_kwh, found.hours)] == [
        ("energy_kwh", "kWh"),
        ("hours", "h"),
    ]
    assert found.energy_kwh.reference is not None


def test_a_second_name_is_a_step_that_equals_the_first():
    first = label_traced(A + B, "sum", "kWh")
    second = label_traced(first, "total")
    assert (first.name, second.name, second.unit) == ("sum", "total", "kWh")
    assert second.arguments == (first,)


def test_an_input_keeps_its_name():
    number = traced_input(1.0, "pue", "1")
    relabel(number, "other")
    assert number.name == "pue"


def test_a_solution_has_the_equation_as_its_check():
    found = traced_root(2.0, lambda x: 1.0 + x / A, "1")
    assert found.check is not None
    assert float(found.check) == 2.0


def test_the_bisection_is_not_traced():
    rate = traced_input(5.0, "requests_per_s", "1/s")
    found = occupancy(rate, lambda batch: 0.9 + 0.1 * batch, 64.0)
    plain = occupancy(5.0, lambda batch: 0.9 + 0.1 * batch, 64.0)
    assert isinstance(found.batch, Traced)
    assert found.batch.arguments == ()
    assert float(found.batch) == float(plain.batch)
    assert found.batch.name == "batch"


def test_a_plain_number_has_no_trace():
    assert type(plain_number(A)) is float
    assert plain_number(1.5) == 1.5
