"""The only place where evidence reaches into estimates: requests, and how they are estimated."""

from costsvc.estimates.amortization import amortization as estimate_amortization
from costsvc.estimates.answer import Plain
from costsvc.estimates.inference import inference as estimate_serving
from costsvc.estimates.shape import DIMENSIONS
from costsvc.estimates.spec import (
    Comparison,
    Engine,
    Known,
    Machine,
    Precision,
    Serving,
    Site,
    StrategySpec,
    Subject,
    Task,
    Training,
    TrainingRun,
    Workload,
)
from costsvc.estimates.training import training as estimate_training

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
