"""The fields of a form that override factors."""

from collections.abc import Mapping

FACTOR_FIELDS: Mapping[str, str] = {
    "accelerator_tdp_w": "accelerator_power_w",
    "power_fraction": "accelerator_power_w",
    "accelerator_idle_w": "accelerator_power_w",
    "host_overhead_share": "it_power_w",
    "host_base_w": "it_power_w",
    "host_fabric_w": "it_power_w",
    "owned_utilization": "utilization",
    "longest_run_days": "accelerators",
    "cfe_share": "share",
    "contract_share": "share",
    "contract_g_per_kwh": "g_per_kwh",
}
"""The field that overrides a factor of another name."""


def override(factor: str, fields: Mapping[str, str]) -> str | None:
    """The field of a form that overrides a factor; None if only a row of an overlay table does.

    Args:
        factor: The name of the factor.
        fields: The dotted names of the fields of the form by their last word.
    """
    return fields.get(FACTOR_FIELDS.get(factor, factor))


SETTLED_BY: Mapping[str, str] = {
    "accelerator-assumed": "accelerator",
    "accelerators-assumed": "accelerators",
    "ambiguous-name": "accelerator",
    "batch-assumed": "batch_size",
    "dimensions-assumed": "model",
    "engine-assumed": "engine",
    "final-run-only": "failed_share",
    "overheads-large": "failed_share",
    "price-any-provider": "provider",
    "region-assumed": "region",
    "region-unspecified": "region",
    "size-assumed": "total_params_b",
    "size-unpublished": "total_params_b",
    "site-assumed": "pue",
    "tokens-assumed": "output_tokens",
    "tuned-assumed": "tuned",
}
"""The last word of the field that settles what a warning assumes, by its code."""

IMPOSSIBLE = frozenset(("does-not-fit", "implausible-accelerators", "implausible-duration", "overheads-large"))
"""Codes of warnings that a plan cannot be carried out, or is probably a slip."""
