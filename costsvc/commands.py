"""Commands that ask a question: ``costsvc estimate training --accelerator h100 --accelerator-hours 1000``."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import click
import orjson
import yaml

from costsvc.errors import CostsvcError
from costsvc.reference.catalog import Catalog
from costsvc.report import numbers
from costsvc.report.answers import Answer, AnyEstimate, totals
from costsvc.report.headlines import headline
from costsvc.report.labels import TOTALS
from costsvc.report.texts.export import ExportInput
from costsvc.report.texts.formats import FORMATS
from costsvc.schemas import query
from costsvc.schemas.field_errors import by_field
from costsvc.settings import Settings
from costsvc.web.registry import ENDPOINTS, answer_request

ESTIMATES: Mapping[str, str] = {
    "training": "costsvc estimate training --accelerator h100 --accelerator-hours 1,000 --region Paris",
    "inference": "costsvc estimate inference --model llama-3.1-8b --accelerator h100 --requests '1 million' --markdown",
}
"""An example of the command of each kind of estimate."""
COMPARISONS: Mapping[str, str] = {
    "amortization": "amortization",
    "api-or-own": "api_or_own",
    "change": "change",
    "placement": "placement",
    "schedule": "schedule",
}
"""The kind of each comparison by its command."""
WRONG_INPUT = 2
"""Exit code of wrong usage or input."""
Body = dict[str, Any]


@click.group()
def estimate() -> None:
    """Estimate a training run or requests to a model."""


@click.group()
def compare() -> None:
    """Compare strategies, places, changes, times, or a hosted model with own hardware."""


def _add_estimate(kind: str, example: str) -> None:
    @click.pass_context
    def command(context: click.Context, /, file: Path | None, form: str | None, **options: str | None) -> None:
        typed = [(names[option], text) for option, text in options.items() if text is not None]
        body = _merge(_read(file) if file else {}, query.body(typed, endpoint.schema))
        _answer(context, kind, body, form)

    endpoint = ENDPOINTS[kind]
    described = {name: field.metadata for name, field in query.leaves(endpoint.schema)}
    names = {_parameter(name): name for name in described}
    for name, metadata in reversed(described.items()):
        text = str(metadata.get("description", ""))
        words = cast("list[str]", metadata.get("enum", []))
        text = f"{text} ({', '.join(words)})" if words else text
        flag = f"--{name.replace('_', '-')}"
        command = click.option(flag, _parameter(name), metavar="VALUE", help=text)(command)
    title = "a training run" if kind == "training" else "requests to a model"
    _command(estimate, kind, f"Estimate {title}.", f"Example: {example}", command)


def _parameter(name: str) -> str:
    """The name of a field as an argument of a function."""
    return name.replace(".", "__")


def _add_comparison(name: str, kind: str) -> None:
    @click.pass_context
    def command(context: click.Context, /, file: Path | None, form: str | None) -> None:
        _answer(context, kind, _read(file) if file else {}, form)

    path = ENDPOINTS[kind].path
    text = f"Answer the body of {path} in FILE."
    _command(compare, name, text, f"Example: costsvc compare {name} --file request.yaml", command)


def _command(group: click.Group, name: str, text: str, example: str, command: Any) -> None:
    for form, shown in (("markdown", "The answer as a paragraph with its sources."), ("json", "The whole answer.")):
        command = click.option(f"--{form}", "form", flag_value=form, help=shown)(command)
    readable = click.Path(exists=True, dir_okay=False, path_type=Path)
    command = click.option("--file", type=readable, help="A request as YAML or JSON; flags go before it.")(command)
    group.command(name, help=text, epilog=example)(command)


def _read(file: Path) -> Body:
    """The request in a file of YAML or JSON."""
    try:
        body = yaml.safe_load(file.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file}: no YAML and no JSON: {error}") from error
    if not isinstance(body, dict):
        raise click.UsageError(f"{file}: must be an object with the fields of a request")
    return body


def _merge(under: Body, over: Body) -> Body:
    """Two requests in one; the fields of the second go before those of the first."""
    merged = dict(under)
    for name, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merge(merged[name], value) if both else value
    return merged


def _answer(context: click.Context, kind: str, body: Body, form: str | None) -> None:
    settings = Settings.from_env()
    catalog = _catalog(settings.data_dir, settings.data_overlay)
    path = ENDPOINTS[kind].path
    try:
        answer = answer_request(path, body, catalog)
    except CostsvcError as error:
        for field, texts in by_field(error).items():
            click.echo(f"Error: {_flag(field)}: {' '.join(texts)}", err=True)
        context.exit(WRONG_INPUT)
    click.echo("\n".join(_lines(kind, answer, body, form)))


@cache
def _catalog(folder: Path, overlay: Path | None) -> Catalog:
    """The tables, loaded once in a process."""
    return Catalog.load(folder, overlay)


def _flag(field: str) -> str:
    return field.replace("_", "-")


def _lines(kind: str, answer: Answer, body: Body, form: str | None) -> Iterator[str]:
    if form == "json":
        yield orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode()
    elif form == "markdown":
        export = ExportInput(kind=kind, answer=answer, body=body, address=ENDPOINTS[kind].path)
        yield FORMATS["citation.md"].write(export).rstrip()
    else:
        yield headline(kind, answer)
        if kind in ESTIMATES:
            yield ""
            yield from _totals(cast("AnyEstimate", answer))
        yield ""
        yield from (f"- {warning['message']}" for warning in answer["warnings"])


def _totals(answer: AnyEstimate) -> Iterator[str]:
    """The four totals with their intervals, in columns."""
    for metric, quantity in totals(answer).items():
        text = numbers.format_quantity(quantity, metric)
        value = f"{text.value} {text.unit}".strip()
        range_ = f"{text.low} to {text.high} {text.unit}".strip() if text.low != text.high else ""
        yield f"{TOTALS[metric].title:<8}{value:>16}    {range_}".rstrip()


for _kind, _example in ESTIMATES.items():
    _add_estimate(_kind, _example)
for _name, _compared in COMPARISONS.items():
    _add_comparison(_name, _compared)
