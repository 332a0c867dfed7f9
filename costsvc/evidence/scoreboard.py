"""How near the estimates come: the scoreboard."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from costsvc.evidence import peers
from costsvc.evidence.by_source import Compared, SourceSummary, SourceVote, source_summaries
from costsvc.evidence.cases import Case, Indispensable, Summary, Unanswered, summaries
from costsvc.evidence.figure import unit_of
from costsvc.evidence.published import (
    Beside,
    Estimator,
    Kind,
    KindBySource,
    LeftOut,
    MayBe,
    Miss,
    NoAnswer,
    NotLeftOut,
    NotTested,
    Point,
    Scoreboard,
    SourcedPoint,
    Vote,
)
from costsvc.evidence.validate_training import FAULTS

WORST = 10
WHY = Path(__file__).with_name("misses.csv")
SEEN, KEPT = 4, 6
"""Digits of a point that is drawn, and of what is kept: the last ones differ by machine."""


def score(
    cases: Sequence[Case],
    besides: Iterable[peers.Beside],
    others: Iterable[peers.Peer],
    version: str,
    *,
    by_source: Sequence[Compared] = (),
    not_tested: Iterable[NotTested] = (),
) -> Scoreboard:
    """What was compared, as numbers: the page, the figure and the service show nothing else.

    Args:
        cases: What was compared, left out by row.
        besides: Other estimators on the same rows.
        others: What these estimators are.
        version: Version of the data.
        by_source: What was compared, left out by source.
        not_tested: Inputs that no measurement stands behind.
    """
    known = explanations(WHY)
    rows = [one for one in by_source if not isinstance(one, Indispensable)]
    answered = [one for one in rows if isinstance(one, Case)]
    kept = {(one.source, one.why) for one in by_source if isinstance(one, Indispensable)}
    return Scoreboard(
        data_version=version,
        by_source=[
            _kind_by_source(one, [case for case in answered if case.kind == one.kind]) for one in source_summaries(rows)
        ],
        unanswered=[_no_answer(one) for one in rows if isinstance(one, Unanswered)],
        not_left_out=[NotLeftOut(source=source, why=why) for source, why in sorted(kept)],
        optional_inputs=[],
        kinds=[_kind(one, [case for case in cases if case.kind == one.kind]) for one in summaries(cases)],
        peers=[_beside(one) for one in besides],
        estimators=[Estimator(name=one.name, compared=one.compared, reference=one.reference) for one in others],
        misses=[_miss(one, known) for one in worst([*answered, *cases])],
        left_out=[LeftOut(row=row, why=why) for row, why in sorted(FAULTS.items())],
        not_tested=list(not_tested),
    )


def explanations(path: Path) -> dict[str, str]:
    """What is known of misses, by a pattern of rows.

    Args:
        path: A table of ``id`` and ``why``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["why"] for row in csv.DictReader(file)}


def worst(cases: Iterable[Case]) -> list[Case]:
    """The worst misses, each published row once.

    Args:
        cases: What was compared.
    """
    found: dict[str, Case] = {}
    for one in sorted(cases, key=lambda one: (-one.ratio, one.kind, one.id)):
        found.setdefault(one.id, one)
    return list(found.values())[:WORST]


def _kind_by_source(one: SourceSummary, cases: Iterable[Case]) -> KindBySource:
    answered, expected = one.answered, one.expected
    return KindBySource(
        kind=one.kind,
        unit=unit_of(one.kind),
        rows=one.rows,
        unanswered=one.rows - (answered.cases if answered else 0),
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
        points=[_sourced(case) for case in cases],
    )


def _vote(one: SourceVote) -> Vote:
    median = None if one.median is None else _digits(one.median)
    return Vote(source=one.source, rows=one.rows, inside=one.inside, median=median, holds=one.holds)


def _sourced(one: Case) -> SourcedPoint:
    point = _point(one)
    return SourcedPoint(
        row=point["row"],
        source=one.source,
        published=point["published"],
        predicted=point["predicted"],
        low=point["low"],
        high=point["high"],
    )


def _no_answer(one: Unanswered) -> NoAnswer:
    return NoAnswer(row=one.id, kind=one.kind, source=one.source, why=one.why)


def _kind(one: Summary, cases: Iterable[Case]) -> Kind:
    expected, unit = one.expected, unit_of(one.kind)
    return Kind(
        kind=one.kind,
        unit=unit,
        rows=one.cases,
        median=_digits(one.median),
        ninetieth=_digits(one.ninetieth),
        inside=one.inside if expected else None,
        may_be=MayBe(least=expected[0], most=expected[1]) if expected else None,
        holds=one.holds if expected else None,
        width=_digits(one.width) if expected else None,
        points=[_point(case) for case in cases] if unit else [],
    )


def _point(one: Case) -> Point:
    published, predicted, low, high = (_digits(value, SEEN) for value in (one.published, one.value, one.low, one.high))
    return Point(row=one.id, published=published, predicted=predicted, low=low, high=high)


def _beside(one: peers.Beside) -> Beside:
    return Beside(
        kind=one.ours.kind,
        estimator=one.peer,
        rows=one.ours.cases,
        our_median=_digits(one.ours.median),
        our_ninetieth=_digits(one.ours.ninetieth),
        its_median=_digits(one.theirs.median),
        its_ninetieth=_digits(one.theirs.ninetieth),
    )


def _miss(one: Case, known: Mapping[str, str]) -> Miss:
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
