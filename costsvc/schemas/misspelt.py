"""What an unknown field of a request may be meant to be."""

from collections.abc import Container, Iterable, Mapping
from difflib import get_close_matches
from typing import Protocol

UNKNOWN = "unknown field; see /docs for the fields of this endpoint"
MEANT = "unknown field; did you mean {}?"
ALIKE = 0.7
"""Similarity from which on an unknown field is taken for a misspelt one."""
SYNONYMS: Mapping[str, str] = {
    "gpu": "accelerator",
    "gpu_type": "accelerator",
    "gpus": "accelerators",
    "num_gpus": "accelerators",
    "gpu_count": "accelerators",
    "gpu_hours": "accelerator_hours",
    "instance_type": "instance",
    "instance_hours": "hours",
    "batch": "batch_size",
    "tokens": "training_tokens_b",
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "params_b": "total_params_b",
    "parameters": "total_params_b",
    "location": "region",
    "zone": "region",
    "country": "region",
    "dtype": "precision",
}
"""What other tools call a field."""


class Fields(Iterable[str], Container[str], Protocol):
    """Names of the fields of a schema."""


def describe_unknown(name: str, fields: Fields) -> str:
    """The error of an unknown field, with the field that it is probably meant to be.

    Args:
        name: The unknown field.
        fields: The fields of the schema.
    """
    synonym = SYNONYMS.get(name)
    if synonym is not None and synonym in fields:
        return MEANT.format(synonym)
    near = get_close_matches(name, list(fields), n=1, cutoff=ALIKE)
    return MEANT.format(near[0]) if near else UNKNOWN
