"""POST /v1/estimates/training."""

from typing import Any

from flask import Response

from costsvc.estimates.spec import TrainingRun
from costsvc.estimates.training import training
from costsvc.reference.catalog import Catalog
from costsvc.web.api import CostsvcBlueprint, parameters
from costsvc.web.context import answer, catalog
from costsvc.web.schemas.answer import TrainingEstimate
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


@blueprint.post("/estimates/training")
@blueprint.arguments(TrainingRunSchema, example=EXAMPLE)
@blueprint.query(ExplainQuery)
@blueprint.response(200, TrainingEstimate)
def estimate_training(run: TrainingRun) -> Response:
    """Estimate the cost of one training run.

    From accelerator-hours, from wall-clock hours of an instance, or from tokens and the size of
    the model.
    """
    return answer(training(run, catalog(), **parameters(QUERY)))


def example(tables: Catalog) -> dict[str, Any]:
    """The answer to the example."""
    return training(TrainingRunSchema().load(EXAMPLE), tables)
