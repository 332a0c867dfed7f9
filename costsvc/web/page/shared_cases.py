"""Ready cases of shared models against models per task, each a request."""

from collections.abc import Mapping
from typing import NamedTuple

from costsvc.web.api import amortization

YEAR_H = 8760
TOKENS = {"input_tokens": 500, "output_tokens": 100}
OPEN = {"model": "llama-3.1-8b", "region": "aws:us-east-1"}
SERVED = {**OPEN, "accelerator": "l40s", "batch_size": 8, **TOKENS}
TUNED = {**OPEN, "accelerator": "h100", "training_tokens_b": 0.05}
REPLICA = {"hosting": {"accelerator": "l40s", "accelerators": 1, "hours": YEAR_H, "region": "aws:us-east-1"}}


class Case(NamedTuple):
    """A case to start from.

    Attributes:
        title: The question that it answers.
        body: Its request.
    """

    title: str
    body: Mapping[str, object]


CASES = (
    Case(
        title="Adapters on one model, or a fine-tuned copy for each task?",
        body={
            "tasks": 10,
            "requests_per_task": 1_000_000,
            "strategies": [
                {
                    "name": "shared",
                    "upfront": [REPLICA],
                    "per_task": [{"training": {**TUNED, "method": "lora"}}],
                    "per_request": {"inference": SERVED},
                },
                {
                    "name": "copy-per-task",
                    "per_task": [{"training": {**TUNED, "method": "finetuning"}}, REPLICA],
                    "per_request": {"inference": SERVED},
                },
            ],
            "baseline": "copy-per-task",
        },
    ),
    Case(
        title="One general model, or a small model for each task?",
        body=amortization.EXAMPLE,
    ),
    Case(
        title="A hosted model, or a small model of one's own for each task?",
        body={
            "tasks": 10,
            "requests_per_task": 1_000_000,
            "strategies": [
                {"name": "hosted", "per_request": {"api": {"provider": "openai", "model": "gpt-4o-mini", **TOKENS}}},
                {
                    "name": "own",
                    "per_task": [{"training": {**TUNED, "method": "lora"}}, REPLICA],
                    "per_request": {"inference": SERVED},
                },
            ],
            "baseline": "own",
        },
    ),
)
