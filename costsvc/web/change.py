"""POST /v1/comparisons/change."""

from flask import Response

from costsvc.answers.change import ChangeAnswer
from costsvc.estimates.alternatives import ChangeSpec
from costsvc.estimates.change import change
from costsvc.web import metrics
from costsvc.web.api import CostsvcBlueprint
from costsvc.web.context import answer, catalog, private
from costsvc.web.question import Question
from costsvc.web.schemas.change import ChangeSchema

blueprint = CostsvcBlueprint("change", __name__, url_prefix="/v1", description="A workload before and after a change")
RUN = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 100, "total_params_b": 7, "region": "aws:us-east-1"}
EXAMPLE = {
    "before": {"training": RUN},
    "after": {"training": {**RUN, "accelerator": "h100-sxm5-80gb", "region": "aws:eu-north-1"}},
}
QUESTION = Question(
    kind="change",
    path="/v1/comparisons/change",
    schema=ChangeSchema(),
    ask=change,
    example=EXAMPLE,
    answer_type=ChangeAnswer,
)


@blueprint.post("/comparisons/change")
@blueprint.arguments(ChangeSchema, example=EXAMPLE)
@blueprint.answers(ChangeAnswer)
def compare_change(asked: ChangeSpec) -> Response:
    """Hold a workload after a change against the same before it.

    The difference in each metric on paired draws, how probably it is lower, which factors moved it,
    and one line of Markdown for a pull request.
    """
    found = change(asked, catalog())
    metrics.estimated(QUESTION.kind, found)
    return answer(found)


blueprint.after_request(private)
