"""POST /v1/comparisons/placement."""

from flask import Response

from costsvc.answers.placement import PlacementAnswer
from costsvc.estimates.alternatives import Placement
from costsvc.estimates.placement import placement
from costsvc.web import metrics
from costsvc.web.api import CostsvcBlueprint
from costsvc.web.context import answer, catalog, private
from costsvc.web.question import Question
from costsvc.web.schemas.placement import PlacementSchema

blueprint = CostsvcBlueprint("placement", __name__, url_prefix="/v1", description="Where and on what a workload runs")
EXAMPLE = {
    "training": {
        "accelerator": "a100-sxm4-80gb",
        "accelerator_hours": 10_000,
        "total_params_b": 7,
        "region": "aws:us-east-1",
    },
    "accelerators": ["a100-sxm4-80gb", "h100-sxm5-80gb", "b200"],
    "regions": ["aws:us-east-1", "aws:us-west-2", "aws:eu-north-1"],
    "weights": {"cost_usd": 1, "carbon_kg": 0.2},
    "limit": 3,
}
QUESTION = Question(
    kind="placement",
    path="/v1/comparisons/placement",
    schema=PlacementSchema(),
    ask=placement,
    example=EXAMPLE,
    answer_type=PlacementAnswer,
)


@blueprint.post("/comparisons/placement")
@blueprint.arguments(PlacementSchema, example=EXAMPLE)
@blueprint.answers(PlacementAnswer)
def compare_places(asked: Placement) -> Response:
    """Find where and on what a workload should run.

    Every combination of accelerator, region, seller, kind of price and year, ranked by a metric or a
    weighted sum; those that nothing beats in money, CO2e, hours and water at once; each of the best in
    full and held against the workload as it was described.
    """
    found = placement(asked, catalog())
    metrics.estimated(QUESTION.kind, found)
    return answer(found)


blueprint.after_request(private)
