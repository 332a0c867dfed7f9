"""Training columns of table ``models``: our runs take precedence over upstream's; implausible hours are removed."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from costsvc.evidence.importers.model_names import same
from costsvc.units import PER_BILLION

AGREES = 1.25
"""FLOP and 6 x parameters x tokens agree within a quarter, else the row has a reason."""
MOST_TOKENS_B = 1e5
"""Upper limit on training tokens; FLOP that imply more belong to another size."""
SIX_ND = ("active_params_b", "training_tokens_b")
SECONDS_TFLOP = 3600 * 1e12
HOURS_PER_DAY = 24
CHIP_DAYS = {
    "coatnet": "20.1 thousand core-days, two cores a chip: arXiv:2106.04803, table 5",
    "basic-l": "core-days, two cores a chip: arXiv:2111.10050",
}
"""Records whose hours upstream are days, according to the papers."""


def with_runs(models: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Models with the tokens and hours of the table of runs, from papers and model cards.

    Upstream's data set is what a model could have seen, not what it saw.

    Args:
        models: Rows with ``names``.
        runs: Table ``training_runs``.
    """
    result = _runs_of(models, runs)
    joined = result["tokens_b"].notna()
    flop = 6 * models["active_params_b"].astype(float) * result["tokens_b"] * PER_BILLION**2
    fits = _agree(models["training_flop"].astype(float) / flop)
    columns = {
        "training_tokens_b": result["tokens_b"],
        "training_flop": flop.mask(fits, models["training_flop"]),
        "training_accelerator": result["accelerator"],
        "training_accelerator_hours": result["accelerator_hours"],
        "training_source_id": result["source_id"],
        "training_locator": result["locator"],
    }
    return models.assign(**{column: models[column].mask(joined, values) for column, values in columns.items()})


def only_run(runs: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Rows of models of which nothing is known but a run.

    Args:
        runs: Table ``training_runs``.
        models: The rows that there are, with ``names``.
    """
    named = {same(name.split("/")[-1]) for names in models["names"] for name in names.split(";")}
    taken = named | set(models["model_id"].map(same))
    new = runs[~(runs["run_id"].map(same).isin(taken) | runs["name"].map(same).isin(taken))]
    dense = new["active_params_b"] >= new["total_params_b"]
    return pd.DataFrame(
        {
            "model_id": new["run_id"],
            "names": new["name"],
            "name": new["name"],
            "architecture": dense.map({True: "dense", False: "moe"}),
            "total_params_b": new["total_params_b"],
            "active_params_b": new["active_params_b"],
            "params_disclosed": "true",
            "expert_share": dense.map({True: 1.0}),
            "source_id": new["source_id"],
            "locator": new["locator"],
            "quality": new["quality"],
        }
    )


def _agree(ratio: pd.Series) -> pd.Series:
    return ratio.between(1 / AGREES, AGREES)


def _runs_of(models: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The run of each model, by its id, else by an alias."""
    by_key = pd.concat([runs.assign(key=runs["run_id"].map(same)), runs.assign(key=runs["name"].map(same))])
    by_key = by_key.drop_duplicates("key").set_index("key")
    keys = [_key(*row, by_key.index) for row in zip(models["model_id"], models["names"], strict=True)]
    return by_key.reindex(keys).set_index(models.index)


def _key(model_id: str, names: str, known: pd.Index) -> str:
    written = [model_id, *(name.split("/")[-1] for name in names.split(";"))]
    return next((same(name) for name in written if same(name) in known), same(model_id))


def possible_hours(models: pd.DataFrame, peaks_tflops: Mapping[str, float]) -> pd.DataFrame:
    """Models without hours in which the accelerators would have passed their peak.

    Days recorded as hours are corrected if a paper states days.

    Args:
        models: Rows with FLOP, hours and accelerators.
        peaks_tflops: Rate of each accelerator. [10^12 FLOP/s]
    """
    of_peak = _of_peak(models, peaks_tflops)
    impossible = of_peak > 1
    days = models["model_id"].map(CHIP_DAYS)
    repaired = impossible & days.notna() & (of_peak / HOURS_PER_DAY < 1)
    hours = models["training_accelerator_hours"].astype(float)
    dropped = "upstream's hours would be " + of_peak.map("{:.2g}".format) + " times the peak; they are left out"
    note = dropped.where(impossible).mask(repaired, "upstream has days for hours: " + days.fillna(""))
    return models.assign(
        training_accelerator_hours=(hours * HOURS_PER_DAY).where(repaired, hours.mask(impossible)), hours_note=note
    )


def _of_peak(models: pd.DataFrame, peaks_tflops: Mapping[str, float]) -> pd.Series:
    """FLOP over what the fastest of the accelerators could have done in the hours [1]."""
    named = models["training_accelerator"].fillna("").str.split(",")
    peak = named.map(lambda ids: max((peaks_tflops[id_] for id_ in ids if id_), default=np.nan))
    hours, flop = (models[column].astype(float) for column in ("training_accelerator_hours", "training_flop"))
    return flop / (hours * peak * SECONDS_TFLOP)


def noted(models: pd.DataFrame) -> pd.DataFrame:
    """Reasons why FLOP differ from 6 x active parameters x tokens."""
    flop, active, tokens = (models[column].astype(float) for column in ("training_flop", *SIX_ND))
    implied = flop / (6 * active * PER_BILLION**2)
    ratio = implied / tokens
    method = models["method"].astype(object).fillna("a method not stated").str.lower()
    why = "upstream's FLOP are " + ratio.map("{:.2g}".format) + " times 6ND: estimated by " + method
    base = models["base_model"].notna()
    why = why.mask(base, why + "; continues " + models["base_model"].astype(object).fillna(""))
    many = "upstream's FLOP at 6ND would be " + implied.map("{:,.0f}".format) + " x 10^9 tokens"
    return models.assign(
        flop_note=why.where(ratio.notna() & ~_agree(ratio)).mask(tokens.isna() & implied.gt(MOST_TOKENS_B), many)
    )
