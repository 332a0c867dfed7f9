"""Makes the scoreboard from the comparisons."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from costsvc.evidence.validation import other_estimators
from costsvc.evidence.validation.by_source import Compared, SourceSummary, SourceVote, source_summaries
from costsvc.evidence.validation.comparisons import Comparison, Indispensable, Summary, Unanswered, summaries
from costsvc.evidence.validation.training import KNOWN_ERRATA
from costsvc.reference.hosted_scoreboard import ACTIVE, ENERGY, PRICES, PROMPTS
from costsvc.reference.scoreboard import (
    Estimator,
    EstimatorComparison,
    ExcludedRow,
    IndispensableSource,
    Kind,
    KindBySource,
    MayBe,
    Miss,
    Point,
    Scoreboard,
    SourcedPoint,
    UnansweredRow,
    UntestedInput,
    Vote,
)
from costsvc.report.figures.scoreboard import unit_of

WORST = 10
HOSTED = (ACTIVE, *ENERGY.values(), PROMPTS, PRICES)
EXPLANATIONS = Path(__file__).with_name("misses.csv")
SEEN, KEPT = 4, 6
"""Digits of a point in the figure, and of stored numbers; further ones differ by machine."""


def score(
    comparisons: Sequence[Comparison],
    side_by_side: Iterable[other_estimators.SideBySide],
    others: Iterable[other_estimators.OtherEstimator],
    version: str,
    *,
    by_source: Sequence[Compared] = (),
    not_tested: Iterable[UntestedInput] = (),
) -> Scoreboard:
    """Make the scoreboard; the page, the figure and the service show nothing else.

    Args:
        comparisons: Comparisons, cross-validated by row.
        side_by_side: Other estimators on the same rows.
        others: Descriptions of these estimators.
        version: Version of the data.
        by_source: Comparisons, cross-validated by source.
        not_tested: Inputs without a measurement.
    """
    known = explanations(EXPLANATIONS)
    rows = [one for one in by_source if not isinstance(one, Indispensable)]
    answered = [one for one in rows if isinstance(one, Comparison)]
    return Scoreboard(
        data_version=version,
        by_source=[
            _kind_by_source(one, [other for other in answered if other.kind == one.kind])
            for one in source_summaries(rows)
        ],
        unanswered=[_no_answer(one) for one in rows if isinstance(one, Unanswered)],
        not_left_out=_indispensable(by_source),
        optional_inputs=[],
        kinds=[
            _kind(one, [other for other in comparisons if other.kind == one.kind]) for one in summaries(comparisons)
        ],
        peers=[_estimator_comparison(one) for one in side_by_side],
        estimators=[Estimator(name=one.name, compared=one.compared, reference=one.reference) for one in others],
        misses=[_miss(one, known) for one in worst([*(one for one in answered if is_measured(one)), *comparisons])],
        left_out=[ExcludedRow(row=row, why=why) for row, why in sorted(KNOWN_ERRATA.items())],
        not_tested=list(not_tested),
    )


def explanations(path: Path) -> dict[str, str]:
    """Read the explanations of misses, by pattern of row ids.

    Args:
        path: A table of ``id`` and ``why``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["why"] for row in csv.DictReader(file)}


def is_measured(one: Comparison) -> bool:
    """Whether a miss of a comparison may stand among the worst; those of hosted models have a section of their own.

    Args:
        one: The comparison.
    """
    return one.kind not in HOSTED


def worst(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The worst misses, each published row once.

    Args:
        comparisons: All comparisons.
    """
    result: dict[str, Comparison] = {}
    for one in sorted(comparisons, key=lambda one: (-one.ratio, one.kind, one.id)):
        result.setdefault(one.id, one)
    return list(result.values())[:WORST]


def _kind_by_source(one: SourceSummary, comparisons: Iterable[Comparison]) -> KindBySource:
    answered, expected = one.answered, one.expected
    return KindBySource(
        kind=one.kind,
        unit=unit_of(one.kind),
        rows=one.rows,
        unanswered=one.rows - (answered.rows if answered else 0),
        sources=len(one.votes),
        median=_digits(answered.median) if answered else None,
        ninetieth=_digits(answered.ninetieth) if answered else None,
        inside=one.inside if one.has_interval else None,
        may_be=MayBe(least=expected[0], most=expected[1]) if expected else None,
        holds=expected[0] <= one.inside <= expected[1] if expected else None,
        width=_digits(answered.width) if answered and one.has_interval else None,
        sources_holding=one.holding,
        sources_of_two_rows=one.voting,
        note=one.note,
        votes=[_vote(vote) for vote in one.votes],
        points=[_sourced(compare) for compare in comparisons],
    )


def _vote(one: SourceVote) -> Vote:
    median = None if one.median is None else _digits(one.median)
    return Vote(source=one.source, rows=one.rows, inside=one.inside, median=median, holds=one.holds)


def _sourced(one: Comparison) -> SourcedPoint:
    point = _point(one)
    return SourcedPoint(
        row=point["row"],
        source=one.source,
        published=point["published"],
        predicted=point["predicted"],
        low=point["low"],
        high=point["high"],
    )


def _indispensable(compared: Iterable[Compared]) -> list[IndispensableSource]:
    reasons = {(one.source, one.why) for one in compared if isinstance(one, Indispensable)}
    return [IndispensableSource(source=source, why=why) for source, why in sorted(reasons)]


def _no_answer(one: Unanswered) -> UnansweredRow:
    return UnansweredRow(row=one.id, kind=one.kind, source=one.source, why=one.why)


def _kind(one: Summary, comparisons: Iterable[Comparison]) -> Kind:
    expected, unit = one.expected, unit_of(one.kind)
    return Kind(
        kind=one.kind,
        unit=unit,
        rows=one.rows,
        median=_digits(one.median),
        ninetieth=_digits(one.ninetieth),
        inside=one.inside if expected else None,
        may_be=MayBe(least=expected[0], most=expected[1]) if expected else None,
        holds=one.holds if expected else None,
        width=_digits(one.width) if expected else None,
        points=[_point(compare) for compare in comparisons] if unit else [],
    )


def _point(one: Comparison) -> Point:
    published, predicted, low, high = (_digits(value, SEEN) for value in (one.published, one.value, one.low, one.high))
    return Point(row=one.id, published=published, predicted=predicted, low=low, high=high)


def _estimator_comparison(one: other_estimators.SideBySide) -> EstimatorComparison:
    return EstimatorComparison(
        kind=one.ours.kind,
        estimator=one.estimator,
        rows=one.ours.rows,
        our_median=_digits(one.ours.median),
        our_ninetieth=_digits(one.ours.ninetieth),
        its_median=_digits(one.theirs.median),
        its_ninetieth=_digits(one.theirs.ninetieth),
    )


def _miss(one: Comparison, known: Mapping[str, str]) -> Miss:
    return Miss(
        row=one.id,
        kind=one.kind,
        unit=unit_of(one.kind),
        published=_digits(one.published),
        predicted=_digits(one.value),
        low=_digits(one.low),
        high=_digits(one.high),
        ratio=_digits(one.ratio),
        why=next((text for pattern, text in known.items() if fnmatchcase(one.id, pattern)), None),
    )


def _digits(value: float, digits: int = KEPT) -> float:
    return float(f"{value:.{digits}g}")
