"""POST /v1/comparisons/change."""

from costsvc.answers.change import ChangeAnswer
from costsvc.estimates.comparisons.change import compare_change as estimate_change
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("change", __name__, tag="comparisons")
RUN = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 100, "total_params_b": 7, "region": "aws:us-east-1"}
EXAMPLE = {
    "before": {"training": RUN},
    "after": {"training": {**RUN, "accelerator": "h100-sxm5-80gb", "region": "aws:eu-north-1"}},
}
ENDPOINT = Endpoint(
    kind="change",
    path="/v1/comparisons/change",
    estimate=estimate_change,
    example=EXAMPLE,
    answer_type=ChangeAnswer,
)


@blueprint.question(ENDPOINT)
def compare_change() -> None:
    """Compare a workload before and after a change.

    The difference in each metric on paired draws, the probability that it is lower, the factors that
    explain it, and one line of Markdown for a pull request.
    """
