import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.errors import NotFiniteError
from costsvc.model.uncertainty import (
    DRAWS,
    RANGE,
    Factor,
    central_value,
    open_quantity,
    percentiles,
    quantities,
    sample,
    variance_shares,
)


def factor(value: float, low: float, high: float, scale: str = "log", identity: str = "table/row/column") -> Factor:
    return Factor(name="x", value=value, low=low, high=high, unit="1", origin="table", identity=identity, scale=scale)


WIDE = [
    pytest.param(factor(100.0, 80.0, 130.0), id="log"),
    pytest.param(factor(100.0, 100.0, 130.0), id="only upwards"),
    pytest.param(factor(1.15, 1.05, 1.4, "above-one"), id="above one"),
    pytest.param(factor(0.6, 0.3, 0.8, "share"), id="share"),
    pytest.param(factor(0.0, 0.0, 5.0), id="from zero, so linear"),
    pytest.param(factor(1.0, 1.0, 1.3, "above-one"), id="from one, so linear"),
    pytest.param(factor(0.9, 0.7, 1.0, "share"), id="up to all of it, so linear"),
]
identities = st.text(min_size=1, max_size=20)


@st.composite
def factors(draw):
    scale = draw(st.sampled_from(sorted(RANGE)))
    bottom, top = RANGE[scale]
    inside = st.floats(bottom + 1e-6, min(top - 1e-6, 1e6))
    numbers = st.one_of(st.just(bottom), inside, st.just(min(top, 1e6)))
    low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return factor(value, low, high, scale, draw(identities))


@pytest.mark.parametrize("known", WIDE)
def test_ninety_percent_of_draws_are_between_low_and_high(known):
    found = sample(known)
    assert found.shape == (DRAWS + 1,)
    width = known.high - known.low
    low, high = np.quantile(found[1:], [0.05, 0.95])
    assert low == pytest.approx(known.low, abs=0.02 * width)
    assert high == pytest.approx(known.high, abs=0.02 * width)
    assert np.median(found[1:]) == pytest.approx(known.value, abs=0.02 * width)


@given(known=factors())
def test_the_central_value_comes_first_and_no_draw_leaves_the_range(known):
    found = np.atleast_1d(sample(known))
    bottom, top = RANGE[known.scale]
    assert found[0] == known.value
    assert np.isfinite(found).all()
    assert ((found >= bottom) & (found <= top)).all()


def test_a_factor_without_width_is_a_plain_number():
    assert sample(factor(7.0, 7.0, 7.0)) == 7.0
    assert isinstance(sample(factor(7.0, 7.0, 7.0)), float)


def test_equal_identities_have_equal_draws_and_others_do_not():
    first, same, other = (sample(factor(100.0, 80.0, 125.0, identity=name)) for name in ("a", "a", "b"))
    assert np.array_equal(first, same)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.2
    assert np.array_equal(np.sort(first[1:]), np.sort(other[1:]))


def test_draws_of_an_identity_have_the_same_order_at_every_value():
    # twice the watts with the same relative width are twice the watts in each draw
    small, large = sample(factor(100.0, 80.0, 125.0)), sample(factor(200.0, 160.0, 250.0))
    assert large == pytest.approx(2 * small)


def test_a_sample_is_read_only():
    with pytest.raises(ValueError, match="read-only"):
        sample(factor(100.0, 80.0, 125.0))[0] = 0.0


@given(known=factors())
def test_the_interval_of_a_quantity_contains_its_value(known):
    (found,) = quantities([sample(known)])
    assert found["low"] <= found["value"] <= found["high"]
    assert found["value"] == known.value


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param([2.0], [(2.0, 2.0, 2.0)], id="no width"),
        pytest.param([None], [None], id="nothing there"),
        # 0, 1, ..., 100: the 5th percentile is 5, the 95th 95
        pytest.param([np.array([50.0, *range(101)])], [(50.0, 5.0, 95.0)], id="percentiles of the draws"),
        pytest.param([np.array([99.0, *range(101)])], [(99.0, 5.0, 99.0)], id="widened upwards to its value"),
        pytest.param([np.array([2.0, *range(101)])], [(2.0, 2.0, 95.0)], id="widened downwards to its value"),
        pytest.param(
            [np.array([50.0, *range(101)]), 3.0, None],
            [(50.0, 5.0, 95.0), (3.0, 3.0, 3.0), None],
            id="several at once",
        ),
    ],
)
def test_quantities_are_values_with_90_percent_intervals(results, expected):
    found = quantities(results)
    wanted = [end and dict(zip(("value", "low", "high"), end, strict=True)) for end in expected]
    for one, want in zip(found, wanted, strict=True):
        assert one == (want and pytest.approx(want))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(None, None, id="nothing there"),
        pytest.param(2.0, (2.0, 2.0, 2.0), id="no width"),
        pytest.param(np.array([50.0, *range(90), *[np.inf] * 11]), (50.0, 5.0, None), id="one draw in nine infinite"),
        pytest.param(np.array([50.0, *[np.nan] * 101]), (50.0, None, None), id="no draw exists"),
    ],
)
def test_an_end_without_a_bound_is_none_in_an_open_quantity(result, expected):
    assert open_quantity(result) == (expected and dict(zip(("value", "low", "high"), expected, strict=True)))


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(np.inf, id="infinite"),
        pytest.param(-np.inf, id="infinite below zero"),
        pytest.param(np.nan, id="no number"),
        pytest.param(np.array([np.inf, *range(101)]), id="infinite value"),
        pytest.param(np.array([50.0, *range(90), *[np.inf] * 11]), id="infinite end"),
        pytest.param(np.array([50.0, *range(90), *[np.nan] * 11]), id="an end that is NaN"),
    ],
)
def test_a_result_that_is_not_finite_is_refused(result):
    with pytest.raises(NotFiniteError):
        quantities([1.0, result])
    with pytest.raises(NotFiniteError):
        open_quantity(np.full(3, np.inf))


@given(draws=st.lists(st.floats(-1e9, 1e9), min_size=DRAWS, max_size=DRAWS))
def test_percentiles_are_those_of_numpy(draws):
    low, high = percentiles(np.array([draws]))
    assert (low[0], high[0]) == pytest.approx(tuple(np.quantile(draws, [0.05, 0.95])), abs=1e-6)


def test_the_first_number_of_a_sample_is_its_central_value():
    assert central_value(np.array([3.0, 9.0, 9.0])) == central_value(3.0) == 3.0


class TestVarianceShares:
    WIDTHS = (("a", 100.0, 60.0, 160.0), ("b", 10.0, 9.0, 11.0), ("c", 5.0, 4.0, 6.0))
    SAMPLES = tuple(sample(factor(value, low, high, identity=name)) for name, value, low, high in WIDTHS)

    def test_shares_of_a_result_sum_to_one(self):
        a, b, c = self.SAMPLES
        for shares in variance_shares(["a", "b", "c"], [a * b * c, a + b + c, b / c]):
            assert sum(shares) == pytest.approx(1)
            assert min(shares) >= 0

    def test_the_widest_factor_has_the_largest_share(self):
        a, b, c = self.SAMPLES
        ((share_a, share_b, share_c),) = variance_shares(["a", "b", "c"], [a * b * c])
        assert share_a > share_c > share_b > 0

    def test_shares_of_independent_factors_are_their_shares_of_the_variance(self):
        a, _, c = self.SAMPLES
        ((share_a, share_c),) = variance_shares(["a", "c"], [3 * a + 40 * c])
        variances = np.var(3 * a[1:]), np.var(40 * c[1:])
        assert share_a == pytest.approx(variances[0] / sum(variances), abs=0.02)
        assert share_c == pytest.approx(variances[1] / sum(variances), abs=0.02)

    def test_a_factor_without_effect_has_no_share(self):
        unused = [f"unused {i}" for i in range(20)]
        (shares,) = variance_shares(["a", *unused], [self.SAMPLES[0]])
        assert shares[0] > 0.99
        assert max(shares[1:]) < 0.01

    def test_two_factors_of_one_identity_share_its_variance(self):
        (shares,) = variance_shares(["a", "a"], [self.SAMPLES[0]])
        assert shares == pytest.approx([0.5, 0.5])

    def test_a_result_without_factors_has_no_shares(self):
        assert variance_shares([], [self.SAMPLES[0]]) == [[]]
        assert variance_shares(["a"], []) == []
