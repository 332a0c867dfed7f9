"""How near the estimates come: the scoreboard, and its page, docs/validation.md."""

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
VERDICT = {True: "yes", False: "**no**", None: ""}
WHY = Path(__file__).with_name("misses.csv")
NOT_EXPLAINED = "not explained"
READ, SEEN, KEPT = 3, 4, 6
"""Digits of a number that is read, of a point that is drawn, and of what is kept: the last ones differ by machine."""
OPENING = """\
# How near it comes

Published figures beside what the service answers when it is asked for them, as `make validate FOLDER=...` computes
it. What is tested takes no part in its own estimate. It is left out of the fits in two ways:

- *By source*: no fit has seen anything of the publication. A reader's own run or server is such a source, so that this
  is the table to go by.
- *By row*: only the model, the run or the reading is left out. Other rows of the same laboratory, benchmark and
  software take part, so that the misses are smaller.

Data version {version}.

## How to read it

- *Ratio* is the larger of predicted over published and its inverse: 1 is exact, 2 is wrong by a factor of two, either
  way. *90th* is the ratio that one row in ten exceeds; of fewer than ten rows the second worst, of two the worst.
- *Inside* counts the rows whose published figure lies in the 90 % interval of the answer. *May be* is the central 95 %
  of Binomial(rows, 0.9): a count below it means intervals too narrow, one above it intervals too wide. *Holds* says
  whether the count lies in it. Rows of one kind are not quite independent, so a count at the edge says little.
- *Width* is the upper over the lower end of the interval, in the median.
- *Sources holding* gives each source one vote: of the sources with two rows or more, those whose rows are inside to at
  least 80 %.
- Arithmetic rows give all that the answer needs; they test units and formulas, and have no interval.
- *Chips* are the accelerators alone, as their own counters see them; the *wall* is the server's plug, the *meter* the
  building's.
"""
BY_SOURCE = """\
## By source

Kinds that begin with *another source* were put to the service as requests that say what the publication says, and
nothing else. In those that end with *source left out* the fits were made again without the publication, where they had
seen it.
"""
NO_VERDICT = """\
Without a verdict:
"""
VOTES = """\
The sources with two rows or more of a kind:
"""
UNANSWERED = """\
Rows without an answer. They count as misses, and have no ratio:
"""
NOT_LEFT_OUT = """\
Sources that the fits cannot do without. Where that is so, their rows are tested by row only:
"""
BY_ROW = """\
## By row

Only the model, the run or the reading is left out of the fits.
"""
FIGURE = """\
Predicted against published, by kind. Thin lines are 90 % intervals; between the dashed lines the miss is less than a
factor of two.

![Predicted against published figures, by kind](validation.svg)
"""
BESIDE = """\
## Beside other estimators

The rows that both answer. Ours are asked as in the tables above; the others are taken as they are published, whatever
they were fitted to.
"""
LEFT_OUT = """\
## Rows that are not held against an estimate

The publication contradicts itself, or tells of something else.
"""
NOT_TESTED = """\
## What no measurement tests

Requests may say these, and are answered; but no row of the tables above holds such an answer to a measurement.
"""
SOURCES = ("kind", "rows", "sources", "median", "90th", "inside", "may be", "holds", "width", "sources holding")
VOTE = ("source", "kind", "rows", "median", "inside", "holds")
KINDS = ("kind", "rows", "median", "90th", "inside", "may be", "holds", "width")
PEERS = ("kind", "estimator", "rows", "our median", "our 90th", "its median", "its 90th")
MISSES = ("row", "kind", "published", "predicted", "interval", "ratio", "what explains it")


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
        kinds=[_kind(one, [case for case in cases if case.kind == one.kind]) for one in summaries(cases)],
        peers=[_beside(one) for one in besides],
        estimators=[Estimator(name=one.name, compared=one.compared, reference=one.reference) for one in others],
        misses=[_miss(one, known) for one in worst([*answered, *cases])],
        left_out=[LeftOut(row=row, why=why) for row, why in sorted(FAULTS.items())],
        not_tested=list(not_tested),
    )


def page(board: Scoreboard) -> str:
    """The page as Markdown.

    Args:
        board: What was compared.
    """
    parts = [
        OPENING.format(version=board["data_version"]),
        BY_SOURCE,
        _table(SOURCES, map(_source_cells, board["by_source"])),
        *_notes(board),
        BY_ROW,
        _table(KINDS, map(_kind_cells, board["kinds"])),
        FIGURE,
        BESIDE,
        _table(PEERS, map(_beside_cells, board["peers"])),
        "What of them is compared:\n",
        "".join(f"- *{one['name']}*: {one['compared']}. {one['reference']}.\n" for one in board["estimators"]),
        f"## The {WORST} worst misses\n\nEach row once, with its worst answer:\n",
        _table(MISSES, map(_miss_cells, board["misses"])),
        LEFT_OUT,
        _table(("row", "why"), ((one["row"], one["why"]) for one in board["left_out"])),
        NOT_TESTED,
        _table(("input", "what", "why"), ((one["input"], one["what"], one["why"]) for one in board["not_tested"])),
    ]
    return "\n".join(parts)


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


def _notes(board: Scoreboard) -> list[str]:
    """What stands below the table by source."""
    votes = [(one["kind"], vote) for one in board["by_source"] for vote in one["votes"] if vote["holds"] is not None]
    without_verdict = [f"- {one['kind']}: {one['note']}.\n" for one in board["by_source"] if one["note"]]
    notes = [NO_VERDICT, "".join(without_verdict)] if without_verdict else []
    if votes:
        notes += [VOTES, _table(VOTE, (_vote_cells(*one) for one in votes))]
    if board["unanswered"]:
        rows = ((f"`{one['row']}`", one["kind"], one["source"], one["why"]) for one in board["unanswered"])
        notes += [UNANSWERED, _table(("row", "kind", "source", "why"), rows)]
    if board["not_left_out"]:
        kept = ((f"`{one['source']}`", one["why"]) for one in board["not_left_out"])
        notes += [NOT_LEFT_OUT, _table(("source", "why"), kept)]
    return notes


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


def _kind_cells(one: Kind) -> Sequence[str]:
    said = (one["kind"], str(one["rows"]), f"{one['median']:.3f}", f"{one['ninetieth']:.2f}")
    allowed = one["may_be"]
    if allowed is None:
        return (*said, "", "", "", "")
    count = f"{allowed['least']} to {allowed['most']}"
    return (*said, str(one["inside"]), count, VERDICT[one["holds"]], f"{one['width']:.2f}")


def _source_cells(one: KindBySource) -> Sequence[str]:
    allowed, width = one["may_be"], one["width"]
    ratios = ("" if figure is None else f"{figure:.2f}" for figure in (one["median"], one["ninetieth"]))
    return (
        one["kind"],
        str(one["rows"]),
        str(one["sources"]),
        *ratios,
        "" if one["inside"] is None else str(one["inside"]),
        f"{allowed['least']} to {allowed['most']}" if allowed else "",
        VERDICT[one["holds"]],
        "" if width is None else f"{width:.2f}",
        f"{one['sources_holding']} of {one['sources_of_two_rows']}" if one["sources_of_two_rows"] else "",
    )


def _vote_cells(kind: str, one: Vote) -> Sequence[str]:
    median = "" if one["median"] is None else f"{one['median']:.2f}"
    return (one["source"], kind, str(one["rows"]), median, str(one["inside"]), VERDICT[one["holds"]])


def _beside_cells(one: Beside) -> Sequence[str]:
    figures = (one["our_median"], one["our_ninetieth"], one["its_median"], one["its_ninetieth"])
    return (one["kind"], one["estimator"], str(one["rows"]), *(f"{figure:.2f}" for figure in figures))


def _miss_cells(one: Miss) -> Sequence[str]:
    published = f"{_short(one['published'])} {one['unit']}".rstrip()
    interval = f"{_short(one['low'])} to {_short(one['high'])}"
    said = (published, _short(one["predicted"]), interval, f"{one['ratio']:.2f}")
    return (f"`{one['row']}`", one["kind"], *said, one["why"] or NOT_EXPLAINED)


def _digits(value: float, digits: int = KEPT) -> float:
    return float(f"{value:.{digits}g}")


def _short(value: float) -> str:
    return f"{_digits(value, READ):,.10g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
