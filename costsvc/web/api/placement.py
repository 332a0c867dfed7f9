"""POST /v1/comparisons/placement."""

from costsvc.answers.placement import PlacementAnswer
from costsvc.estimates.placement.placement import rank_placements as estimate_placement
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("placement", __name__, tag="comparisons")
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
ENDPOINT = Endpoint(
    kind="placement",
    path="/v1/comparisons/placement",
    estimate=estimate_placement,
    example=EXAMPLE,
    answer_type=PlacementAnswer,
)


@blueprint.question(ENDPOINT)
def find_place() -> None:
    """Find the best place and accelerator for a workload.

    Every combination of accelerator, region, seller, kind of price and year, ranked by a metric or a
    weighted sum; the Pareto front of cost, CO2e, hours and water; the best options in full, compared
    with the workload as described.
    """
