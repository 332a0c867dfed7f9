"""Which of our accelerators upstream means by the hardware that a model was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from costsvc.errors import TableError
from costsvc.evidence.importers import accelerators
from costsvc.reference import names

RATES = ["peak_fp32_tflops", "peak_tf32_tflops", "peak_bf16_tflops", "peak_fp16_tflops"]
UNKNOWN = frozenset(
    ["NVIDIA Quadro GP100", "NVIDIA Quadro P600", "NVIDIA RTX A1000", "NVIDIA Tesla V100 SXM2", "Cerebras CS-2"]
)
"""Hardware without an unambiguous row in table ``accelerators``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The accelerators, as far as the training of models is concerned.

    Attributes:
        names: What each is called.
        peaks_tflops: The highest dense rate of each at 16 bits and more. [10^12 FLOP/s]
    """

    names: names.Names
    peaks_tflops: Mapping[str, float]


def hardware() -> Hardware:
    """The accelerators of the table."""
    chips, aliases = accelerators.known()
    ids, named = chips["accelerator_id"], aliases.set_index("alias")
    rows = {str(alias): {str(k): v for k, v in row.items()} for alias, row in named.to_dict("index").items()}
    return Hardware(
        names=names.accelerators(ids, rows, dict(zip(ids, chips["family"], strict=True))),
        peaks_tflops=dict(zip(ids, chips[RATES].max(axis=1), strict=True)),
    )


def identified(models: pd.DataFrame, known: names.Names) -> pd.DataFrame:
    """Models with ids in place of upstream's names; names without an id stand in training_hardware.

    Args:
        models: Rows with ``training_accelerator``.
        known: What accelerators are called.

    Raises:
        TableError: If a name is neither an accelerator's nor listed as unknown.
    """
    named = models["training_accelerator"].map(lambda text: [part.strip() for part in str(text).split(",")], "ignore")
    ids = named.map(lambda parts: ",".join(result.id for part in parts if (result := known.find(part))), "ignore")
    others = named.map(lambda parts: ",".join(part for part in parts if not known.find(part)), "ignore")
    if missing := {part for text in others.dropna() for part in text.split(",") if part} - UNKNOWN:
        raise TableError(f"accelerators has no row, and UNKNOWN no entry, for {sorted(missing)}")
    return models.assign(training_accelerator=ids.replace("", None), training_hardware=others.replace("", None))
