"""GET /v1/validation: estimates compared with published figures."""

from functools import partial

from flask import Response

from costsvc.answers.validation import Validation
from costsvc.report.figures.accuracy import FIGURES
from costsvc.report.figures.theme import with_theme
from costsvc.web import problems, query_params
from costsvc.web.api.figures import TYPES, asked_variant, content, drawn, variants
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.compression import compressed
from costsvc.web.http import answer, catalog, revalidated, services, tagged

blueprint = CostsvcBlueprint("validation", __name__, url_prefix="/v1", tag="validation")
FIGURE = "figure"
NAMES = tuple(FIGURES)
FORM = {
    "name": "form",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "enum": list(TYPES)},
    "example": "svg",
}
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
    "optional_inputs": [
        {
            "input": "concurrency_share",
            "rows": 70,
            "sources": 8,
            "inside_without": 51,
            "inside_with": 62,
            "width_without": 6.34,
            "width_with": 4.53,
            "left": 3,
            "narrows": True,
            "holds": True,
            "note": None,
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


@blueprint.get("/validation")
@blueprint.answers(Validation, example=EXAMPLE)
@blueprint.alt_response(304, description="Not modified since the ETag")
def get_validation() -> Response:
    """Compare estimates with published figures.

    By kind of figure, cross-validated by source and by row, and compared with other estimators; with the largest
    misses, the inputs that no measurement tests, and every point of the figure.
    """
    board = services().scoreboard
    return revalidated(answer({"current": board["data_version"] == catalog().version, **board}))


@blueprint.get("/validation/figure.<form>", parameters=[FORM])
@blueprint.doc(
    description="One of\n\n" + "\n".join(f"- `{name}`: {figure.title}" for name, figure in FIGURES.items()),
    parameters=[query_params.words_of(FIGURE, NAMES, "Which figure; default all"), *variants()],
    responses={"200": {"description": "The figure", "content": content()}},
)
@blueprint.alt_response(304, description="Not modified since the ETag")
@blueprint.problem(404)
@blueprint.problem(422)
@blueprint.problem(503)
def draw_validation(form: str) -> Response:
    """Draw estimates beside published figures, or the service beside other estimators."""
    if form not in TYPES:
        return problems.problem(404, "not-found", f"No such format; available: {', '.join(TYPES)}.")
    return tagged(partial(_figure, form))


def _figure(form: str) -> Response:
    name = query_params.one_of(FIGURE, NAMES, NAMES[0])
    variant, download = asked_variant(), query_params.is_download()
    spec = FIGURES[name].of(services().scoreboard)
    return drawn(with_theme(spec, *variant), form, f"accuracy-{name}" if download else None)


blueprint.after_request(compressed)
