"""The scoreboard as a page of the documents, docs/validation.md."""

from collections.abc import Sequence

from costsvc.evidence.validation.hosted_page import hosted_section
from costsvc.evidence.validation.markdown import short, table
from costsvc.reference.scoreboard import EstimatorComparison, Kind, KindBySource, Miss, OptionalInput, Scoreboard, Vote

VERDICT = {True: "yes", False: "**no**", None: ""}
NOT_EXPLAINED = "not explained"

OPENING = """\
# How near it comes

Published figures and the service's estimates of them, as `make validate FOLDER=...` computes them. All estimates are
cross-validated, in two ways:

- *By source*: the fits exclude the whole publication. Your own run or server is a new source too, so use this table.
- *By row*: the fits exclude only the model, the run or the reading. Other rows of the same laboratory, benchmark and
  software remain, so errors are smaller.

Data version {version}.

## How to read it

- *Ratio* is the larger of predicted over published and its inverse: 1 is exact, 2 is wrong by a factor of two, either
  way. *90th* is the ratio that one row in ten exceeds; of fewer than ten rows the second worst, of two the worst.
- *Inside* counts the rows whose published figure lies in the 90 % interval of the answer. *May be* is the central 95 %
  of Binomial(rows, 0.9). *Holds* says whether the count lies in it: below it intervals are too narrow, above it too
  wide. Rows of one kind are not quite independent, so a count at the edge says little.
- *Width* is the upper over the lower end of the interval, in the median.
- *Sources holding* gives each source one vote: of the sources with two rows or more, those whose rows are inside to at
  least 80 %.
- Arithmetic rows give all that the answer needs; they test units and formulas, and have no interval.
- *Chips* are the accelerators alone, as their own counters see them; the *wall* is the server's plug, the *meter* the
  building's.
"""
BY_SOURCE = """\
## By source

Kinds that begin with *another source* are requests with exactly the inputs that the publication states. For kinds that
end with *source left out*, the tables were fitted again without the publication. Those of *hosted open models* and of
*plausibility* are explained under *Hosted models*.
"""
NO_VERDICT = """\
Without a verdict:
"""
VOTES = """\
The sources with two rows or more of a kind:
"""
UNANSWERED = """\
Rows without an estimate. They count as misses and have no ratio:
"""
NOT_LEFT_OUT = """\
Sources that the fits cannot do without; their rows are cross-validated by row only:
"""
OPTIONAL = """\
## Optional inputs

Rows that state an optional input, estimated without and with it, both cross-validated by source. *Left* counts the rows
whose published figure leaves the interval because of the input; a 90 % interval allows a tenth of them. Inputs that no
row states are listed under *What no measurement tests*.
"""
BY_ROW = """\
## By row

The fits exclude only the model, the run or the reading. Intervals are meant to hold by source, so for known sources
more than 90 % of the rows may lie inside.
"""
FIGURE = """\
Predicted against published, by kind. Thin lines are 90 % intervals; between the dashed lines the miss is less than a
factor of two.

![Predicted against published figures, by kind](validation.svg)
"""
BESIDE = """\
## Beside other estimators

The rows that both can estimate. Ours are cross-validated as above; the others are used as published, whatever they were
fitted to.
"""
LEFT_OUT = """\
## Excluded rows

The publication contradicts itself or describes something else.
"""
NOT_TESTED = """\
## What no measurement tests

No row of the tables above measures these. Most can be set in a request and are estimated.
"""
SOURCES = ("kind", "rows", "sources", "median", "90th", "inside", "may be", "holds", "width", "sources holding")
VOTE = ("source", "kind", "rows", "median", "inside", "holds")
INPUTS = ("input", "rows", "sources", "inside without", "inside with", "width without", "width with", "left", "narrows")
KINDS = ("kind", "rows", "median", "90th", "inside", "may be", "holds", "width")
ESTIMATOR_COLUMNS = ("kind", "estimator", "rows", "our median", "our 90th", "its median", "its 90th")
MISSES = ("row", "kind", "published", "predicted", "interval", "ratio", "explanation")


def page(board: Scoreboard) -> str:
    """The page as Markdown.

    Args:
        board: What was compared.
    """
    parts = [
        OPENING.format(version=board["data_version"]),
        BY_SOURCE,
        table(SOURCES, map(_source_cells, board["by_source"])),
        *_notes(board),
        *hosted_section(board),
        *_optional_inputs(board),
        BY_ROW,
        table(KINDS, map(_kind_cells, board["kinds"])),
        FIGURE,
        BESIDE,
        table(ESTIMATOR_COLUMNS, map(_estimator_cells, board["peers"])),
        "What of them is compared:\n",
        "".join(f"- *{one['name']}*: {one['compared']}. {one['reference']}.\n" for one in board["estimators"]),
        f"## The {len(board['misses'])} worst misses\n\nEach row once, with its worst answer:\n",
        table(MISSES, map(_miss_cells, board["misses"])),
        LEFT_OUT,
        table(("row", "why"), ((one["row"], one["why"]) for one in board["left_out"])),
        NOT_TESTED,
        table(("input", "what", "why"), ((one["input"], one["what"], one["why"]) for one in board["not_tested"])),
    ]
    return "\n".join(parts)


def _notes(board: Scoreboard) -> list[str]:
    """Notes below the table by source."""
    votes = [(one["kind"], vote) for one in board["by_source"] for vote in one["votes"] if vote["holds"] is not None]
    without_verdict = [f"- {one['kind']}: {one['note']}.\n" for one in board["by_source"] if one["note"]]
    notes = [NO_VERDICT, "".join(without_verdict)] if without_verdict else []
    if votes:
        notes += [VOTES, table(VOTE, (_vote_cells(*one) for one in votes))]
    if board["unanswered"]:
        rows = ((f"`{one['row']}`", one["kind"], one["source"], one["why"]) for one in board["unanswered"])
        notes += [UNANSWERED, table(("row", "kind", "source", "why"), rows)]
    if board["not_left_out"]:
        kept = ((f"`{one['source']}`", one["why"]) for one in board["not_left_out"])
        notes += [NOT_LEFT_OUT, table(("source", "why"), kept)]
    return notes


def _optional_inputs(board: Scoreboard) -> list[str]:
    inputs = board["optional_inputs"]
    if not inputs:
        return []
    notes = "".join(f"- `{one['input']}`: {one['note']}.\n" for one in inputs if one["note"])
    return [OPTIONAL, table(INPUTS, map(_input_cells, inputs)), *([notes] if notes else [])]


def _input_cells(one: OptionalInput) -> Sequence[str]:
    counts = [str(count) for count in (one["rows"], one["sources"], one["inside_without"], one["inside_with"])]
    widths = [f"{width:.2f}" for width in (one["width_without"], one["width_with"])]
    left = str(one["left"]) if one["holds"] else f"**{one['left']}**"
    return (f"`{one['input']}`", *counts, *widths, left, VERDICT[one["narrows"]])


def _kind_cells(one: Kind) -> Sequence[str]:
    cells = (one["kind"], str(one["rows"]), f"{one['median']:.3f}", f"{one['ninetieth']:.2f}")
    allowed = one["may_be"]
    if allowed is None:
        return (*cells, "", "", "", "")
    count = f"{allowed['least']} to {allowed['most']}"
    return (*cells, str(one["inside"]), count, _verdict(one), f"{one['width']:.2f}")


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
        _verdict(one),
        "" if width is None else f"{width:.2f}",
        f"{one['sources_holding']} of {one['sources_of_two_rows']}" if one["sources_of_two_rows"] else "",
    )


def _vote_cells(kind: str, one: Vote) -> Sequence[str]:
    median = "" if one["median"] is None else f"{one['median']:.2f}"
    return (one["source"], kind, str(one["rows"]), median, str(one["inside"]), VERDICT[one["holds"]])


def _estimator_cells(one: EstimatorComparison) -> Sequence[str]:
    figures = (one["our_median"], one["our_ninetieth"], one["its_median"], one["its_ninetieth"])
    return (one["kind"], one["estimator"], str(one["rows"]), *(f"{figure:.2f}" for figure in figures))


def _miss_cells(one: Miss) -> Sequence[str]:
    published = f"{short(one['published'])} {one['unit']}".rstrip()
    interval = f"{short(one['low'])} to {short(one['high'])}"
    cells = (published, short(one["predicted"]), interval, f"{one['ratio']:.2f}")
    return (f"`{one['row']}`", one["kind"], *cells, one["why"] or NOT_EXPLAINED)


def _verdict(one: Kind | KindBySource) -> str:
    """Whether the intervals hold, and if not, which way."""
    allowed, inside = one["may_be"], one["inside"]
    if allowed is None or inside is None or one["holds"]:
        return VERDICT[one["holds"]]
    return "**too narrow**" if inside < allowed["least"] else "too wide"
