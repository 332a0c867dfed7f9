"""Which of our accelerators upstream means by the hardware that a model was trained on."""

from collections.abc import Mapping

import pandas as pd

from costsvc.errors import TableError
from costsvc.evidence.build import accelerators
from costsvc.evidence.build.rows import facts
from costsvc.reference import names

FACTS = "accelerator_facts.csv"
RATES = ["peak_fp32_tflops", "peak_tf32_tflops", "peak_bf16_tflops", "peak_fp16_tflops"]
UNKNOWN = frozenset(
    ["NVIDIA Quadro GP100", "NVIDIA Quadro P600", "NVIDIA RTX A1000", "NVIDIA Tesla V100 SXM2", "Cerebras CS-2"]
)
"""Hardware that table ``accelerators`` has no row of, or of which it cannot be said which row it is."""


def identified(models: pd.DataFrame) -> pd.DataFrame:
    """Models with ids in place of upstream's names; names without an id stand in training_hardware.

    Raises:
        TableError: If a name is neither an accelerator's nor listed as unknown.
    """
    known = _names()
    named = models["training_accelerator"].map(lambda text: [part.strip() for part in str(text).split(",")], "ignore")
    ids = named.map(lambda parts: ",".join(found.id for part in parts if (found := known.find(part))), "ignore")
    others = named.map(lambda parts: ",".join(part for part in parts if not known.find(part)), "ignore")
    if missing := {part for text in others.dropna() for part in text.split(",") if part} - UNKNOWN:
        raise TableError(f"accelerators has no row, and UNKNOWN no entry, for {sorted(missing)}")
    return models.assign(training_accelerator=ids.replace("", None), training_hardware=others.replace("", None))


def peaks_tflops() -> Mapping[str, float]:
    """The highest dense rate of 16 bits and more of each accelerator [10^12 FLOP/s]."""
    typed = facts(FACTS)
    return dict(zip(typed["accelerator_id"], typed[RATES].max(axis=1), strict=True))


def _names() -> names.Names:
    typed = facts(FACTS)
    aliases = accelerators.aliases(typed).set_index("alias")
    rows = {str(alias): {str(k): str(v) for k, v in row.items()} for alias, row in aliases.to_dict("index").items()}
    families = dict(zip(typed["accelerator_id"], typed["accelerator_id"].map(accelerators.family_of), strict=True))
    return names.accelerators(typed["accelerator_id"], rows, families)
