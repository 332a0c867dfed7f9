"""POST /v1/comparisons/amortization."""

from flask import Response

from costsvc.answers.amortization import Amortization
from costsvc.estimates.amortization import amortization
from costsvc.estimates.spec import Comparison
from costsvc.web import metrics
from costsvc.web.api import CostsvcBlueprint, parameters
from costsvc.web.context import answer, catalog, private
from costsvc.web.question import Question
from costsvc.web.schemas.amortization import ComparisonSchema
from costsvc.web.schemas.explain import QUERY, ExplainQuery

blueprint = CostsvcBlueprint("amortization", __name__, url_prefix="/v1", description="Shared model or one per task")
SMALL = {"accelerator": "a100-sxm4-80gb", "region": "aws:us-east-1"}
EXAMPLE = {
    "tasks": 10,
    "requests_per_task": 1_000_000,
    "strategies": [
        {
            "name": "shared",
            "upfront": [{"known": {"energy_kwh": 400_000, "carbon_kg": 150_000, "cost_usd": 1_500_000}}],
            "per_task": [{"training": {**SMALL, "accelerator_hours": 20, "method": "lora", "total_params_b": 7}}],
            "per_request": {
                "inference": {**SMALL, "total_params_b": 7, "batch_size": 32, "input_tokens": 300, "output_tokens": 20}
            },
        },
        {
            "name": "per-task",
            "per_task": [{"training": {**SMALL, "accelerator_hours": 2000, "workload": "encoder"}}],
            "per_request": {
                "inference": {**SMALL, "task": "classification", "total_params_b": 0.1, "input_tokens": 300}
            },
        },
    ],
    "baseline": "per-task",
}
QUESTION = Question(
    kind="amortization",
    path="/v1/comparisons/amortization",
    schema=ComparisonSchema(),
    ask=amortization,
    example=EXAMPLE,
    answer_type=Amortization,
    explains=True,
)


@blueprint.post("/comparisons/amortization")
@blueprint.arguments(ComparisonSchema, example=EXAMPLE)
@blueprint.query(ExplainQuery)
@blueprint.answers(Amortization)
def compare_strategies(asked: Comparison) -> Response:
    """Compare one shared model with one model per task.

    Totals of each strategy, from how many tasks or requests on it is the cheaper one, how sure
    that is, curves to plot, and each task's share of what is paid once.
    """
    found = amortization(asked, catalog(), **parameters(QUERY))
    metrics.estimated(QUESTION.kind, found)
    return answer(found)


blueprint.after_request(private)
