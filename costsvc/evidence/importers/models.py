"""Tables ``models`` and ``model_aliases``."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers import training_runs
from costsvc.evidence.importers.model_names import same, spellings
from costsvc.evidence.importers.models_api import api_models
from costsvc.evidence.importers.models_open import open_models
from costsvc.evidence.importers.models_sparse import insist_on_sparse
from costsvc.evidence.importers.models_trained import only_trained, trained_models, with_training
from costsvc.evidence.importers.models_training import noted, only_run, possible_hours, with_runs
from costsvc.evidence.importers.rows import facts
from costsvc.evidence.importers.trained_on import hardware, identified

COLUMNS = (
    "model_id", "name", "organization", "released_on", "architecture",
    "total_params_b", "total_params_b_low", "total_params_b_high",
    "active_params_b", "active_params_b_low", "active_params_b_high", "params_disclosed", "native_precision",
    "layers", "hidden_size", "heads", "kv_heads", "head_dim", "kv_lora_rank", "cached_values", "attended_values",
    "state_values",
    "full_layers", "window_layers", "window_tokens", "picked_tokens",
    "experts", "experts_per_token", "shared_experts", "expert_share",
    "vocab_size", "context_length", "pixels_per_token", "frames_per_latent", "guidance_passes",
    "native_width_px", "native_height_px", "native_frames", "native_steps",
    "training_tokens_b", "training_flop", "flop_note", "training_accelerator", "training_hardware",
    "training_accelerator_hours", "hours_note", "training_source_id", "training_locator",
    "source_id", "locator", "quality",
)  # fmt: skip # columns stand together by subject


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build both tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.

    Raises:
        TableError: If a model is listed as dense but its training implies a sparse one, or hardware is unknown.
    """
    trained, runs = trained_models(upstream), training_runs.build(upstream)["training_runs"]
    known = pd.concat([open_models(upstream), api_models(upstream)], ignore_index=True)
    known = with_training(known, trained)
    keys = {same(name) for names in known["names"] for name in _last_parts(names)} | set(known["model_id"].map(same))
    models = pd.concat([known, only_trained(trained, keys)]).drop_duplicates("model_id")
    models = pd.concat([models, with_training(only_run(runs, models), trained)], ignore_index=True)
    known_hardware = hardware()
    models = with_runs(identified(models, known_hardware.names), runs)
    models = noted(possible_hours(models, known_hardware.peaks_tflops))
    insist_on_sparse(models)
    return {"models": models.reindex(columns=list(COLUMNS)), "model_aliases": _aliases(models, trained)}


def _last_parts(names: str) -> list[str]:
    return [name.split("/")[-1] for name in names.split(";")]


def _aliases(models: pd.DataFrame, trained: pd.DataFrame) -> pd.DataFrame:
    """Every spelling that names one model; a spelling that names two names the first, and facts come before all."""
    epoch = trained.set_index("key")["name"]
    ids = set(models["model_id"])
    result: dict[str, str] = {}
    for model_id, names in zip(models["model_id"], models["names"], strict=True):
        upstream_name = epoch.get(same(model_id))
        written = [*names.split(";"), *([] if upstream_name is None else [upstream_name])]
        for spelling in spellings(model_id, written):
            if spelling not in ids:
                result.setdefault(spelling, model_id)
    aliases = pd.DataFrame({"alias": list(result), "model_id": list(result.values())})
    source = aliases["model_id"].map(models.set_index("model_id")["source_id"])
    derived = aliases.assign(source_id=source, locator="names in table models and upstream", quality="derived")
    known = facts("model_alias_facts.csv").assign(quality="reported")
    both = pd.concat([known[known["model_id"].isin(ids)], derived], ignore_index=True)
    return both.drop_duplicates("alias")
