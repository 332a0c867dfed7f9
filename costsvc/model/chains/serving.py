"""The serving chain: machine usage of one request, by kind of task."""

from dataclasses import dataclass

from costsvc.model.chains.media import MediaInputs, answer_in_media
from costsvc.model.chains.text import answer_in_text
from costsvc.model.chains.text_inputs import ReplicaUse, TextInputs, TextUse
from costsvc.model.inputs import label
from costsvc.model.power import Host, Usage, server_w, spans_hosts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServingInputs:
    """A resolved request to a model.

    Attributes:
        task: Inputs of its task.
        host: Host of the replica's accelerators.
    """

    task: TextInputs | MediaInputs
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """Results of the serving chain for one request.

    Attributes:
        usage: Usage of the machines.
        use: Use of the replica.
        text: Decisions of the text chain; None for other tasks.
    """

    usage: Usage
    use: ReplicaUse
    text: TextUse | None


def serve_request(inputs: ServingInputs) -> Served:
    """Run the serving chain for one request.

    Args:
        inputs: The resolved request.

    Returns:
        Its use of the replica and of the machines. NaN gives NaN.
    """
    text = answer_in_text(inputs.task) if isinstance(inputs.task, TextInputs) else None
    use = text.use if text is not None else answer_in_media(_media(inputs))
    chip_w = label(use.accelerator_w, "accelerator_power_w", "W")
    has_fabric = spans_hosts(inputs.host, use.accelerators)
    it_w = server_w(inputs.host, chip_w, has_fabric)
    usage = Usage(
        hours=use.hours,
        accelerator_w=chip_w,
        it_w=it_w,
        accelerators=use.accelerators,
        has_fabric=has_fabric,
    )
    return Served(usage=usage, use=use, text=text)


def _media(inputs: ServingInputs) -> MediaInputs:
    if not isinstance(inputs.task, MediaInputs):
        raise TypeError("task must be TextInputs or MediaInputs")
    return inputs.task
