"""POST /v1/comparisons/amortization."""

from costsvc.answers.amortization import Amortization
from costsvc.estimates.comparisons.amortization import compare_strategies as estimate_amortization
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("amortization", __name__, tag="comparisons")
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
ENDPOINT = Endpoint(
    kind="amortization",
    path="/v1/comparisons/amortization",
    estimate=estimate_amortization,
    example=EXAMPLE,
    answer_type=Amortization,
    explains=True,
)


@blueprint.question(ENDPOINT)
def compare_strategies() -> None:
    """Compare one shared model with one model per task.

    Totals of each strategy, the number of tasks or requests at which it becomes cheaper, the
    probability of that, curves to plot, and each task's share of one-time costs.
    """
