import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.footprint import (
    cfe_g_per_kwh,
    contract_g_per_kwh,
    embodied_kg,
    energy_kwh,
    grid_kg,
    hardware_usd,
    meter_energy_kwh,
    offsite_l,
    onsite_l,
    priced_usd,
    social_usd,
)
from tests.model.cases import Case, by_name, by_row, with_nan_in_each

CASES = by_name(
    [
        # 700 W for 1000 h
        Case(energy_kwh, (700.0, 1000.0), 700.0),
        # 700 x 1.2
        Case(meter_energy_kwh, (700.0, 1.2), 840.0),
        # 840 x 400 g
        Case(grid_kg, (840.0, 400.0, 0.0), 336.0),
        # the same, of which 4 % are lost on the way: 336 / 0.96
        Case(grid_kg, (840.0, 400.0, 0.04), 350.0),
        # 0.6 x 20 + 0.4 x 400 = 12 + 160
        Case(contract_g_per_kwh, (0.6, 20.0, 400.0), 172.0),
        # a tenth unmatched, from the 60 % of plants that emit: 0.1 x 300 / 0.6
        Case(cfe_g_per_kwh, (0.9, 300.0, 0.4), 50.0),
        # nothing matched on a grid without carbon-free plants is the grid
        Case(cfe_g_per_kwh, (0.0, 300.0, 0.0), 300.0),
        # a grid without plants that emit: 0.1 x 20
        Case(cfe_g_per_kwh, (0.9, 20.0, 1.0), 2.0),
        # 1000 x (164 + 712.5) / (5 x 8760 x 0.85) = 876,500 / 37,230
        Case(embodied_kg, (1000.0, 164.0, 712.5, 5.0, 0.85), 23.542842),
        # 700 x 0.5
        Case(onsite_l, (700.0, 0.5), 350.0),
        # 840 x 3
        Case(offsite_l, (840.0, 3.0), 2520.0),
        # 1000 h at 2.50
        Case(priced_usd, (1000.0, 2.5), 2500.0),
        # new: 1000 x 40,000 x 0.14 x 2.302585 / 8760 = 1471.9722; a year old x 0.72443596; / 0.7
        Case(hardware_usd, (1000.0, 40_000.0, 1.0, 0.7, 0.14), 1523.3566),
        # 1 t at 212 USD, in money that has lost a fifth of its worth
        Case(social_usd, (1000.0, 212.0, 1.25), 265.0),
    ]
)
amounts = st.floats(0, 1e9)
PER_AMOUNT = [
    pytest.param(energy_kwh, (350.0,), id="energy"),
    pytest.param(meter_energy_kwh, (1.1,), id="meter"),
    pytest.param(grid_kg, (400.0, 0.05), id="grid"),
    pytest.param(embodied_kg, (150.0, 500.0, 5.0, 0.85), id="embodied"),
    pytest.param(onsite_l, (0.3,), id="on-site water"),
    pytest.param(offsite_l, (3.1,), id="off-site water"),
    pytest.param(priced_usd, (2.5,), id="rent"),
    pytest.param(hardware_usd, (40_000.0, 1.0, 0.7, 0.14), id="hardware"),
    pytest.param(social_usd, (212.0, 1.2), id="social"),
]
"""Formulas that are linear in an amount, which is the first argument (energy is symmetric)."""


@pytest.mark.parametrize(("formula", "numbers", "expected"), CASES)
def test_equals_a_hand_calculation(formula, numbers, expected):
    assert formula(*numbers) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("formula", "numbers", "expected"), CASES)
def test_takes_arrays_row_by_row(formula, numbers, expected):
    whole, rows = by_row(formula, numbers)
    assert whole == pytest.approx(rows, rel=1e-12)


@pytest.mark.parametrize(("formula", "numbers", "expected"), CASES)
def test_gives_nan_for_nan(formula, numbers, expected):
    assert np.isnan(with_nan_in_each(formula, numbers)).all()


@pytest.mark.parametrize(("formula", "others"), PER_AMOUNT)
def test_a_zero_amount_gives_zero(formula, others):
    assert formula(0.0, *others) == 0


@pytest.mark.parametrize(("formula", "others"), PER_AMOUNT)
@given(amount=amounts, factor=st.floats(0, 1e3))
def test_is_linear_in_its_amount(formula, others, amount, factor):
    assert formula(amount * factor, *others) == pytest.approx(formula(amount, *others) * factor)


@pytest.mark.parametrize(("formula", "others"), PER_AMOUNT)
@given(amount=amounts, share=st.floats(0, 1))
def test_parts_add_up_to_the_whole(formula, others, amount, share):
    parts = formula(amount * share, *others) + formula(amount * (1 - share), *others)
    assert parts == pytest.approx(formula(amount, *others))


@given(it=amounts, pues=st.tuples(st.floats(1, 10), st.floats(1, 10)))
def test_a_higher_pue_never_takes_less_energy_and_never_less_than_the_servers(it, pues):
    better, worse = sorted(pues)
    assert it <= meter_energy_kwh(it, better) <= meter_energy_kwh(it, worse)


@given(energy=amounts, grids=st.tuples(st.floats(0, 5000), st.floats(0, 5000)), loss=st.floats(0, 0.5))
def test_a_dirtier_grid_never_emits_less(energy, grids, loss):
    cleaner, dirtier = sorted(grids)
    assert grid_kg(energy, cleaner, loss) <= grid_kg(energy, dirtier, loss)


@given(share=st.floats(0, 1), contract=st.floats(0, 5000), residual=st.floats(0, 5000))
def test_intensity_under_a_contract_is_between_contract_and_residual_mix(share, contract, residual):
    low, high = sorted((contract, residual))
    found = contract_g_per_kwh(share, contract, residual)
    assert low * (1 - 1e-12) <= found <= high * (1 + 1e-12)


@given(shares=st.tuples(st.floats(0, 1), st.floats(0, 1)), grid=st.floats(0, 2000), free=st.floats(0, 0.99))
def test_matching_more_hours_never_emits_more(shares, grid, free):
    less, more = sorted(shares)
    assert cfe_g_per_kwh(more, grid, free) <= cfe_g_per_kwh(less, grid, free)


@given(grid=st.floats(0, 2000), free=st.floats(0, 1))
def test_full_matching_emits_nothing(grid, free):
    assert cfe_g_per_kwh(1.0, grid, free) == 0


@given(ages=st.tuples(st.floats(0, 30), st.floats(0, 30)))
def test_older_hardware_does_not_lose_more_value(ages):
    younger, older = sorted(ages)
    assert hardware_usd(1.0, 1e4, older, 0.7, 0.14) <= hardware_usd(1.0, 1e4, younger, 0.7, 0.14)
