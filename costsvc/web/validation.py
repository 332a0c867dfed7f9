"""GET /v1/validation: how near the estimates came to published figures."""

import marshmallow as ma
from flask import Response, current_app

from costsvc.evidence.figure import specification
from costsvc.evidence.published import cases_of
from costsvc.web import problems
from costsvc.web.api import CostsvcBlueprint
from costsvc.web.context import answer, catalog, revalidated, tagged
from costsvc.web.fields import Part
from costsvc.web.packing import packed

blueprint = CostsvcBlueprint("validation", __name__, url_prefix="/v1", description="How near the estimates come")
TYPES = {"svg": "image/svg+xml", "png": "image/png"}
FORM = {
    "name": "form",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "enum": list(TYPES)},
    "example": "svg",
}
CONTENT = {media_type: {"schema": {"type": "string"}} for media_type in TYPES.values()}
NO_INTERVAL = "null where an answer rests on the caller's numbers alone and has no interval"
NINETIETH = "Ratio that one row in ten exceeds; of fewer than ten rows the second worst, of two the worst"
NO_VERDICT = "null without an interval, or where the figures are no measurements"
EXAMPLE = {
    "current": True,
    "data_version": "0123456789abcdef",
    "by_source": [
        {
            "kind": "another source: chip energy, hours given",
            "unit": "kWh",
            "rows": 4,
            "unanswered": 0,
            "sources": 1,
            "median": 1.21,
            "ninetieth": 1.24,
            "inside": 1,
            "may_be": {"least": 2, "most": 4},
            "holds": False,
            "width": 1.64,
            "sources_holding": 0,
            "sources_of_two_rows": 1,
            "note": None,
            "votes": [{"source": "Nkluge-correa/Tucano", "rows": 4, "inside": 1, "median": 1.21, "holds": False}],
            "points": [
                {
                    "row": "tucano_160m_chip",
                    "source": "Nkluge-correa/Tucano",
                    "published": 160.6,
                    "predicted": 106.7,
                    "low": 82.1,
                    "high": 138.5,
                }
            ],
        }
    ],
    "unanswered": [
        {
            "row": "z_image_cost",
            "kind": "another source: dollars, hours given",
            "source": "Z-Image report restated",
            "why": "the answer has nothing at /cost/total_usd",
        }
    ],
    "not_left_out": [
        {
            "source": "mlcommons-power",
            "why": "the only logs of servers at the wall: without them nothing says what a server adds to its chips",
        }
    ],
    "kinds": [
        {
            "kind": "training: chip power",
            "unit": "W",
            "rows": 16,
            "median": 1.211,
            "ninetieth": 2.12,
            "inside": 14,
            "may_be": {"least": 12, "most": 16},
            "holds": True,
            "width": 1.64,
            "points": [{"row": "zeus_v100_ncf", "published": 36.2, "predicted": 135.0, "low": 45.5, "high": 268.1}],
        }
    ],
    "peers": [
        {
            "kind": "training: chip power",
            "estimator": "TDP",
            "rows": 16,
            "our_median": 1.21,
            "our_ninetieth": 2.12,
            "its_median": 1.34,
            "its_ninetieth": 2.84,
        }
    ],
    "estimators": [
        {
            "name": "TDP",
            "compared": "the chip's rated power, as though nothing else drew any",
            "reference": "Lacoste et al. 2019, arXiv:1910.09700, section 2; what most model cards print",
        }
    ],
    "misses": [
        {
            "row": "zeus_v100_ncf",
            "kind": "training: chip power",
            "unit": "W",
            "published": 36.2,
            "predicted": 135.0,
            "low": 45.5,
            "high": 268.1,
            "ratio": 3.73,
            "why": "a small recommender that leaves its chip nearly idle: 15 % of its power limit",
        }
    ],
    "left_out": [{"row": "flm_gpt3", "why": "energy without PUE beside CO2 with it"}],
    "not_tested": [
        {
            "input": "processors",
            "what": "training and serving on processors alone",
            "why": "no published run states its energy and its work; power is a share of the thermal design power",
        }
    ],
}


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
    predicted = _number("The estimate, with what is tested left out of the fits")
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
    note = _text("Why there is no verdict; null where there is one", nullable=True)
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
    """Published figures beside what the service answers, with what is tested left out of the fits."""

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


@blueprint.get("/validation")
@blueprint.response(200, Validation, example=EXAMPLE)
@blueprint.alt_response(304, description="Nothing has changed since the ETag")
def show_validation() -> Response:
    """Show how near the estimates came to published figures.

    By kind of figure, with the source or only the row left out of the fits, and beside other estimators; with the worst
    misses, what no measurement tests, and every point of the figure.
    """
    board = current_app.extensions["scoreboard"]
    return revalidated(answer({"current": board["data_version"] == catalog().version, **board}))


@blueprint.get("/validation/figure.<form>", parameters=[FORM])
@blueprint.doc(responses={"200": {"description": "The figure", "content": CONTENT}})
@blueprint.alt_response(304, description="Nothing has changed since the ETag")
@blueprint.problem(404)
@blueprint.problem(503)
def draw_validation(form: str) -> Response:
    """Draw predicted against published figures, by kind."""
    if form not in TYPES:
        return problems.problem(404, "not-found", f"The figure can be had as {' or '.join(TYPES)}.")
    return tagged(lambda: Response(_drawn(form), content_type=TYPES[form]))


def _drawn(form: str) -> bytes:
    extensions = current_app.extensions
    drawn: bytes = extensions["artist"].draw(specification(cases_of(extensions["scoreboard"])), form)
    return drawn


blueprint.after_request(packed)
