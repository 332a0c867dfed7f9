"""The only place where evidence reaches into estimates: requests, and how they are estimated."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from costsvc.estimates import serving, training
from costsvc.estimates.comparisons.amortization import compare_strategies
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import Comparison, Known, StrategySpec
from costsvc.requests.workloads import (
    Engine,
    Machine,
    Precision,
    Serving,
    Site,
    Subject,
    Task,
    Training,
    TrainingRun,
    Workload,
)
from costsvc.resolve.text_request import DIMENSIONS

Plain: TypeAlias = Mapping[str, Any]
"""A request or an answer as JSON, read by key."""

__all__ = [
    "DIMENSIONS",
    "Comparison",
    "Engine",
    "Known",
    "Machine",
    "Plain",
    "Precision",
    "Serving",
    "Site",
    "StrategySpec",
    "Subject",
    "Task",
    "Training",
    "TrainingRun",
    "Workload",
    "estimate_amortization",
    "estimate_serving",
    "estimate_training",
]


def estimate_training(run: TrainingRun, catalog: Catalog) -> Plain:
    """Estimate a training run."""
    return training.estimate_training(run, catalog)


def estimate_serving(request: Serving, catalog: Catalog) -> Plain:
    """Estimate requests to a model."""
    return serving.estimate_serving(request, catalog)


def estimate_amortization(request: Comparison, catalog: Catalog) -> Plain:
    """Compare strategies."""
    return compare_strategies(request, catalog)
