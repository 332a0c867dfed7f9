"""Training runs of which size, tokens, hardware and hours were published."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.model_names import same, slug
from costsvc.evidence.importers.models_trained import SOURCE, trained_models
from costsvc.evidence.importers.trained_on import hardware, identified
from costsvc.units import PER_BILLION

FACTS = Path(__file__).with_name("training_facts.csv")
"""Runs that stand in papers and model cards; the file is kept by hand."""

AGREES = 1.25
"""Tokens are taken where 6 x parameters x tokens gives upstream's FLOP within a quarter: elsewhere
"datapoints" are no tokens, or the run was no ordinary pre-training."""
COUNTED = "Operation counting"
"""FLOP that upstream derived from the hours alone would only repeat its own assumption."""
SMALLEST_FLOP = 1e21
PROJECT = "project"
"""What upstream's hours are: accelerators times the time that the project took, or a total of all its stages."""
NOT_TRAINED_SO = {
    "Llama 3.2 1B": "pruned from 8B and distilled",
    "Llama 3.2 3B": "pruned from 8B and distilled",
    "Llama 3.3 70B": "repeats the run of Llama 3.1 70B",
    "Nemotron-4 340B": "hours are upstream's estimate",
}
"""Records whose hours are not those of 6 x parameters x tokens, and why."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Gather the runs; a fact kept by hand goes before upstream's record of the same model.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Table ``training_runs``.
    """
    facts = pd.read_csv(FACTS)
    epoch = _epoch(upstream)
    new = epoch[~epoch["key"].isin(facts["name"].map(same))].drop(columns="key")
    return {"training_runs": pd.concat([facts, new], ignore_index=True).assign(quality="reported")}


def _epoch(upstream: Path) -> pd.DataFrame:
    result = trained_models(upstream)
    tokens = _tokens(result)
    kept = (
        tokens.notna()
        & result["training_accelerator_hours"].notna()
        & result["training_accelerator"].notna()
        & ~result["training_accelerator"].str.contains(",", na=False)
        & result["confidence"].eq("Confident")
        & result["base_model"].isna()
        & result["method"].fillna(COUNTED).str.contains(COUNTED)
        & result["training_flop"].ge(SMALLEST_FLOP)
        & ~result["name"].isin(NOT_TRAINED_SO)
    )
    rows = identified(result[kept], hardware().names)
    return pd.DataFrame(
        {
            "key": rows["key"],
            "run_id": rows["name"].map(slug),
            "name": rows["name"].str.strip(),
            "total_params_b": rows["params_b"],
            "active_params_b": rows["params_b"],
            "tokens_b": tokens[kept],
            "accelerator": rows["training_accelerator"],
            "accelerators": rows["quantity"],
            "accelerator_hours": rows["training_accelerator_hours"],
            "figure": PROJECT,
            "precision": None,
            "source_id": SOURCE,
            "locator": rows["file"] + ": Model = " + rows["name"].str.strip(),
        }
    )


def _tokens(result: pd.DataFrame) -> pd.Series:
    """Tokens passed, each epoch counted, where they agree with the FLOP of a dense model [10^9]."""
    by_flop = result["training_flop"] / (6 * result["params"])
    once = result["datapoints"].where(result["datapoints"] > 0)
    passes = once * result["epochs"].fillna(1.0)
    nearer = np.log(once / by_flop).abs() < np.log(passes / by_flop).abs()
    tokens = once.where(nearer, passes)
    return tokens.where(np.log(tokens / by_flop).abs() <= np.log(AGREES)) / PER_BILLION
