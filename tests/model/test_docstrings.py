"""Docstrings of the formulas: every number has its unit, every law its reference, and the units fit the formula."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import pint
import pytest

from costsvc import model
from costsvc.model import amortization, architecture, compute, footprint, power
from costsvc.units import Numeric

UNIT = re.compile(r"\[[^\]]+\]")
NUMBERS = {float, int, np.ndarray}
LAWS = [
    compute.training_flop,
    compute.model_flops_utilization,
    compute.accelerator_hours,
    footprint.meter_energy_kwh,
    footprint.grid_kg,
    footprint.contract_g_per_kwh,
    footprint.cfe_g_per_kwh,
    footprint.embodied_kg,
    footprint.onsite_l,
    footprint.offsite_l,
    footprint.hardware_usd,
    footprint.social_usd,
]
"""Formulas from a publication or a standard, which need a reference."""


def modules() -> list[ModuleType]:
    return [importlib.import_module(f"{model.__name__}.{found.name}") for found in pkgutil.iter_modules(model.__path__)]


def public(kind: Callable[[object], bool]) -> list[object]:
    """Public functions or classes of the formulas, without imported ones."""
    found = (
        (f"{module.__name__.rpartition('.')[2]}.{name}", thing)
        for module in modules()
        for name, thing in vars(module).items()
        if kind(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    )
    return [pytest.param(thing, id=id_) for id_, thing in found]


def holds_numbers(annotation: object) -> bool:
    """Whether a value of this type contains numbers."""
    if isinstance(annotation, type):
        return annotation in NUMBERS
    if typing.get_origin(annotation) is np.ndarray:
        return True
    # the arguments of a callable come as a list
    parts = annotation if isinstance(annotation, list) else typing.get_args(annotation)
    return any(holds_numbers(part) for part in parts)


def section(text: str, title: str) -> str:
    """A section of a Google docstring without its indentation."""
    found = re.search(rf"^{title}:\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)
    return inspect.cleandoc("\n" + found[1]) if found else ""


def entries(text: str, title: str) -> dict[str, str]:
    """Name and description of each entry of a section."""
    found = re.split(r"^(\w+): ", section(text, title), flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def missing_units(function: Callable[..., object]) -> Iterator[str]:
    hints = typing.get_type_hints(function)
    result = hints.pop("return")
    described = entries(inspect.getdoc(function) or "", "Args")
    yield from (
        name for name, hint in hints.items() if holds_numbers(hint) and not UNIT.search(described.get(name, ""))
    )
    if holds_numbers(result) and not UNIT.search(section(inspect.getdoc(function) or "", "Returns")):
        yield "the result"


@pytest.mark.parametrize("function", public(inspect.isfunction))
def test_every_number_of_a_formula_has_its_unit(function):
    assert list(missing_units(function)) == []


@pytest.mark.parametrize("function", public(inspect.isfunction))
def test_every_argument_is_described_and_nothing_else_is(function):
    described = entries(inspect.getdoc(function) or "", "Args")
    assert list(described) == list(inspect.signature(function).parameters)


@pytest.mark.parametrize("kind", public(dataclasses.is_dataclass))
def test_every_number_of_an_object_has_its_unit(kind):
    described = entries(inspect.getdoc(kind) or "", "Attributes")
    hints = typing.get_type_hints(kind)
    numbers = [field.name for field in dataclasses.fields(kind) if hints[field.name] in (Numeric, Numeric | None)]
    assert [name for name in numbers if not UNIT.search(described.get(name, ""))] == []


@pytest.mark.parametrize("law", [pytest.param(law, id=law.__name__) for law in LAWS])
def test_every_law_names_its_reference(law):
    assert len(section(inspect.getdoc(law) or "", "References")) > 20


def test_a_missing_unit_is_reported():
    def formula(power_w: Numeric, hours: Numeric) -> Numeric:
        """Energy.

        Args:
            power_w: Power. [W]
            hours: Time.

        Returns:
            Energy.
        """
        return power_w * hours

    assert list(missing_units(formula)) == ["hours", "the result"]


REGISTRY = pint.UnitRegistry()
for definition in ("USD = [money]", "FLOP = [arithmetic]"):
    REGISTRY.define(definition)
PLAIN = ("1", "10^9")
DIMENSIONED = [
    compute.training_flop,
    compute.accelerator_hours,
    power.accelerator_power_w,
    power.server_power_w,
    footprint.energy_kwh,
    footprint.meter_energy_kwh,
    footprint.grid_kg,
    footprint.contract_g_per_kwh,
    footprint.cfe_g_per_kwh,
    footprint.embodied_kg,
    footprint.onsite_l,
    footprint.offsite_l,
    footprint.hardware_usd,
    footprint.social_usd,
    architecture.weights_gb,
]
"""Formulas whose arguments and result each have one unit, and that work on any kind of number."""


def unit_in(description: str) -> str:
    return UNIT.findall(description)[-1].strip("[]")


def quantity(unit: str) -> object:
    """Two numbers of a unit; plain ones if they are counts or shares."""
    half = np.array([0.5, 0.25])
    return half if unit in PLAIN else REGISTRY.Quantity(half, unit)


@pytest.mark.parametrize("formula", [pytest.param(formula, id=formula.__name__) for formula in DIMENSIONED])
def test_units_of_the_numbers_give_the_unit_of_the_result(formula):
    text = inspect.getdoc(formula) or ""
    numbers = {name: quantity(unit_in(described)) for name, described in entries(text, "Args").items()}
    found = formula(**numbers)
    assert found.check(REGISTRY.Quantity(1, unit_in(section(text, "Returns"))).dimensionality)


@pytest.mark.parametrize(
    ("amount", "price"), [pytest.param("h", "USD/h", id="rent"), pytest.param("kWh", "USD/kWh", id="electricity")]
)
def test_an_amount_times_a_price_is_money(amount, price):
    assert footprint.priced_usd(quantity(amount), quantity(price)).check("[money]")


def test_a_total_is_in_the_unit_of_its_parts():
    part = quantity("kg")
    strategy = amortization.Strategy(upfront=part, per_task=part, per_request=part)
    assert amortization.total(strategy, 3.0, 5.0).check("[mass]")
