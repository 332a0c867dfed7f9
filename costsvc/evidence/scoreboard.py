"""How near the estimates come: the scoreboard, and its page, docs/validation.md."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from costsvc.evidence import peers
from costsvc.evidence.cases import Case, Summary, summaries
from costsvc.evidence.figure import unit_of
from costsvc.evidence.published import Beside, Estimator, Kind, LeftOut, MayBe, Miss, Point, Scoreboard
from costsvc.evidence.validate_training import FAULTS

WORST = 10
WHY = Path(__file__).with_name("misses.csv")
NOT_EXPLAINED = "not explained"
READ, SEEN, KEPT = 3, 4, 6
"""Digits of a number that is read, of a point that is drawn, and of what is kept: the last ones differ by machine."""
OPENING = """\
# How near it comes

Published figures beside what the service answers when it is asked for them, as `make validate FOLDER=...` computes
it. What is tested takes no part in its own estimate: the model, the run or the reading is left out of the fits.
Data version {version}.

## How to read it

- *Ratio* is the larger of predicted over published and its inverse: 1 is exact, 2 is wrong by a factor of two, either
  way. *90th* is the ratio that one row in ten exceeds; where there are fewer than ten rows it is the second worst.
- *Inside* counts the rows whose published figure lies in the 90 % interval of the answer. *May be* is the central 95 %
  of Binomial(rows, 0.9): a count below it means intervals too narrow, one above it intervals too wide. *Holds* says
  whether the count lies in it. Rows of one kind are not quite independent, so a count at the edge says little.
- *Width* is the upper over the lower end of the interval, in the median.
- Arithmetic rows give all that the answer needs; they test units and formulas, and have no interval.
- *Chips* are the accelerators alone, as their own counters see them; the *wall* is the server's plug, the *meter* the
  building's.
"""
FIGURE = """\
Predicted against published, by kind. Thin lines are 90 % intervals; between the dashed lines the miss is less than a
factor of two.

![Predicted against published figures, by kind](validation.svg)
"""
BESIDE = """\
## Beside other estimators

The rows that both answer. Ours are asked as in the table above, what is tested left out; the others are taken as they
are published, whatever they were fitted to.
"""
LEFT_OUT = """\
## Rows that are not held against an estimate

The publication contradicts itself, or tells of something else.
"""
KINDS = ("kind", "rows", "median", "90th", "inside", "may be", "holds", "width")
PEERS = ("kind", "estimator", "rows", "our median", "our 90th", "its median", "its 90th")
MISSES = ("row", "kind", "published", "predicted", "interval", "ratio", "what explains it")


def score(
    cases: Sequence[Case], besides: Iterable[peers.Beside], others: Iterable[peers.Peer], version: str
) -> Scoreboard:
    """What was compared, as numbers: the page, the figure and the service show nothing else.

    Args:
        cases: What was compared.
        besides: Other estimators on the same rows.
        others: What these estimators are.
        version: Version of the data.
    """
    known = explanations(WHY)
    return Scoreboard(
        data_version=version,
        kinds=[_kind(one, [case for case in cases if case.kind == one.kind]) for one in summaries(cases)],
        peers=[_beside(one) for one in besides],
        estimators=[Estimator(name=one.name, compared=one.compared, reference=one.reference) for one in others],
        misses=[_miss(one, known) for one in worst(cases)],
        left_out=[LeftOut(row=row, why=why) for row, why in sorted(FAULTS.items())],
    )


def page(board: Scoreboard) -> str:
    """The page as Markdown.

    Args:
        board: What was compared.
    """
    parts = [
        OPENING.format(version=board["data_version"]),
        "## By kind\n",
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
    return (*said, str(one["inside"]), count, "yes" if one["holds"] else "**no**", f"{one['width']:.2f}")


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
