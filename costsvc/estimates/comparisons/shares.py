"""Each task's share of what is paid once."""

from collections.abc import Mapping, Sequence

from costsvc.answers.amortization import Shares, TaskShare
from costsvc.model import amortization as formulas
from costsvc.requests.comparisons import Comparison


def share_upfront(request: Comparison, tasks: float) -> list[Shares]:
    """Share what is paid once among the tasks, by every key that the request gives for all of them.

    Args:
        request: The strategies and the tasks.
        tasks: Number of tasks. [1]
    """
    if not request.task_list:
        return [{"key": "equal", "tasks": [{"name": "each task", "share": 1.0 / tasks}]}]
    keys: Mapping[str, list[float | None]] = {
        "equal": [1.0 for _ in request.task_list],
        "requests": [task.requests for task in request.task_list],
        "tokens": [task.tokens for task in request.task_list],
        "weights": [task.weight for task in request.task_list],
    }
    return [{"key": key, "tasks": _shares(request, weights)} for key, weights in keys.items() if _is_complete(weights)]


def _is_complete(weights: Sequence[float | None]) -> bool:
    return all(weight is not None for weight in weights) and any(weights)


def _shares(request: Comparison, weights: Sequence[float | None]) -> list[TaskShare]:
    shares = formulas.shares([weight or 0.0 for weight in weights])
    return [{"name": task.name, "share": float(share)} for task, share in zip(request.task_list, shares, strict=True)]
