"""POST /v1/estimates/inference."""

from flask import Response

from costsvc.answers.estimate import InferenceEstimate
from costsvc.estimates.inference import inference
from costsvc.estimates.spec import Serving
from costsvc.web import metrics
from costsvc.web.api import CostsvcBlueprint, parameters
from costsvc.web.context import answer, catalog, private
from costsvc.web.question import Question
from costsvc.web.schemas.explain import QUERY, ExplainQuery
from costsvc.web.schemas.inference import ServingSchema

blueprint = CostsvcBlueprint("inference", __name__, url_prefix="/v1", description="What serving a model costs")
EXAMPLE = {
    "model": "llama-3.1-8b",
    "accelerator": "h100-sxm5-80gb",
    "accelerators": 1,
    "batch_size": 64,
    "input_tokens": 500,
    "output_tokens": 300,
    "requests": 1_000_000,
    "region": "gcp:us-central1",
}
QUESTION = Question(
    kind="inference",
    path="/v1/estimates/inference",
    schema=ServingSchema(),
    ask=inference,
    example=EXAMPLE,
    answer_type=InferenceEstimate,
    explains=True,
)


@blueprint.post("/estimates/inference")
@blueprint.arguments(ServingSchema, example=EXAMPLE)
@blueprint.query(ExplainQuery)
@blueprint.answers(InferenceEstimate)
def estimate_inference(asked: Serving) -> Response:
    """Estimate the cost of requests to a model.

    Of text from its tokens and the batch or rate, of images and video from steps and pixels, of
    small tasks from the tokens read.
    """
    found = inference(asked, catalog(), **parameters(QUERY))
    metrics.estimated(QUESTION.kind, found)
    return answer(found)


blueprint.after_request(private)
