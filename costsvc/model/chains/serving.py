"""A request to a model: its chain by kind of task, and what it takes of machines and hosts."""

from dataclasses import dataclass

from costsvc.model.chains.media import MediaInputs, answer_in_media
from costsvc.model.chains.text import ReplicaUse, TextInputs, TextUse, answer_in_text
from costsvc.model.inputs import label
from costsvc.model.power import Host, Usage, server_w, spans_hosts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServingInputs:
    """A request, resolved.

    Attributes:
        task: What it asks for.
        host: The host of the replica's accelerators.
    """

    task: TextInputs | MediaInputs
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """What one request takes.

    Attributes:
        usage: Of the machines.
        use: Of the replica.
        text: How a request that is answered in text came to that; None for other tasks.
    """

    usage: Usage
    use: ReplicaUse
    text: TextUse | None


def serve_request(inputs: ServingInputs) -> Served:
    """What one request takes of a replica and of its machines.

    Args:
        inputs: The request.

    Returns:
        What it takes. NaN gives NaN.
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
        raise TypeError("a request is answered in text or has fixed work")
    return inputs.task
