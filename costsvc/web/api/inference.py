"""POST /v1/estimates/inference."""

from costsvc.answers.estimate import InferenceEstimate
from costsvc.estimates.serving import estimate_serving as serving
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("inference", __name__, tag="estimates")
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
ENDPOINT = Endpoint(
    kind="inference",
    path="/v1/estimates/inference",
    estimate=serving,
    example=EXAMPLE,
    answer_type=InferenceEstimate,
    explains=True,
)


@blueprint.question(ENDPOINT)
def estimate_serving() -> None:
    """Estimate the cost of requests to a model.

    Text from its tokens and the batch size or rate, images and video from steps and pixels, small
    tasks from the input tokens.
    """
