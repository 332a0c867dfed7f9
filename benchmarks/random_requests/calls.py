"""Draw calls to hosted models, and comparisons of them with own machines."""

from typing import Any

from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.machines import accelerator
from benchmarks.random_requests.names import Names
from benchmarks.random_requests.sites import site


def call(draw: Draw, names: Names) -> dict[str, Any]:
    """A call to a hosted model that is billed by the token."""
    provider, model = draw.choice(names.api_models)
    prompt, output = draw.count(1, 50_000), draw.count(1, 4000)
    some = draw.fields(
        {
            "cached_input_tokens": (0.2, lambda: draw.randint(0, prompt // 2)),
            "cache_write_tokens": (0.1, lambda: draw.randint(0, prompt // 2)),
            "reasoning_tokens": (0.1, lambda: draw.randint(0, output)),
            "date": (0.1, lambda: f"{draw.randint(2023, 2026)}-0{draw.randint(1, 9)}-15"),
        }
    )
    tokens = {"input_tokens": prompt, "output_tokens": output}
    return {"provider": provider, "model": model, **tokens, **some, **site(draw, names, priced=False)}


def api_or_own(draw: Draw, names: Names) -> dict[str, Any]:
    """A hosted model against an own machine that serves one whose size is known."""
    own = {"accelerator": accelerator(draw, names), "model": draw.choice(names.measured_models), **site(draw, names)}
    some = draw.fields({"peak_ratio": (0.3, lambda: draw.between(1, 10))})
    return {"api": call(draw, names), "own": own, "requests_per_month": draw.size(1, 1e9), **some}
