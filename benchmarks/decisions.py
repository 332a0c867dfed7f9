"""The two largest comparisons within the limits."""

from typing import Any

PLACE = {"accelerator": "a100-sxm4-80gb", "region": "aws:us-east-1"}
AXIS = {"low": 1, "high": 1e6, "points": 50}
STRATEGIES = 10


def placement(hours: float) -> dict[str, Any]:
    """A training run on every accelerator in every cloud region."""
    return {
        "training": {**PLACE, "accelerator_hours": hours, "total_params_b": 7},
        "accelerators": "all",
        "regions": "all",
        "offered_only": False,
        "weights": {"cost_usd": 1, "carbon_kg": 0.2},
    }


def amortization(hours: float) -> dict[str, Any]:
    """Ten strategies of four estimated parts each, and a surface."""
    return {
        "tasks": 10,
        "requests_per_task": 1e6,
        "strategies": [_strategy(i, hours) for i in range(STRATEGIES)],
        "surface": {"tasks": AXIS, "requests_per_task": AXIS},
    }


def _strategy(place: int, hours: float) -> dict[str, Any]:
    return {
        "name": f"strategy {place}",
        "upfront": [
            {"training": {**PLACE, "accelerator_hours": hours * (place + 1), "total_params_b": 7}},
            {"hosting": {**PLACE, "hours": 8760}},
        ],
        "per_task": [{"training": {**PLACE, "accelerator_hours": 20 + place, "method": "lora", "total_params_b": 7}}],
        "per_request": {
            "inference": {
                **PLACE,
                "total_params_b": 7,
                "batch_size": 4 + place,
                "input_tokens": 300,
                "output_tokens": 20,
            }
        },
    }
