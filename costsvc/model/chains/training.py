"""The training chain: accelerator-hours and power from given hours, or from parameters and tokens."""

from dataclasses import dataclass

import numpy as np

from costsvc.model import compute, power
from costsvc.model.chains.slices import Slice
from costsvc.model.chains.utilization import Speed
from costsvc.model.inputs import decisive, label, restart
from costsvc.model.power import Host, Usage, base_w, server_w, spans_hosts
from costsvc.units import H_PER_DAY, Condition, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Transformer blocks of a model: its own, or those of the typical model of its size.

    Attributes:
        layers: Its own number; None if not known. [1]
        coefficient: Blocks of a model with 10^9 active parameters. [1]
        exponent: Growth of blocks with active parameters. [1]
        active_params_b: Active parameters. [10^9]
    """

    layers: Numeric | None
    coefficient: Numeric
    exponent: Numeric
    active_params_b: Numeric

    def count(self) -> Numeric:
        """Number of blocks [1]."""
        if self.layers is not None:
            return self.layers
        return label(self.coefficient * self.active_params_b**self.exponent, "layers", "1")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attention:
    """Inputs of the additional attention FLOP at another sequence length than the usual one.

    Attributes:
        layers: Blocks of the model.
        sequence_length: Length of the sequences. [token]
        usual_length: Length at which utilisation was measured. [token]
    """

    layers: Layers
    sequence_length: Numeric
    usual_length: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arithmetic:
    """Model FLOP of a run.

    Attributes:
        active_params_b: Parameters that one token passes through. [10^9]
        training_tokens_b: Training tokens. [10^9]
        flop_per_param_token: FLOP for each parameter and token. [FLOP]
        attention: Inputs of the additional attention FLOP; None if no sequence length was given.
    """

    active_params_b: Numeric
    training_tokens_b: Numeric
    flop_per_param_token: Numeric
    attention: Attention | None

    def flop(self) -> Numeric:
        """Model FLOP of the final run [FLOP]."""
        flop = compute.training_flop(self.active_params_b, self.training_tokens_b, self.flop_per_param_token)
        if self.attention is None:
            return flop
        lengths = (self.attention.sequence_length, self.attention.usual_length)
        share = compute.attention_share(self.attention.layers.count(), self.active_params_b, lengths)
        return compute.with_attention(flop, share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingMemory:
    """Memory of a training run and of an accelerator; central values only, since decisions rest on them.

    Attributes:
        total_params_b: All parameters. [10^9]
        bytes_per_param: Weights, gradients and optimizer states per parameter. [B]
        activations: Blocks of the model; None if ``bytes_per_param`` includes its activations.
        active_params_b: Active parameters. [10^9]
        sequence_length: Length of the sequences. [token]
        each_gb: Usable memory of one accelerator. [GB]
    """

    total_params_b: Numeric
    bytes_per_param: Numeric
    activations: Layers | None
    active_params_b: Numeric
    sequence_length: Numeric
    each_gb: Numeric

    def needed_gb(self) -> Numeric:
        """Memory of weights, gradients, optimizer states and the activations of one sequence [GB]."""
        needed = compute.training_memory_gb(self.total_params_b, self.bytes_per_param)
        if self.activations is None:
            return needed
        layers = self.activations.count()
        return needed + compute.activation_memory_gb(self.active_params_b, layers, self.sequence_length)

    def fewest(self, needed_gb: Numeric) -> Numeric:
        """The smallest number of accelerators that has the needed memory [1]."""
        return np.maximum(1.0, np.ceil(needed_gb / self.each_gb))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChipPower:
    """Inputs of the power of an accelerator; None if not needed.

    Attributes:
        it_power_w: Measured power of the server, per accelerator. [W]
        accelerator_power_w: Measured power of an accelerator. [W]
        tdp_w: Thermal design power. [W]
        fraction: Share of the thermal design power that the workload draws. [1]
        limit_w: Power limit of the accelerators. [W]
        slice: The slice of an accelerator on which the run works; None for whole accelerators.
    """

    it_power_w: Numeric | None = None
    accelerator_power_w: Numeric | None = None
    tdp_w: Numeric | None = None
    fraction: Numeric | None = None
    limit_w: Numeric | None = None
    slice: Slice | None = None

    def both_w(self, host: Host, has_fabric: Condition) -> tuple[Numeric, Numeric]:
        """Mean power of an accelerator, and of the server per accelerator [W]."""
        if self.it_power_w is None:
            chip_w = self._chip_w()
            return chip_w, server_w(host, chip_w, has_fabric)
        if self.accelerator_power_w is not None:
            return self.accelerator_power_w, self.it_power_w
        chip_w = power.accelerator_power_from_server_w(self.it_power_w, host.overhead_share, base_w(host))
        return chip_w, self.it_power_w

    def _chip_w(self) -> Numeric:
        if self.accelerator_power_w is not None:
            return self.accelerator_power_w
        if self.tdp_w is None or self.fraction is None:
            raise TypeError("power without a measurement needs tdp_w and fraction")
        if self.limit_w is None:
            whole = power.accelerator_power_w(self.tdp_w, self.fraction)
        else:
            whole = power.limited_power_w(self.tdp_w, self.limit_w, self.fraction)
        return whole if self.slice is None else self.slice.power_w(whole)

    def is_limited(self) -> Condition:
        """Whether the power limit is below the rated power, one value per row [1]."""
        if self.limit_w is None or self.tdp_w is None:
            return False
        return decisive(self.limit_w) < decisive(self.tdp_w)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingInputs:
    """A resolved training run, with one of arithmetic, accelerator-hours and wall hours.

    Attributes:
        arithmetic: Inputs of its model FLOP.
        speed: Inputs of the speed of an accelerator.
        accelerator_hours: Accelerator-hours from the request. [h]
        wall_hours: Wall-clock hours from the request. [h]
        accelerators: Accelerators of the run; None if the chain determines them. [1]
        longest_run_days: Duration within which whole hosts must finish a run without given accelerators. [day]
        most_accelerators: Largest number of accelerators of such a run. [1]
        memory: Memory of the run; None if not known.
        overheads: Work of development, failed and repeated runs relative to the final run. [1]
        power: Inputs of the power of an accelerator.
        host: The host.
    """

    arithmetic: Arithmetic | None = None
    speed: Speed | None = None
    accelerator_hours: Numeric | None = None
    wall_hours: Numeric | None = None
    accelerators: Numeric | None = None
    longest_run_days: Numeric = np.nan
    most_accelerators: Numeric = np.inf
    memory: TrainingMemory | None = None
    overheads: tuple[Numeric, ...] = ()
    power: ChipPower
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Training:
    """Results of the training chain.

    Attributes:
        usage: Machine usage of all phases.
        final_hours: Accelerator-hours of the final run. [h]
        flop: Model FLOP of the final run; None if size or tokens are not given. [FLOP]
        in_time: Accelerators of the whole hosts that finish the run in time; None if given by the caller. [1]
        wanted: Accelerators that also hold the run in memory, without the upper limit; None as above. [1]
        needed_gb: Memory of the run; None if not known. [GB]
        limited: Whether the power limit is below the rated power. [1]
    """

    usage: Usage
    final_hours: Numeric
    flop: Numeric | None
    in_time: Numeric | None
    wanted: Numeric | None
    needed_gb: Numeric | None
    limited: Condition

    @property
    def duration_h(self) -> Numeric:
        """Wall-clock hours of the final run [h]."""
        return self.final_hours / self.usage.accelerators


def train(inputs: TrainingInputs) -> Training:
    """Run the training chain.

    Args:
        inputs: The resolved run.

    Returns:
        Its results. NaN gives NaN.
    """
    flop = None if inputs.arithmetic is None else inputs.arithmetic.flop()
    needed = None if inputs.memory is None else inputs.memory.needed_gb()
    count, in_time, wanted = _accelerators(inputs, flop, needed)
    hours = _final_hours(inputs, flop, count)
    has_fabric = spans_hosts(inputs.host, count)
    chip_w, it_w = inputs.power.both_w(inputs.host, has_fabric)
    return Training(
        usage=Usage(
            hours=hours * (1.0 + sum(inputs.overheads)),
            accelerator_w=chip_w,
            it_w=it_w,
            accelerators=count,
            has_fabric=inputs.power.it_power_w is None and has_fabric,
        ),
        final_hours=hours,
        flop=flop,
        in_time=in_time,
        wanted=wanted,
        needed_gb=needed,
        limited=inputs.power.is_limited(),
    )


def _final_hours(inputs: TrainingInputs, flop: Numeric | None, accelerators: Numeric) -> Numeric:
    if flop is not None and inputs.speed is not None:
        return inputs.speed.hours(flop, accelerators)
    if inputs.wall_hours is not None:
        return inputs.wall_hours * accelerators
    if inputs.accelerator_hours is None:
        raise TypeError("one of tokens, wall hours and accelerator-hours is required")
    return inputs.accelerator_hours


def _accelerators(
    inputs: TrainingInputs, flop: Numeric | None, needed_gb: Numeric | None
) -> tuple[Numeric, Numeric | None, Numeric | None]:
    """Accelerators of the run: the caller's, or those of whole hosts that finish it in time and hold it in memory."""
    if inputs.accelerators is not None:
        return inputs.accelerators, None, None
    if inputs.wall_hours is not None:
        return restart(1.0, inputs.wall_hours, "accelerators", "1"), None, None
    per_host = inputs.host.per_host
    # utilisation depends a little on the number of accelerators, so the number is computed from that on one host
    rough = _final_hours(inputs, flop, per_host)
    longest_h = decisive(inputs.longest_run_days) * H_PER_DAY
    in_time = compute.whole_hosts(decisive(rough), longest_h, per_host)
    wanted = in_time
    if inputs.memory is not None and needed_gb is not None:
        wanted = np.maximum(in_time, compute.whole_hosts(inputs.memory.fewest(needed_gb), 1.0, per_host))
    count = np.minimum(wanted, inputs.most_accelerators // per_host * per_host)
    return restart(count, rough, "accelerators", "1"), in_time, wanted
