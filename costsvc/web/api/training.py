"""POST /v1/estimates/training."""

from costsvc.answers.estimate import TrainingEstimate
from costsvc.estimates.training import estimate_training as training
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("training", __name__, tag="estimates")
EXAMPLE = {
    "accelerator": "h100-sxm5-80gb",
    "accelerator_hours": 1000,
    "region": "aws:us-east-1",
    "total_params_b": 8,
    "overheads": {"failed_share": 0.1},
}
ENDPOINT = Endpoint(
    kind="training",
    path="/v1/estimates/training",
    estimate=training,
    example=EXAMPLE,
    answer_type=TrainingEstimate,
    explains=True,
)


@blueprint.question(ENDPOINT)
def estimate_training() -> None:
    """Estimate the cost of one training run.

    From accelerator-hours, from wall-clock hours of all accelerators, or from tokens and the size
    of the model.
    """
