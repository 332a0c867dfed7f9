"""POST /v1/estimates/training."""

from flask import Response

from costsvc.answers.estimate import TrainingEstimate
from costsvc.estimates.spec import TrainingRun
from costsvc.estimates.training import training
from costsvc.web import metrics
from costsvc.web.api import CostsvcBlueprint, parameters
from costsvc.web.context import answer, catalog, private
from costsvc.web.question import Question
from costsvc.web.schemas.explain import QUERY, ExplainQuery
from costsvc.web.schemas.training import TrainingRunSchema

blueprint = CostsvcBlueprint("training", __name__, url_prefix="/v1", description="What training a model costs")
EXAMPLE = {
    "accelerator": "h100-sxm5-80gb",
    "accelerator_hours": 1000,
    "region": "aws:us-east-1",
    "total_params_b": 8,
    "overheads": {"failed_share": 0.1},
}
QUESTION = Question(
    kind="training",
    path="/v1/estimates/training",
    schema=TrainingRunSchema(),
    ask=training,
    example=EXAMPLE,
    answer_type=TrainingEstimate,
    explains=True,
)


@blueprint.post("/estimates/training")
@blueprint.arguments(TrainingRunSchema, example=EXAMPLE)
@blueprint.query(ExplainQuery)
@blueprint.answers(TrainingEstimate)
def estimate_training(run: TrainingRun) -> Response:
    """Estimate the cost of one training run.

    From accelerator-hours, from wall-clock hours of an instance, or from tokens and the size of
    the model.
    """
    found = training(run, catalog(), **parameters(QUERY))
    metrics.estimated(QUESTION.kind, found)
    return answer(found)


blueprint.after_request(private)
