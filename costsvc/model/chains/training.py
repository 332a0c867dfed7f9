"""A training run: from its hours, or its parameters and tokens, to accelerator-hours and power."""

from dataclasses import dataclass

import numpy as np

from costsvc.model import compute, power
from costsvc.model.inputs import decisive, label, restart
from costsvc.model.power import Host, Usage, base_w, server_w, spans_hosts
from costsvc.units import H_PER_DAY, Condition, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Transformer blocks of a model: its own, or those that are usual for its size.

    Attributes:
        layers: Its own; None where they are not known. [1]
        coefficient: Blocks of a model with 10^9 active parameters. [1]
        exponent: Growth of blocks with active parameters. [1]
        active_params_b: Active parameters. [10^9]
    """

    layers: Numeric | None
    coefficient: Numeric
    exponent: Numeric
    active_params_b: Numeric

    def count(self) -> Numeric:
        """Blocks [1]."""
        if self.layers is not None:
            return self.layers
        return label(self.coefficient * self.active_params_b**self.exponent, "layers", "1")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attention:
    """Sequences of another length than that at which utilisation was measured.

    Attributes:
        layers: Blocks of the model.
        sequence_length: Length of the sequences. [token]
        usual_length: Length at which utilisation was measured, attention and all. [token]
    """

    layers: Layers
    sequence_length: Numeric
    usual_length: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arithmetic:
    """Model FLOP of a run.

    Attributes:
        active_params_b: Parameters that one token passes through. [10^9]
        training_tokens_b: Tokens trained on. [10^9]
        flop_per_param_token: FLOP for each parameter and token. [FLOP]
        attention: Beyond that of the usual length; None where no length was given.
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
class Utilization:
    """Model FLOPs utilisation by size of the model and number of accelerators.

    Attributes:
        mfu: At the reference size, before accelerators crowd. [1]
        active_params_b: Active parameters of the model. [10^9]
        reference_params_b: Those of the reference. [10^9]
        params_exponent: Growth of utilisation with the model. [1]
        half_crowd: Accelerators at which the reference has lost half. [1]
        crowd_exponent: How that number grows with the model. [1]
        narrow: What the precision leaves at the reference size; None where it is not narrow. [1]
        narrow_exponent: How that grows with the model. [1]
        sparse: What a mixture of experts leaves; 1 if dense. [1]
        floor: Lowest utilisation ever published. [1]
        ceiling: Highest utilisation ever published. [1]
    """

    mfu: Numeric
    active_params_b: Numeric
    reference_params_b: Numeric
    params_exponent: Numeric
    half_crowd: Numeric
    crowd_exponent: Numeric
    narrow: Numeric | None
    narrow_exponent: Numeric
    sparse: Numeric
    floor: Numeric
    ceiling: Numeric

    def at(self, accelerators: Numeric) -> Numeric:
        """Utilisation of a run on a number of accelerators [1]."""
        relative = label(self.active_params_b / self.reference_params_b, "relative_params", "1")
        left = (
            compute.crowding(accelerators, relative, self.half_crowd, self.crowd_exponent),
            1.0 if self.narrow is None else compute.narrowing(relative, self.narrow, self.narrow_exponent),
            self.sparse,
        )
        within = (self.floor, self.ceiling)
        return compute.model_flops_utilization(self.mfu, (relative, self.params_exponent), left, within)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Speed:
    """How fast an accelerator works through the arithmetic.

    Attributes:
        peak_tflops: Dense peak at the precision that computes. [TFLOP/s]
        recomputation: Executed over model FLOP. [1]
        given_mfu: The caller's utilisation, None where there is none. [1]
        utilization: What is known of it otherwise.
    """

    peak_tflops: Numeric
    recomputation: Numeric
    given_mfu: Numeric | None
    utilization: Utilization | None

    def hours(self, flop: Numeric, accelerators: Numeric) -> Numeric:
        """Accelerator-hours of a run on a number of accelerators [h]."""
        mfu = self.given_mfu if self.utilization is None else self.utilization.at(accelerators)
        if mfu is None:
            raise TypeError("either a utilisation or what it follows from is needed")
        return compute.accelerator_hours(flop, self.peak_tflops, mfu, self.recomputation)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingMemory:
    """Memory that a run needs and that an accelerator gives; only decided on, so without width.

    Attributes:
        total_params_b: All parameters. [10^9]
        bytes_per_param: Weights, gradients and optimizer states of one. [B]
        activations: Blocks of the model, None where its activations are counted in ``bytes_per_param``.
        active_params_b: Active parameters. [10^9]
        sequence_length: Length of the sequences. [token]
        each_gb: What one accelerator can give. [GB]
    """

    total_params_b: Numeric
    bytes_per_param: Numeric
    activations: Layers | None
    active_params_b: Numeric
    sequence_length: Numeric
    each_gb: Numeric

    def needed_gb(self) -> Numeric:
        """Weights, gradients, optimizer states and the activations of one sequence [GB]."""
        needed = compute.training_memory_gb(self.total_params_b, self.bytes_per_param)
        if self.activations is None:
            return needed
        layers = self.activations.count()
        return needed + compute.activation_memory_gb(self.active_params_b, layers, self.sequence_length)

    def fewest(self, needed_gb: Numeric) -> Numeric:
        """The smallest number of accelerators that holds a need [1]."""
        return np.maximum(1.0, np.ceil(needed_gb / self.each_gb))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChipPower:
    """What the power of an accelerator follows from; None is a figure that is not needed.

    Attributes:
        it_power_w: Measured power of the server, per accelerator. [W]
        accelerator_power_w: Measured power of an accelerator. [W]
        tdp_w: Thermal design power. [W]
        fraction: Share of it that the workload draws. [1]
        limit_w: Power limit that the accelerators are set to. [W]
    """

    it_power_w: Numeric | None = None
    accelerator_power_w: Numeric | None = None
    tdp_w: Numeric | None = None
    fraction: Numeric | None = None
    limit_w: Numeric | None = None

    def both_w(self, host: Host, has_fabric: Condition) -> tuple[Numeric, Numeric]:
        """Mean power of an accelerator and of its share of the server [W]."""
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
            raise TypeError("a power that was not measured needs tdp_w and fraction")
        if self.limit_w is None:
            return power.accelerator_power_w(self.tdp_w, self.fraction)
        return power.limited_power_w(self.tdp_w, self.limit_w, self.fraction)

    def is_limited(self) -> Condition:
        """Whether a power limit lies below the rated power, one per row [1]."""
        if self.limit_w is None or self.tdp_w is None:
            return False
        return decisive(self.limit_w) < decisive(self.tdp_w)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingInputs:
    """A training run, resolved; of arithmetic, accelerator-hours and wall hours one is given.

    Attributes:
        arithmetic: Its model FLOP.
        speed: How fast an accelerator works through them.
        accelerator_hours: The caller's accelerator-hours. [h]
        wall_hours: The caller's hours from begin to end. [h]
        accelerators: Accelerators of the run; None where whole hosts are to be found. [1]
        longest_run_days: Within which a run is to end whose accelerators are open. [day]
        most_accelerators: Most that such a run takes. [1]
        memory: What the run needs; None where that is not known.
        overheads: Work of development, failed and repeated runs over that of the final run. [1]
        power: What the power of an accelerator follows from.
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
    """What a training run takes.

    Attributes:
        usage: Of its machines, all phases.
        final_hours: Accelerator-hours of the final run. [h]
        flop: Model FLOP of the final run; None where the size or the tokens are open. [FLOP]
        in_time: Accelerators of whole hosts that end the run in time; None where their number was given. [1]
        wanted: Those that hold the run as well, before the most that can be asked for. [1]
        needed_gb: Memory that it needs; None where that is not known. [GB]
        limited: Whether a power limit lies below the rated power. [1]
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
        """Hours of the final run from begin to end [h]."""
        return self.final_hours / self.usage.accelerators


def train(inputs: TrainingInputs) -> Training:
    """Accelerator-hours and power of a training run.

    Args:
        inputs: The run.

    Returns:
        What it takes. NaN gives NaN.
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
        raise TypeError("one of tokens, wall hours and accelerator-hours is needed")
    return inputs.accelerator_hours


def _accelerators(
    inputs: TrainingInputs, flop: Numeric | None, needed_gb: Numeric | None
) -> tuple[Numeric, Numeric | None, Numeric | None]:
    """Accelerators of the run: the caller's, or whole hosts that end it in time and hold it."""
    if inputs.accelerators is not None:
        return inputs.accelerators, None, None
    if inputs.wall_hours is not None:
        return restart(1.0, inputs.wall_hours, "accelerators", "1"), None, None
    per_host = inputs.host.per_host
    # the number of accelerators moves utilisation a little, so it is settled at that of one host
    rough = _final_hours(inputs, flop, per_host)
    longest_h = decisive(inputs.longest_run_days) * H_PER_DAY
    in_time = compute.whole_hosts(decisive(rough), longest_h, per_host)
    wanted = in_time
    if inputs.memory is not None and needed_gb is not None:
        wanted = np.maximum(in_time, compute.whole_hosts(inputs.memory.fewest(needed_gb), 1.0, per_host))
    count = np.minimum(wanted, inputs.most_accelerators // per_host * per_host)
    return restart(count, rough, "accelerators", "1"), in_time, wanted
