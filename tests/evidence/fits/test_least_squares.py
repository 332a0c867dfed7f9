import numpy as np
import pytest

from costsvc.evidence.fits.least_squares import Search, solve

X = np.linspace(0, 4, 30)


def line(unknowns):
    return unknowns[0] + unknowns[1] * X - (2 + 0.5 * X)


def search(**changed):
    return Search(**({"start": np.zeros(2), "low": np.full(2, -9.0), "high": np.full(2, 9.0), "pull": 0.0} | changed))


def test_finds_the_line_that_the_points_lie_on():
    np.testing.assert_allclose(solve(line, search()), [2, 0.5], atol=1e-4)


def test_one_wild_point_does_not_carry_the_line_away():
    def with_outlier(unknowns):
        return line(unknowns) - 50 * (np.arange(X.size) == 7)

    np.testing.assert_allclose(solve(with_outlier, search()), [2, 0.5], atol=0.1)


def test_equal_bounds_hold_an_unknown():
    found = solve(line, search(low=np.array([1.0, -9]), high=np.array([1.0, 9]), start=np.array([1.0, 0])))
    assert found[0] == 1
    assert found[1] > 0.5


def test_bounds_are_kept():
    assert solve(line, search(high=np.array([1.5, 9.0])))[0] == pytest.approx(1.5)


def test_an_unknown_that_nothing_speaks_about_stays():
    found = solve(lambda unknowns: line(np.array([2.0, unknowns[0]])), search(pull=0.1, start=np.array([0, 3.0])))
    assert found[1] == 3
