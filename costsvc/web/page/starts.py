"""Questions as sentences with blanks, from which a visitor starts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from costsvc.web.page.field_labels import label
from costsvc.web.page.layout import LISTS

BLANK = re.compile(r"\{([a-z0-9_.]+)\}")


class Part(NamedTuple):
    """A part of a sentence.

    Attributes:
        text: Its words; empty for a blank.
        name: The dotted field of a blank; empty for words.
        label: The label of the blank.
        value: Its value, as people type it.
        suggestions: The name of its list of suggestions.
    """

    text: str
    name: str = ""
    label: str = ""
    value: str = ""
    suggestions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A question as a sentence with blanks, all of them filled in.

    Attributes:
        title: What somebody wants to do.
        view: The name of the view that answers.
        sentence: The sentence with dotted fields in braces.
        values: The fields of the request as people type them, those of the sentence and others.
    """

    title: str
    view: str
    sentence: str
    values: Mapping[str, str]

    def parts(self) -> Iterator[Part]:
        """The words and the blanks of the sentence."""
        for place, text in enumerate(BLANK.split(self.sentence)):
            if place % 2:
                yield Part("", text, label(text), self.values[text], LISTS.get(text.rpartition(".")[2]))
            elif text:
                yield Part(text)

    def hidden(self) -> list[tuple[str, str]]:
        """The fields that the sentence does not show."""
        shown = set(BLANK.findall(self.sentence))
        return [(name, value) for name, value in self.values.items() if name not in shown]


STARTS = (
    Start(
        title="Plan a fine-tuning with LoRA",
        view="training",
        sentence="I fine-tune {model} with LoRA on {training_tokens_b} tokens, on {accelerators} {accelerator} "
        "in {region}.",
        values={
            "method": "lora",
            "model": "Llama 3.1 8B",
            "training_tokens_b": "100M",
            "accelerators": "8",
            "accelerator": "H100",
            "region": "N. Virginia",
        },
    ),
    Start(
        title="Pre-train a model",
        view="training",
        sentence="I train a model of {total_params_b} parameters on {training_tokens_b} tokens, on {accelerators} "
        "{accelerator} in {region}.",
        values={
            "total_params_b": "8B",
            "training_tokens_b": "100B",
            "accelerators": "64",
            "accelerator": "H100",
            "region": "N. Virginia",
        },
    ),
    Start(
        title="Report a run that I made",
        view="training",
        sentence="My run took {accelerator_hours} hours of {accelerator} in {region}.",
        values={"accelerator_hours": "1,000", "accelerator": "A100", "region": "Frankfurt"},
    ),
    Start(
        title="Serve a model",
        view="serving",
        sentence="I answer {requests} requests with {model} on {accelerator} in {region}, {input_tokens} tokens in "
        "and {output_tokens} out each.",
        values={
            "requests": "1 million",
            "model": "Llama 3.1 8B",
            "accelerator": "H100",
            "region": "N. Virginia",
            "input_tokens": "500",
            "output_tokens": "300",
        },
    ),
    Start(
        title="API or own GPUs?",
        view="api_or_own",
        sentence="For {requests_per_month} requests a month, {api.input_tokens} tokens in and {api.output_tokens} out "
        "each: call {api.model}, or serve {own.model} on {own.accelerator} in {own.region}?",
        values={
            "requests_per_month": "1 million",
            "api.model": "gpt-4o-mini",
            "api.provider": "OpenAI",
            "api.input_tokens": "500",
            "api.output_tokens": "300",
            "own.model": "Llama 3.1 8B",
            "own.accelerator": "L40S",
            "own.region": "N. Virginia",
        },
    ),
    Start(
        title="One model or many?",
        view="shared",
        sentence="For {tasks} tasks with {requests_per_task} requests each: one shared model of "
        "{strategies.0.per_request.inference.total_params_b} parameters, or a model of "
        "{strategies.1.per_request.inference.total_params_b} trained for each task?",
        values={
            "tasks": "100",
            "requests_per_task": "1 million",
            "strategies.0.name": "one shared model",
            "strategies.0.per_task.0.training.method": "lora",
            "strategies.0.per_task.0.training.accelerator": "A100",
            "strategies.0.per_task.0.training.accelerator_hours": "20",
            "strategies.0.per_task.0.training.region": "N. Virginia",
            "strategies.0.per_request.inference.total_params_b": "7B",
            "strategies.0.per_request.inference.accelerator": "A100",
            "strategies.0.per_request.inference.batch_size": "32",
            "strategies.0.per_request.inference.input_tokens": "300",
            "strategies.0.per_request.inference.output_tokens": "20",
            "strategies.0.per_request.inference.region": "N. Virginia",
            "strategies.1.name": "a model per task",
            "strategies.1.per_task.0.training.accelerator": "A100",
            "strategies.1.per_task.0.training.accelerator_hours": "200",
            "strategies.1.per_task.0.training.workload": "encoder",
            "strategies.1.per_task.0.training.region": "N. Virginia",
            "strategies.1.per_request.inference.total_params_b": "0.1B",
            "strategies.1.per_request.inference.task": "classification",
            "strategies.1.per_request.inference.accelerator": "A100",
            "strategies.1.per_request.inference.batch_size": "32",
            "strategies.1.per_request.inference.input_tokens": "300",
            "strategies.1.per_request.inference.region": "N. Virginia",
        },
    ),
)
"""The starts of the first page, in its order."""
OTHERS = (
    Start(
        title="Find a better place",
        view="placement",
        sentence="My run takes {training.accelerator_hours} hours on {training.accelerators} {training.accelerator} "
        "in {training.region}. Where else could it run?",
        values={
            "training.accelerator_hours": "1,000",
            "training.accelerators": "8",
            "training.accelerator": "H100",
            "training.region": "N. Virginia",
            "regions": "all",
            "limit": "10",
        },
    ),
)
"""Starts of further views."""


def starts_of(view: str) -> list[Start]:
    """The starts that a view shows while it has no request: all of them on the first page.

    Args:
        view: The name of the view.
    """
    return list(STARTS) if view == "training" else [one for one in (*STARTS, *OTHERS) if one.view == view]
