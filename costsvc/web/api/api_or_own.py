"""POST /v1/comparisons/api-or-own."""

from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.estimates.comparisons.api_or_own import compare_api_or_own as compare
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("api_or_own", __name__, tag="comparisons")
EXAMPLE = {
    "api": {"provider": "openai", "model": "gpt-4o-mini", "input_tokens": 1000, "output_tokens": 300},
    "own": {"model": "llama-3.1-8b", "accelerator": "l40s", "accelerators": 1, "region": "aws:us-east-1"},
    "requests_per_month": 3_000_000,
}
ENDPOINT = Endpoint(
    kind="api_or_own",
    path="/v1/comparisons/api-or-own",
    estimate=compare,
    example=EXAMPLE,
    answer_type=ApiOrOwnAnswer,
)


@blueprint.question(ENDPOINT)
def compare_api_or_own() -> None:
    """Compare calls to a hosted model with own or rented hardware for the same traffic.

    Totals of a month, and the break-even in requests a month and in utilisation of a replica, in each
    metric. The quality of the two models is the caller's to judge.
    """
