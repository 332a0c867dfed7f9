"""Estimates compared with published figures."""

from typing import Annotated

from typing_extensions import TypedDict

from costsvc.docs import Doc

NO_INTERVAL = "null if the estimates rest on the caller's numbers alone and have no interval"
NO_VERDICT = "null without an interval, or if the figures are not measurements"
NINETIETH = "Ratio that one row in ten exceeds; of fewer than ten rows the second worst, of two the worst"
ROW = "Key of the published row"
KIND = "What is compared"
UNIT = "Unit of the figures; empty if they have different units"


class ComparedFigure(TypedDict):
    """A published figure and its estimate, in the unit of their kind."""

    row: Annotated[str, Doc(ROW)]
    published: Annotated[float, Doc("The published figure")]
    predicted: Annotated[float, Doc("The estimate, calibrated without the published row or its source")]
    low: Annotated[float, Doc("Lower end of its 90 % interval")]
    high: Annotated[float, Doc("Upper end of its 90 % interval")]


class SourcedFigure(TypedDict):
    """A published figure of a source that no calibration has used, and its estimate."""

    row: Annotated[str, Doc(ROW)]
    source: Annotated[str, Doc("Who published it")]
    published: Annotated[float, Doc("The published figure")]
    predicted: Annotated[float, Doc("The estimate, calibrated without the source")]
    low: Annotated[float, Doc("Lower end of its 90 % interval")]
    high: Annotated[float, Doc("Upper end of its 90 % interval")]


class CountInside(TypedDict):
    """The central 95 % of Binomial(rows, 0.9): the counts that a 90 % interval allows."""

    least: Annotated[int, Doc("Fewest rows inside")]
    most: Annotated[int, Doc("Most rows inside")]


class ComparedKind(TypedDict):
    """Published figures of one kind; a ratio is the larger of predicted over published and its inverse."""

    kind: Annotated[str, Doc(KIND)]
    unit: Annotated[str, Doc(UNIT)]
    rows: Annotated[int, Doc("Number of published rows")]
    median: Annotated[float, Doc("Median ratio")]
    ninetieth: Annotated[float, Doc(NINETIETH)]
    inside: Annotated[int | None, Doc(f"Number of rows whose figure lies in the interval; {NO_INTERVAL}")]
    may_be: Annotated[CountInside | None, Doc(f"Range of that number which 90 % intervals allow; {NO_INTERVAL}")]
    holds: Annotated[bool | None, Doc(f"Whether the number is in that range; {NO_INTERVAL}")]
    width: Annotated[float | None, Doc(f"Median of upper over lower end of the interval; {NO_INTERVAL}")]
    points: Annotated[list[ComparedFigure], Doc("Points of the figure; empty if unit is empty")]


class SourceVote(TypedDict):
    """Rows of one kind that one source published."""

    source: Annotated[str, Doc("Who published them")]
    rows: Annotated[int, Doc("Number of rows")]
    inside: Annotated[int, Doc("Number of rows whose figure lies in the interval")]
    median: Annotated[float | None, Doc("Median ratio; null if no row has an estimate")]
    holds: Annotated[
        bool | None, Doc("Whether at least 80 % are inside; null for a single row, and for a kind without a verdict")
    ]


class KindBySource(TypedDict):
    """Published figures of one kind, each from a source that no calibration has used."""

    kind: Annotated[str, Doc(KIND)]
    unit: Annotated[str, Doc(UNIT)]
    rows: Annotated[int, Doc("Number of published rows, including those without an estimate")]
    unanswered: Annotated[int, Doc("Number of rows without an estimate; they count as misses")]
    sources: Annotated[int, Doc("Number of publishers")]
    median: Annotated[float | None, Doc("Median ratio; null if no row has an estimate")]
    ninetieth: Annotated[float | None, Doc(f"{NINETIETH}; null if no row has an estimate")]
    inside: Annotated[int | None, Doc(f"Number of rows whose figure lies in the interval; {NO_INTERVAL}")]
    may_be: Annotated[CountInside | None, Doc(f"Range of that number which 90 % intervals allow; {NO_VERDICT}")]
    holds: Annotated[bool | None, Doc(f"Whether the number is in that range; {NO_VERDICT}")]
    width: Annotated[float | None, Doc(f"Median of upper over lower end of the interval; {NO_INTERVAL}")]
    sources_holding: Annotated[
        int, Doc("Number of sources with two rows or more, of which at least 80 % of the rows are inside")
    ]
    sources_of_two_rows: Annotated[int, Doc("Number of sources with two rows or more")]
    note: Annotated[str | None, Doc("Why the kind has no verdict; null if it has one")]
    votes: Annotated[list[SourceVote], Doc("One entry per source")]
    points: Annotated[list[SourcedFigure], Doc("Every row that has an estimate")]


class RowWithoutAnswer(TypedDict):
    """A row for which the service has no estimate; it counts as a miss."""

    row: Annotated[str, Doc(ROW)]
    kind: Annotated[str, Doc(KIND)]
    source: Annotated[str, Doc("Who published it")]
    why: Annotated[str, Doc("Error of the service")]


class SourceNotLeftOut(TypedDict):
    """A source that calibration cannot do without; its rows are cross-validated by row only."""

    source: Annotated[str, Doc("Key of the source")]
    why: Annotated[str, Doc("Why calibration needs it")]


class InputNotTested(TypedDict):
    """A kind of input that no measurement tests."""

    input: Annotated[str, Doc("Kind of input")]
    what: Annotated[str, Doc("What is not measured")]
    why: Annotated[str, Doc("Why not, and what the estimate rests on")]


class OptionalInput(TypedDict):
    """Rows that state an optional input, each estimated with it and without it; their source is in no calibration."""

    input: Annotated[str, Doc("The field of a request")]
    rows: Annotated[int, Doc("Published rows that state it")]
    sources: Annotated[int, Doc("How many sources published them")]
    inside_without: Annotated[int, Doc("Rows whose figure lies in the interval without the input")]
    inside_with: Annotated[int, Doc("Rows whose figure lies in the interval with it")]
    width_without: Annotated[float, Doc("Median of upper over lower end of the interval without it")]
    width_with: Annotated[float, Doc("Median of upper over lower end of the interval with it")]
    left: Annotated[int, Doc("Rows whose figure left the interval because of the input")]
    narrows: Annotated[bool, Doc("Whether the median interval is narrower with the input")]
    holds: Annotated[bool, Doc("Whether at most a tenth of the rows left")]
    note: Annotated[str | None, Doc("Why the interval is not narrower; null if it is")]


class ComparedPeer(TypedDict):
    """Another estimator and the service, on the rows of one kind for which both have an estimate."""

    kind: Annotated[str, Doc(KIND)]
    estimator: Annotated[str, Doc("Name of the other estimator")]
    rows: Annotated[int, Doc("Number of rows")]
    our_median: Annotated[float, Doc("Median ratio of the service")]
    our_ninetieth: Annotated[float, Doc("Ratio of the service that one row in ten exceeds")]
    its_median: Annotated[float, Doc("Median ratio of the other estimator")]
    its_ninetieth: Annotated[float, Doc("Ratio of the other estimator that one row in ten exceeds")]


class ComparedEstimator(TypedDict):
    """Another estimator."""

    name: Annotated[str, Doc("Name")]
    compared: Annotated[str, Doc("Which of its results is compared")]
    reference: Annotated[str, Doc("Its publication")]


class Miss(ComparedFigure):
    """A row with a large ratio."""

    kind: Annotated[str, Doc(KIND)]
    unit: Annotated[str, Doc(UNIT)]
    ratio: Annotated[float, Doc("The larger of predicted over published and its inverse")]
    why: Annotated[str | None, Doc("Explanation; null if there is none")]


class RowLeftOut(TypedDict):
    """A published row that is not compared."""

    row: Annotated[str, Doc(ROW)]
    why: Annotated[str, Doc("Why not")]


class Scoreboard(TypedDict):
    """Estimates compared with published figures, calibrated without the published row or its source."""

    data_version: Annotated[str, Doc("Version of the tables that were validated")]
    by_source: Annotated[list[KindBySource], Doc("Cross-validated by source: the result that describes a new source")]
    unanswered: Annotated[list[RowWithoutAnswer], Doc("Rows without an estimate")]
    not_left_out: Annotated[list[SourceNotLeftOut], Doc("Sources that calibration cannot do without")]
    optional_inputs: Annotated[list[OptionalInput], Doc("What optional inputs narrow")]
    kinds: Annotated[list[ComparedKind], Doc("Cross-validated by run, reading or model")]
    peers: Annotated[list[ComparedPeer], Doc("Comparison with other estimators")]
    estimators: Annotated[list[ComparedEstimator], Doc("The other estimators")]
    misses: Annotated[list[Miss], Doc("The largest ratios, each row once, the worst first")]
    left_out: Annotated[list[RowLeftOut], Doc("Rows that are not compared")]
    not_tested: Annotated[list[InputNotTested], Doc("Inputs that no measurement tests")]


class Validation(Scoreboard):
    """Estimates compared with published figures, calibrated without the published row or its source."""

    current: Annotated[bool, Doc("Whether the tables that were validated are the ones in use")]
