"""Tools for language models: the five endpoints that they need most, each with its most important fields.

Their schemas are parts of the OpenAPI document, so they are those by which requests are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from costsvc.answers.operations import ToolAnswer
from costsvc.web.blueprint import SCHEMAS
from costsvc.web.registry import ENDPOINTS

KEPT = ("type", "enum", "examples", "format", "oneOf", "items")
"""What a tool's schema says of a field, besides the first clause of its description; the service checks the rest."""
TRAINING = (
    *("accelerator", "accelerators", "accelerator_hours", "training_tokens_b"),
    *("model", "total_params_b", "region"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool.

    Attributes:
        name: Its name, that of the operation of the endpoint.
        kind: The kind of question that it answers.
        description: What it does, for a language model.
        fields: Dotted names of the fields that it takes; the endpoint takes more.
        example: Arguments.
    """

    name: str
    kind: str
    description: str
    fields: tuple[str, ...]
    example: Mapping[str, object]

    @property
    def path(self) -> str:
        """The address of its endpoint."""
        return ENDPOINTS[self.kind].path


TOTALS = "energy (kWh), CO2e (kg), water (L) and cost (USD)"
TOOLS: tuple[Tool, ...] = (
    Tool(
        name="estimate_training",
        kind="training",
        description=f"Estimate {TOTALS} of training or fine-tuning a model, each with a 90 % interval. Give "
        "accelerator with accelerator_hours, or accelerator with training_tokens_b and model or total_params_b.",
        fields=(*TRAINING, "method", "precision", "overheads.failed_share"),
        example={"accelerator": "h100", "accelerator_hours": 1000, "total_params_b": 8, "region": "aws:us-east-1"},
    ),
    Tool(
        name="estimate_serving",
        kind="inference",
        description=f"Estimate {TOTALS} of requests to a model, each with a 90 % interval: of an open model on "
        "accelerators, or of a hosted model (provider and model, without accelerator).",
        fields=(
            *("provider", "model", "total_params_b", "accelerator", "accelerators", "precision", "batch_size"),
            *("input_tokens", "output_tokens", "requests", "region"),
        ),
        example={
            "provider": "openai",
            "model": "gpt-4o",
            "input_tokens": 500,
            "output_tokens": 300,
            "requests": 1000,
        },
    ),
    Tool(
        name="compare_api_or_own",
        kind="api_or_own",
        description="Compare calls to a hosted model with own or rented accelerators for the same traffic: "
        "CO2e, cost, energy and water of a month, and the traffic from which own hardware is cheaper.",
        fields=(
            *("api.provider", "api.model", "api.input_tokens", "api.output_tokens"),
            *("own.model", "own.accelerator", "own.accelerators", "own.precision", "own.region"),
            *("requests_per_month", "peak_ratio"),
        ),
        example={
            "api": {"provider": "openai", "model": "gpt-4o", "input_tokens": 500, "output_tokens": 300},
            "own": {"model": "llama-3.3-70b", "accelerator": "h100", "accelerators": 4, "region": "aws:us-east-1"},
            "requests_per_month": 1_000_000,
        },
    ),
    Tool(
        name="find_place",
        kind="placement",
        description="Find the region and accelerator with the least CO2e, cost, energy, water or hours for a training "
        "run or for requests. Give one of training and inference, and the places and accelerators to compare.",
        fields=(
            *(f"training.{name}" for name in TRAINING),
            *("inference.model", "inference.input_tokens", "inference.output_tokens", "inference.requests"),
            *("accelerators", "regions", "metric", "max_usd"),
        ),
        example={
            "training": {"accelerator": "h100", "accelerator_hours": 1000, "region": "aws:us-east-1"},
            "regions": ["aws:us-east-1", "aws:us-west-2", "aws:eu-north-1"],
            "metric": "carbon_kg",
        },
    ),
    Tool(
        name="find_time",
        kind="schedule",
        description="Find the time between two instants at which a training run or a constant load emits the least "
        "CO2e, by the grid's hourly profile. Give training, or energy_kwh with region and duration_h.",
        fields=(
            *("training.accelerator", "training.accelerators", "training.accelerator_hours", "training.region"),
            *("energy_kwh", "region", "duration_h", "earliest", "deadline", "interruptible", "other_regions"),
        ),
        example={
            "training": {
                "accelerator": "h100",
                "accelerators": 32,
                "accelerator_hours": 192,
                "region": "aws:us-west-1",
            },
            "earliest": "2027-04-05T18:00:00-07:00",
            "deadline": "2027-04-09T18:00:00-07:00",
        },
    ),
)


def described(document: Mapping[str, Any]) -> list[ToolAnswer]:
    """The tools as a language model is told of them.

    Args:
        document: The OpenAPI document.
    """
    return [
        ToolAnswer(
            name=tool.name,
            description=tool.description,
            input_schema=input_schema(document, tool),
            method="POST",
            path=f"{tool.path}?view=short",
            example=dict(tool.example),
        )
        for tool in TOOLS
    ]


def input_schema(document: Mapping[str, Any], tool: Tool) -> dict[str, object]:
    """The JSON schema of the arguments of a tool.

    Args:
        document: The OpenAPI document.
        tool: The tool.
    """
    body = document["paths"][tool.path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return _part(document, body, tool.fields)


def _part(document: Mapping[str, Any], schema: Mapping[str, Any], names: Iterable[str]) -> dict[str, object]:
    """Some fields of the schema of an object."""
    whole = _followed(document, schema)
    inner: dict[str, list[str]] = {}
    for name in names:
        head, _, rest = name.partition(".")
        inner.setdefault(head, []).extend([rest] if rest else [])
    properties = {
        name: _part(document, whole["properties"][name], rest) if rest else _field(whole["properties"][name])
        for name, rest in inner.items()
    }
    required = [name for name in whole.get("required", ()) if name in inner]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _field(schema: Mapping[str, Any]) -> dict[str, object]:
    return {"description": schema["description"].partition(";")[0], **_kept(schema)}


def _kept(value: Any) -> Any:
    """What is kept of a schema and of those inside it."""
    if isinstance(value, list):
        return [_kept(one) for one in value]
    return {name: _kept(value[name]) for name in KEPT if name in value} if isinstance(value, dict) else value


def _followed(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema itself in place of a reference to it."""
    found = schema.get("$ref") or schema.get("allOf", [{}])[0].get("$ref")
    inner: Mapping[str, Any] = document["components"]["schemas"][found.removeprefix(SCHEMAS)] if found else schema
    return inner
