"""When to run: windows on timelines that can be summed by hand, and against exhaustive search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.schedule import DAYS, Timeline, annual_mean, best_spans, best_starts, mean_ratio, timeline

HOURS = np.arange(24.0)


def line(*ratios: float, begin: float = 0.0, end: float | None = None) -> Timeline:
    """Steps of an hour, those at the ends cut short."""
    edges = np.clip(np.arange(len(ratios) + 1.0), begin, len(ratios) if end is None else end)
    return Timeline(edges=edges, ratios=np.array(ratios))


def hours_since_1970(instant: str) -> int:
    return int(np.datetime64(instant, "h").astype(int))


lines = st.builds(
    lambda ratios, begin, cut: line(*ratios, begin=begin, end=len(ratios) - cut),
    st.lists(st.integers(0, 9), min_size=3, max_size=30),
    st.sampled_from([0.0, 0.25, 0.5]),
    st.sampled_from([0.0, 0.25, 0.75]),
)


def test_the_annual_mean_weights_months_by_their_days():
    profile = np.ones((12, 24))
    profile[1] = 13.0  # February: 12 more over 28.25 of 365.25 days
    assert annual_mean(profile) == pytest.approx(1 + 12 * 28.25 / 365.25)
    assert DAYS.sum() == 365.25


def test_each_hour_of_a_timeline_has_the_value_of_its_month_and_hour():
    shape = np.arange(12)[:, None] * 100 + HOURS
    found = timeline(shape, hours_since_1970("2027-01-31T22"), 0.5, 4.5)  # from 22:30 on for 4 hours
    assert found.edges.tolist() == [0.5, 1, 2, 3, 4, 4.5]
    assert found.ratios.tolist() == [22, 23, 100, 101, 102]


def test_a_leap_day_belongs_to_february():
    shape = np.arange(12)[:, None] * np.ones(24)
    assert timeline(shape, hours_since_1970("2028-02-29T00"), 0.0, 25.0).ratios.tolist() == [1.0] * 24 + [2.0]


@pytest.mark.parametrize(
    ("begin", "end", "wanted"),
    [
        pytest.param(0.0, 3.0, 3.0, id="whole"),
        pytest.param(0.0, 1.0, 1.0, id="one-step"),
        pytest.param(0.5, 1.5, 1.5, id="two-halves"),  # half at 1 and half at 2
        pytest.param(0.5, 3.0, (0.5 * 1 + 2 + 6) / 2.5, id="half-and-two"),
        pytest.param(2.25, 2.75, 6.0, id="inside-a-step"),
    ],
)
def test_the_mean_weights_parts_of_hours_by_their_length(begin, end, wanted):
    assert mean_ratio(line(1, 2, 6), begin, end) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("steps", "duration_h", "wanted"),
    [
        pytest.param(line(3, 1, 2, 3), 1.0, [1, 2, 0, 3], id="an-hour-anywhere"),
        pytest.param(line(3, 1, 2, 3), 2.0, [1], id="its-neighbours-overlap"),
        pytest.param(line(1, 3, 1, 3), 2.0, [0, 2], id="of-equals-the-earliest"),
        # the end lies on the edge of the cheap hour: 0.5 h at 2 and 1 h at 1
        pytest.param(line(9, 2, 1, 9), 1.5, [1.5, 0], id="the-end-on-an-edge"),
        pytest.param(line(9, 1, 2, 9), 1.5, [1, 2.5], id="the-begin-on-an-edge"),
        pytest.param(line(5, 4, 3, begin=0.5, end=2.75), 2.25, [0.5], id="as-long-as-the-window"),
        pytest.param(line(5, 4, 3, begin=0.5, end=2.75), 0.5, [2, 1, 1.5, 0.5], id="window-begins-in-an-hour"),
    ],
)
def test_the_best_starts_are(steps, duration_h, wanted):
    assert best_starts(steps, duration_h, 5).tolist() == wanted


@pytest.mark.parametrize(
    ("steps", "duration_h", "wanted"),
    [
        pytest.param(line(3, 1, 2, 1), 2.0, [(1, 2), (3, 4)], id="two-apart"),
        pytest.param(line(3, 1, 2, 3), 2.0, [(1, 3)], id="neighbours-are-one-span"),
        pytest.param(line(1, 1, 1), 1.0, [(0, 1)], id="of-equals-the-earliest"),
        pytest.param(line(3, 2, 1, 9), 1.5, [(1.5, 3)], id="a-part-before-what-works"),
        pytest.param(line(9, 1, 2, 9), 1.5, [(1, 2.5)], id="a-part-after-what-works"),
        pytest.param(line(1, 9, 2, 9), 1.5, [(0, 1), (2, 2.5)], id="a-part-alone"),
        pytest.param(line(1, 2, 3, begin=0.5, end=2.5), 2.0, [(0.5, 2.5)], id="all-of-the-window"),
    ],
)
def test_the_best_spans_are(steps, duration_h, wanted):
    found = best_spans(steps, duration_h)
    assert list(zip(found.begins.tolist(), found.ends.tolist(), strict=True)) == wanted


@given(lines, st.sampled_from([0.25, 0.5, 1.0, 1.5, 1.75]))
def test_no_start_at_any_quarter_of_an_hour_is_better_than_the_best(steps, duration_h):
    best = mean_ratio(steps, *_from(best_starts(steps, duration_h, 1)[0], duration_h))
    tried = np.arange(steps.edges[0], steps.edges[-1] - duration_h + 1e-9, 0.25)
    assert best <= min(mean_ratio(steps, *_from(start, duration_h)) for start in tried) + 1e-9


@given(lines, st.sampled_from([0.25, 1.0, 1.75]))
def test_windows_are_inside_the_timeline_and_do_not_overlap(steps, duration_h):
    starts = best_starts(steps, duration_h, 5)
    assert starts.min() >= steps.edges[0]
    assert starts.max() + duration_h <= steps.edges[-1] + 1e-9
    assert (np.diff(np.sort(starts)) >= duration_h - 1e-9).all()
    means = [float(mean_ratio(steps, *_from(start, duration_h))) for start in starts]
    assert means == pytest.approx(sorted(means))


@given(lines, st.sampled_from([0.25, 1.0, 1.75]))
def test_interruptions_never_increase_the_mean(steps, duration_h):
    found = best_spans(steps, duration_h)
    lengths = found.ends - found.begins
    paused = np.average(mean_ratio(steps, found.begins, found.ends), weights=lengths)
    assert lengths.sum() == pytest.approx(duration_h)
    assert (found.begins[1:] > found.ends[:-1]).all()
    assert paused <= mean_ratio(steps, *_from(best_starts(steps, duration_h, 1)[0], duration_h)) + 1e-9


def _from(start: float, duration_h: float) -> tuple[float, float]:
    return start, start + duration_h
