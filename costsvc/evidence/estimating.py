"""The only place where evidence reaches into estimates: requests, and how they are estimated."""

from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.amortization import amortization as estimate_amortization
from costsvc.estimates.serving import estimate_serving
from costsvc.estimates.training import estimate_training
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
from costsvc.resolve.text import DIMENSIONS

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
