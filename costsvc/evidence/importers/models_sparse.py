"""Sparse models, identified by their training compute."""

import pandas as pd

from costsvc.errors import TableError
from costsvc.units import PER_BILLION

FEWEST_TOKENS = 10.0
"""A model that all of its parameters are trained in sees more tokens than this for each."""
SMALLEST_PARAMS_B = 60.0
BY_PAPER = "dense by its paper, of the years when models grew faster than their data"
UNDERTRAINED = {
    **dict.fromkeys(["gpt-3-175b", "jurassic-1-jumbo", "megatron-turing-nlg-530b", "gopher-280b"], BY_PAPER),
    **dict.fromkeys(["palm-540b", "big-g-137b", "yuan-1.0", "ernie-3.0-titan"], BY_PAPER),
    **dict.fromkeys(["opt-175b", "bloom-176b", "glm-130b", "galactica", "yalm", "yuan-2.0"], "open weights, dense"),
    **dict.fromkeys(["bluelm-130b", "bluelm-175b", "mi-dm-200b"], "of 2023, dense by its maker"),
    "bitnet-b1.58": "an experiment on 10^11 tokens",
}
"""Dense models that saw few tokens all the same, and why it is believed."""


def sparse(model_ids: pd.Series, params_b: pd.Series, flop: pd.Series) -> pd.Series:
    """Whether the FLOP are too few for all of the parameters to be active.

    Args:
        model_ids: Which models.
        params_b: All of their parameters. [10^9]
        flop: FLOP of their training, NaN where not known. [FLOP]
    """
    tokens_each = flop / (6 * (params_b * PER_BILLION) ** 2)
    return params_b.ge(SMALLEST_PARAMS_B) & tokens_each.lt(FEWEST_TOKENS) & ~model_ids.isin(UNDERTRAINED)


def insist_on_sparse(models: pd.DataFrame) -> None:
    """Reject a table that lists a model as dense though its training implies a sparse one.

    Raises:
        TableError: If there is one.
    """
    sizes, flop = (models[column].astype(float) for column in ("total_params_b", "training_flop"))
    few = sparse(models["model_id"], sizes, flop) & models["architecture"].eq("dense")
    if wrong := models.loc[few, "model_id"].tolist():
        raise TableError(
            f"models.csv: {wrong} stand as dense and were trained with fewer than {FEWEST_TOKENS:g} tokens per"
            " parameter; give their active parameters in model_facts.csv, or add them to UNDERTRAINED"
        )
