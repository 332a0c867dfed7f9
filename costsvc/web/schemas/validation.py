"""How near the estimates came to published figures, as JSON."""

import marshmallow as ma

from costsvc.web.fields import Part

NO_INTERVAL = "null where an answer rests on the caller's numbers alone and has no interval"
NINETIETH = "Ratio that one row in ten exceeds; of fewer than ten rows the second worst, of two the worst"
NO_VERDICT = "null without an interval, or where the figures are no measurements"


def _text(description: str, *, nullable: bool = False) -> ma.fields.String:
    return ma.fields.String(required=True, allow_none=nullable, metadata={"description": description})


def _whole(description: str, *, nullable: bool = False) -> ma.fields.Integer:
    return ma.fields.Integer(required=True, allow_none=nullable, metadata={"description": description})


def _number(description: str, *, nullable: bool = False) -> ma.fields.Float:
    return ma.fields.Float(required=True, allow_none=nullable, metadata={"description": description})


class ComparedFigure(ma.Schema):
    """A published figure and the estimate that answers it, in the unit of their kind."""

    row = _text("The published row")
    published = _number("The published figure")
    predicted = _number("The estimate, from fits without the published row or its source")
    low = _number("Lower end of its 90 % interval")
    high = _number("Upper end of its 90 % interval")


class CountInside(ma.Schema):
    """The central 95 % of Binomial(rows, 0.9): what a 90 % interval allows."""

    least = _whole("Fewest rows inside")
    most = _whole("Most rows inside")


class ComparedKind(ma.Schema):
    """Published figures of one kind; a ratio is the larger of predicted over published and its inverse."""

    kind = _text("What is compared")
    unit = _text("Unit of its figures; empty where they differ in it")
    rows = _whole("Published rows")
    median = _number("Median of the ratios")
    ninetieth = _number(NINETIETH)
    inside = _whole(f"Rows whose figure lies in the interval; {NO_INTERVAL}", nullable=True)
    may_be = Part(CountInside, f"How many that may be; {NO_INTERVAL}", required=True, allow_none=True)
    holds = ma.fields.Boolean(
        required=True, allow_none=True, metadata={"description": f"Whether it is as many; {NO_INTERVAL}"}
    )
    width = _number(f"Upper over lower end of the interval, in the median; {NO_INTERVAL}", nullable=True)
    points = ma.fields.List(
        ma.fields.Nested(ComparedFigure),
        required=True,
        metadata={"description": "What the figure is drawn from; none where the unit is empty"},
    )


class SourcedFigure(ComparedFigure):
    """A published figure of a source that no fit has seen, and the estimate that answers it."""

    source = _text("Who published it")


class SourceVote(ma.Schema):
    """Rows of one kind that one source published."""

    source = _text("Who published them")
    rows = _whole("How many there are")
    inside = _whole("Those whose figure lies in the interval")
    median = _number("Median of the ratios; null where no row has an answer", nullable=True)
    holds = ma.fields.Boolean(
        required=True,
        allow_none=True,
        metadata={
            "description": "Whether at least 80 % are inside; null of a single row and of a kind without a verdict"
        },
    )


class KindBySource(ma.Schema):
    """Published figures of one kind, each of a source that no fit has seen."""

    kind = _text("What is compared")
    unit = _text("Unit of its figures; empty where they differ in it")
    rows = _whole("Published rows, those without an answer included")
    unanswered = _whole("Rows without an answer; they count as misses")
    sources = _whole("How many published them")
    median = _number("Median of the ratios; null where no row has an answer", nullable=True)
    ninetieth = _number(
        f"{NINETIETH}; null where no row has an answer",
        nullable=True,
    )
    inside = _whole(f"Rows whose figure lies in the interval; {NO_INTERVAL}", nullable=True)
    may_be = Part(CountInside, f"How many that may be; {NO_VERDICT}", required=True, allow_none=True)
    holds = ma.fields.Boolean(
        required=True, allow_none=True, metadata={"description": f"Whether it is as many; {NO_VERDICT}"}
    )
    width = _number(f"Upper over lower end of the interval, in the median; {NO_INTERVAL}", nullable=True)
    sources_holding = _whole("Of the sources with two rows or more, those whose rows are inside to at least 80 %")
    sources_of_two_rows = _whole("Sources with two rows or more")
    note = _text("Why the kind has no verdict; null where it has one", nullable=True)
    votes = ma.fields.List(ma.fields.Nested(SourceVote), required=True, metadata={"description": "Each source"})
    points = ma.fields.List(
        ma.fields.Nested(SourcedFigure), required=True, metadata={"description": "Every row that has an answer"}
    )


class RowWithoutAnswer(ma.Schema):
    """A row that the service has no estimate for; it counts as a miss."""

    row = _text("The published row")
    kind = _text("What is compared")
    source = _text("Who published it")
    why = _text("What the service says")


class SourceNotLeftOut(ma.Schema):
    """A source that the fits cannot do without; its rows are tested by row only."""

    source = _text("Key of the table of sources")
    why = _text("What the fits need it for")


class InputNotTested(ma.Schema):
    """A kind of input that no measurement stands behind."""

    input = _text("The kind of input")
    what = _text("What of it is not measured")
    why = _text("Why not, and what the answer rests on")


class OptionalInput(ma.Schema):
    """Rows that state an optional input, each estimated with it and without it, its source left out of the fits."""

    input = _text("The field of a request")
    rows = _whole("Published rows that state it")
    sources = _whole("How many published them")
    inside_without = _whole("Rows whose figure lies in the interval where the input is left out")
    inside_with = _whole("Rows whose figure lies in the interval where it is given")
    width_without = _number("Upper over lower end of the interval where it is left out, in the median")
    width_with = _number("Upper over lower end of the interval where it is given, in the median")
    left = _whole("Rows whose figure left the interval because it was given")
    narrows = ma.fields.Boolean(
        required=True, metadata={"description": "Whether the interval is narrower in the median"}
    )
    holds = ma.fields.Boolean(required=True, metadata={"description": "Whether no more than a tenth of the rows left"})
    note = _text("Why the interval is no narrower; null where it is", nullable=True)


class ComparedPeer(ma.Schema):
    """Another estimator and the service on the rows of one kind that both answer."""

    kind = _text("What is compared")
    estimator = _text("The other estimator")
    rows = _whole("Rows that both answer")
    our_median = _number("Median of the service's ratios")
    our_ninetieth = _number("Ratio of the service that one row in ten exceeds")
    its_median = _number("Median of the other's ratios")
    its_ninetieth = _number("Ratio of the other that one row in ten exceeds")


class ComparedEstimator(ma.Schema):
    """What of another estimator is compared, and where it is described."""

    name = _text("Its name")
    compared = _text("What of it is compared")
    reference = _text("Where it is described")


class Miss(ComparedFigure):
    """A row that was missed."""

    kind = _text("What is compared")
    unit = _text("Unit of the figures; empty where they differ in it")
    ratio = _number("The larger of predicted over published and its inverse")
    why = _text("What explains it; null where nothing does", nullable=True)


class RowLeftOut(ma.Schema):
    """A row that is not held against an estimate."""

    row = _text("The published row")
    why = _text("Why not")


class Validation(ma.Schema):
    """Published figures beside what the service answers, from fits without the published row or its source."""

    current = ma.fields.Boolean(
        required=True, metadata={"description": "Whether this was measured on the tables that the service runs on"}
    )
    data_version = _text("Version of the tables that this was measured on")
    by_source = ma.fields.List(
        ma.fields.Nested(KindBySource),
        required=True,
        metadata={"description": "With the whole source left out of the fits: the table to go by"},
    )
    unanswered = ma.fields.List(ma.fields.Nested(RowWithoutAnswer), required=True)
    not_left_out = ma.fields.List(ma.fields.Nested(SourceNotLeftOut), required=True)
    optional_inputs = ma.fields.List(
        ma.fields.Nested(OptionalInput), required=True, metadata={"description": "What optional inputs narrow"}
    )
    kinds = ma.fields.List(
        ma.fields.Nested(ComparedKind),
        required=True,
        metadata={"description": "With only the run, the reading or the model left out of the fits"},
    )
    peers = ma.fields.List(ma.fields.Nested(ComparedPeer), required=True)
    estimators = ma.fields.List(ma.fields.Nested(ComparedEstimator), required=True)
    misses = ma.fields.List(
        ma.fields.Nested(Miss), required=True, metadata={"description": "The worst, each row once, the worst first"}
    )
    left_out = ma.fields.List(ma.fields.Nested(RowLeftOut), required=True)
    not_tested = ma.fields.List(ma.fields.Nested(InputNotTested), required=True)
