"""The questions that follow an answer, with its fields carried over."""

from collections.abc import Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
CALL_FIELDS = ("input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens")
"""Fields of requests that describe a call to a hosted model as well."""
MACHINE_FIELDS = ("model", "total_params_b", "active_params_b", "accelerator", "accelerators", "region", "precision")


def next_questions(kind: str, body: Body) -> Iterator[tuple[str, str, Body]]:
    """The questions that follow an estimate: title, name of the view, and request.

    Args:
        kind: The kind of the estimate.
        body: Its request.
    """
    twin = "" if kind == "training" else "_serving"
    measured = "energy_kwh" in body or "it_energy_kwh" in body
    if not measured:
        yield "Where would it be cheaper or cleaner?", f"placement{twin}", {kind: body, "regions": "all", "limit": 10}
    yield "What would a change save?", f"change{twin}", {"before": {kind: body}, "after": {kind: body}}
    if kind == "training" and not measured:
        yield "When should it run?", "schedule", {"training": body}
    if kind == "training" and not measured:
        served = {name: body[name] for name in MACHINE_FIELDS if name in body and name != "accelerators"}
        yield "What will it cost to serve it?", "serving", {**served, "requests": 1_000_000}
    if kind == "inference" and "provider" not in body and "input_tokens" in body:
        own = {name: body[name] for name in MACHINE_FIELDS if name in body}
        calls = {name: body[name] for name in CALL_FIELDS if name in body}
        traffic = {"requests_per_month": body.get("requests", 1_000_000)}
        yield "Would calls to a hosted model be cheaper?", "api_or_own", {"api": calls, "own": own, **traffic}
