"""The chain of requests with fixed work: images, video, and forward passes such as classification or embedding."""

from dataclasses import dataclass, replace

import numpy as np

from costsvc.model.chains.slices import Slice
from costsvc.model.chains.text_inputs import ReplicaUse, Socket
from costsvc.model.generation import (
    ForwardConstants,
    GenerationConstants,
    GenerationLoad,
    PictureModel,
    PictureRule,
    Work,
    forward,
    generate,
    pictured,
)
from costsvc.model.power import time_share
from costsvc.model.serving import ServingChip
from costsvc.units import S_PER_H, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """Images or video.

    Attributes:
        model: The network; NaN if a figure is not known.
        rule: Figures of the typical network.
        load: Steps, size, frames, batch and devices.
        constants: Fitted constants.
    """

    model: PictureModel
    rule: PictureRule
    load: GenerationLoad
    constants: GenerationConstants

    def work(self, chip: ServingChip) -> Work:
        """Energy and time of a batch."""
        load = self.load
        if time_share(load.accelerators) is not None:
            load = replace(load, accelerators=np.maximum(load.accelerators, 1.0))
        return generate(pictured(self.model, self.rule), chip, load, self.constants)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForwardPass:
    """Classifications, embeddings and other single forward passes.

    Attributes:
        active_params_b: Parameters that a token passes through. [10^9]
        tokens: Tokens of a request. [token]
        batch: Requests in a pass. [1]
        constants: Constants of forward passes.
    """

    active_params_b: Numeric
    tokens: Numeric
    batch: Numeric
    constants: ForwardConstants

    def work(self, chip: ServingChip) -> Work:
        """Energy and time of a batch."""
        return forward(self.active_params_b, self.tokens, self.batch, chip, self.constants)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MediaInputs:
    """A resolved request with fixed work.

    Attributes:
        task: The work.
        chip: The accelerator or processor.
        accelerators: Devices of the replica. [1]
        batch: Requests processed together. [1]
        slowness: Factors whose product is the time relative to the formulas. [1]
        power_ratio: Measured power relative to the formulas; None if it was not measured. [1]
        accelerator_power_w: The caller's power of an accelerator; None if not given. [W]
        slice: The slice of an accelerator that is a device of the replica; None for whole accelerators.
    """

    task: Pictures | ForwardPass
    chip: ServingChip | Socket
    accelerators: Numeric
    batch: Numeric
    slowness: tuple[Numeric, ...]
    power_ratio: Numeric | None
    accelerator_power_w: Numeric | None
    slice: Slice | None = None


def answer_in_media(inputs: MediaInputs) -> ReplicaUse:
    """Accelerator-hours and power of a request with fixed work.

    Args:
        inputs: The resolved request.

    Returns:
        Its use of the replica. NaN gives NaN.
    """
    chip = inputs.chip.as_chip() if isinstance(inputs.chip, Socket) else inputs.chip
    if inputs.slice is not None:
        chip = inputs.slice.chip(chip)
    work = inputs.task.work(chip)
    share = time_share(inputs.accelerators)
    slowness = inputs.slowness[0] if share is None else inputs.slowness[0] / share
    for residual in inputs.slowness[1:]:
        slowness = slowness * residual
    power_w = work.accelerator_power_w
    if inputs.power_ratio is not None:
        power_w = power_w * inputs.power_ratio
    if inputs.slice is not None:
        power_w = inputs.slice.power_w(power_w)
    if inputs.accelerator_power_w is not None:
        power_w = inputs.accelerator_power_w
    hours = inputs.accelerators * work.latency_s * slowness / S_PER_H
    return ReplicaUse(
        accelerators=inputs.accelerators,
        hours=hours / inputs.batch,
        accelerator_w=power_w,
        latency_s=work.latency_s * slowness,
        tokens_per_s=np.nan,
        output_tokens=np.nan,
        batch=inputs.batch,
    )
