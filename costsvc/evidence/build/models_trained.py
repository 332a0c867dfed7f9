"""What models were trained on and with, from Epoch AI."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.build.model_names import same, slug
from costsvc.units import PER_BILLION

NOTABLE = "epoch-ai-models/notable_ai_models_2026-07_trimmed.csv"
ALL_SYSTEMS = "epoch-ai-models/all_ml_systems_2025-06_trimmed.csv"
COLUMNS = {
    "Model": "name",
    "Organization": "organization",
    "Publication date": "released_on",
    "Domain": "domain",
    "Parameters": "params",
    "Training compute (FLOP)": "training_flop",
    "Epochs": "epochs",
    "Training time (hours)": "hours",
    "Training hardware": "training_accelerator",
    "Hardware quantity": "quantity",
    "Training chip-hours": "chip_hours",
    "Base model": "base_model",
    "Confidence": "confidence",
    "Training compute estimation method": "method",
}
SIZES = {NOTABLE: "Training dataset size (total)", ALL_SYSTEMS: "Training dataset size (datapoints)"}
AGREES = 1.25
"""FLOP and 6 x parameters x tokens agree within a quarter, else the row says why not."""
SPARSE = 0.5
"""FLOP below this share of 6 x all parameters x tokens: few of the parameters are active."""
SMALLEST_PARAMS = 5e7
OLDEST = "2018"
DOMAINS = "Language|Vision|Image generation|Multimodal|Speech"
WITH_WORDS = "Language|Multimodal"


def trained_models(upstream: Path) -> pd.DataFrame:
    """Epoch's models that have parameters, the newest record of each.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        One row per model: name, organisation, date, parameters, tokens, FLOP, hardware.
    """
    frames = [_read(upstream / path, size).assign(file=path.split("/")[1]) for path, size in SIZES.items()]
    both = pd.concat(frames, ignore_index=True)
    both = both.assign(key=both["name"].map(same))
    # the first record of a model wins; what it leaves out is taken from the other
    table = both.groupby("key", sort=True).first().reset_index()
    tokens = table["domain"].fillna("").str.contains(WITH_WORDS)
    hours = table["chip_hours"].fillna(table["hours"] * table["quantity"])
    return table.assign(
        datapoints=table["datapoints"].where(tokens),
        training_accelerator_hours=hours,
        params_b=table["params"] / PER_BILLION,
    )


def with_training(models: pd.DataFrame, trained: pd.DataFrame) -> pd.DataFrame:
    """Models with what is known of their training.

    Args:
        models: Rows that have ``model_id`` and active parameters.
        trained: Epoch's rows by ``key``.

    Returns:
        The rows, with training_tokens_b, training_flop, flop_note, training_accelerator and
        training_accelerator_hours where Epoch has them.
    """
    known = trained.set_index("key")
    keys = [_key(*row, known.index) for row in zip(models["model_id"], models["names"], strict=True)]
    found = known.reindex(keys).set_index(models.index)
    return _trained(models, found)


def only_trained(trained: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    """Models that only Epoch has, where its figures are those of a dense model.

    Args:
        trained: Epoch's rows.
        taken: Keys of models that have a row already.

    Returns:
        Rows with the columns of table ``models`` that are known, and ``names``.
    """
    dense = 6 * trained["params"] * trained["datapoints"]
    fits = (
        trained["params"].ge(SMALLEST_PARAMS)
        & trained["training_flop"].notna()
        & trained["domain"].fillna("").str.contains(DOMAINS)
        & trained["released_on"].ge(OLDEST)
        & trained["base_model"].isna()
        & trained["confidence"].ne("Speculative")
        & ~(trained["training_flop"] / dense).lt(SPARSE)
        & ~trained["key"].isin(taken)
    )
    table = trained[fits].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "model_id": table["name"].map(slug),
            "names": table["name"].str.strip(),
            "name": table["name"].str.strip(),
            "organization": table["organization"].str.split(",").str[0],
            "released_on": table["released_on"],
            "architecture": "dense",
            "total_params_b": table["params_b"],
            "active_params_b": table["params_b"],
            "params_disclosed": "true",
            "expert_share": 1.0,
            "source_id": "epoch-ai-models",
            "locator": table["file"] + ": Model = " + table["name"].str.strip(),
            "quality": "reported",
        }
    )
    return _trained(rows, table).drop_duplicates("model_id")


def _read(path: Path, size: str) -> pd.DataFrame:
    raw = pd.read_csv(path)
    known = raw.rename(columns=COLUMNS).reindex(columns=list(COLUMNS.values()))
    numbers = {name: pd.to_numeric(known[name], errors="coerce") for name in ("params", "training_flop", "epochs")}
    return known.assign(**numbers, datapoints=pd.to_numeric(raw[size], errors="coerce")).query("params > 0")


def _key(model_id: str, names: str, known: pd.Index) -> str:
    """Upstream's record of a model: under its id, else under a name that is no repository."""
    plain = [name for name in names.split(";") if "/" not in name]
    return next((same(name) for name in (model_id, *plain) if same(name) in known), same(model_id))


def _trained(models: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    active = models["active_params_b"].astype(float) * PER_BILLION
    tokens = _tokens(found, active)
    return models.assign(
        training_tokens_b=tokens / PER_BILLION,
        training_flop=found["training_flop"],
        flop_note=_notes(found, active, tokens),
        training_accelerator=found["training_accelerator"],
        training_accelerator_hours=found["training_accelerator_hours"],
    )


def _tokens(found: pd.DataFrame, active: pd.Series) -> pd.Series:
    """Tokens passed, each epoch counted; upstream's size holds the epochs in some rows."""
    once, passes = found["datapoints"], found["datapoints"] * found["epochs"].fillna(1.0)
    by_flop = found["training_flop"] / (6 * active)
    nearer = (np.log(once / by_flop)).abs() < (np.log(passes / by_flop)).abs()
    return once.where(nearer, passes)


def _notes(found: pd.DataFrame, active: pd.Series, tokens: pd.Series) -> pd.Series:
    """Why FLOP are not 6 x active parameters x tokens, where they are not."""
    ratio = found["training_flop"] / (6 * active * tokens)
    apart = np.log(ratio).abs() > np.log(AGREES)
    method = found["method"].fillna("a method not stated").str.lower()
    why = "upstream's FLOP are " + ratio.map("{:.2g}".format) + " times 6ND: estimated by " + method
    base = found["base_model"].notna()
    why = why.mask(base, why + "; continues " + found["base_model"].fillna(""))
    return why.where(apart)
