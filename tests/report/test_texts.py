"""Exports have the numbers of the answer and stay well-formed, whatever strings are in it."""

import copy
import json
import re
import shlex
from typing import Any

import pytest
import yaml

from costsvc.estimates.labels import MINUS
from costsvc.reference.catalog import Catalog
from costsvc.report.dimensions import DIMENSIONS
from costsvc.report.numbers import TIMES_TEN
from costsvc.report.texts import markdown, phrases
from costsvc.report.texts.export import ExportInput
from costsvc.report.texts.formats import FORMATS, formats_of
from costsvc.web.registry import ENDPOINTS
from tests.report.latex_code import assert_is_latex

ADDRESS = "http://localhost/v1/somewhere"
WORLD = {"accelerator": "v100", "accelerator_hours": 0}
TEXTS = [pytest.param(kind, one.name, id=f"{kind}-{one.name}") for kind in ENDPOINTS for one in formats_of(kind)]
HOSTILE = [
    "100% of $x_1$ & #2 {a} \\end{itemize} \\input{/etc/passwd} ~^",
    "**bold** [link](http://evil) <script>alert(1)</script> `x` | _y_ ![i](j)",
    "[S1](http://evil) [S2][S3] [S4]: x",
    "a\nb: c\r\n---\n# d\u2028- e\x00\x1b[31m",
    "'; rm -rf / #\" $(id) `id` \\",
    "{{ 7*7 }} {% x %} {0} %s",
    "\u202eabc \U0001f600 \u4e2d\u6587 \u00e9\u0142\u00df\ufeff",
    "--- --x ?` !` << >> ,,",
    "!!python/object/apply:os.system ['id']",
]
CONTROLLED = {
    *("kind", "id", "version", "data_version", "metric", "verdict", "requests_verdict", "carbon_basis", "scope"),
    *("start", "end", "earliest", "deadline", "origin", "against", "field", "code", "unit"),
}
"""Fields whose words the service itself chooses."""
FACTOR_NAMES = re.compile(r"[a-z_]+")


def export_of(kind: str, catalog: Catalog, body: dict[str, Any] | None = None) -> ExportInput:
    question = ENDPOINTS[kind]
    body = question.example if body is None else body
    return ExportInput(kind=kind, answer=question.answer(body, catalog), body=body, address=ADDRESS)


def text(export: ExportInput, name: str) -> str:
    return FORMATS[name].write(export)


def poisoned(written: Any, evil: str, name: str = "") -> Any:
    """An answer with every text that anybody else could have written replaced."""
    if isinstance(written, dict):
        return {key: poisoned(value, evil, key) for key, value in written.items()}
    if isinstance(written, list):
        return [poisoned(one, evil, name) for one in written]
    if not isinstance(written, str) or name in CONTROLLED or (name == "name" and FACTOR_NAMES.fullmatch(written)):
        return written
    return evil


def hostile(kind: str, evil: str, catalog: Catalog) -> ExportInput:
    export = export_of(kind, catalog)
    return ExportInput(
        kind=kind, answer=poisoned(export.answer, evil), body=poisoned(export.body, evil), address=f"http://{evil}/"
    )


def quantity(written: str, dimension: str) -> list[float]:
    """The first quantity of a text in a unit of some dimension, back in the unit that this is named for."""
    sizes = {unit: size for size, unit in DIMENSIONS[dimension]}
    units = "|".join(sorted(map(re.escape, sizes), key=len, reverse=True))
    number = rf"[{MINUS}\d][\d,.]*(?:{TIMES_TEN}[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
    match = re.search(rf"({number}) ({units}) \(({number}) to ({number})\)", written)
    assert match, written
    return [float(one.replace(",", "").replace(MINUS, "-")) * sizes[match[2]] for one in (match[1], match[3], match[4])]


def three(quantity: dict[str, float], factor: float = 1.0) -> Any:
    return pytest.approx([quantity[end] * factor for end in ("value", "low", "high")], rel=0.0051)


def after(written: str, begin: str) -> str:
    assert begin in written, written
    return written.partition(begin)[2]


@pytest.mark.parametrize(("kind", "name"), TEXTS)
def test_every_answer_has_its_exports(kind: str, name: str, catalog: Catalog) -> None:
    export = export_of(kind, catalog)
    written = text(export, name)
    assert written.strip()
    assert "None" not in written
    assert "nan" not in re.findall(r"\w+", written)
    if name != "request.sh":
        assert export.answer["id"] in written
        assert export.answer["version"] in written


def test_the_paragraph_of_a_run_has_the_numbers_of_the_answer(catalog: Catalog) -> None:
    export = export_of("training", catalog)
    written, answer = text(export, "citation.md"), export.answer
    assert "1,100 accelerator-hours, 1,000 in the final run and 100 in failed runs" in written
    assert quantity(after(written, "to use "), "energy_kwh") == three(answer["energy_kwh"])
    assert quantity(after(written, "This causes "), "carbon_kg") == three(answer["carbon"]["total_kg"])
    assert quantity(after(written, "CO₂e: "), "carbon_kg") == three(answer["carbon"]["location_kg"])
    assert quantity(after(written, "(location-based, "), "carbon_kg") == three(answer["carbon"]["embodied_kg"])
    assert quantity(after(written, "Water"), "water_l") == three(answer["water"]["total_l"])
    money = [float(one.replace(",", "")) for one in re.findall(r"\\\$([\d,.]+\d)", after(written, "the cost is "))[:3]]
    assert money == three(answer["cost"]["total_usd"])
    assert f"PUE {answer['place']['pue']}" in written
    assert "90 % intervals" in written


def test_the_paragraph_of_serving_has_the_numbers_of_the_answer(catalog: Catalog) -> None:
    export = export_of("inference", catalog)
    written, answer = text(export, "citation.md"), export.answer
    assert "1,000,000 requests to Llama 3.1 8B (500 input and 300 output tokens each)" in written
    assert quantity(after(written, "market-based figure"), "carbon_kg") == three(answer["carbon"]["market_kg"])
    each = after(written, "Per request ")
    assert quantity(each, "energy_kwh") == three(answer["per_request"]["energy_j"], 1 / 3.6e6)
    assert quantity(each, "carbon_g") == three(answer["per_request"]["carbon_g"])


def test_the_main_driver_of_the_width_is_named(catalog: Catalog) -> None:
    export = export_of("training", catalog)
    driver = export.answer["drivers"]["total_kg"][0]
    assert f"{phrases.factor(driver['name'])} ({driver['share'] * 100:.0f} %)" in text(export, "citation.md")


def test_every_source_that_is_cited_is_listed_once(catalog: Catalog) -> None:
    written = text(export_of("training", catalog), "citation.md")
    paragraph, _, listed = written.partition("Sources:")
    assert re.findall(r"\[S\d+\]", listed) == sorted(set(re.findall(r"\[S\d+\]", paragraph)))


def test_defaults_and_warnings_are_listed(catalog: Catalog) -> None:
    export = export_of("training", catalog)
    written = text(export, "citation.md")
    assert "service life of the hardware 5 years (4 to 6)" in after(written, "Defaults:")
    for warning in export.answer["warnings"]:
        assert markdown.escape(warning["message"]) in written


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(WORLD, "world averages", id="nowhere"),
        pytest.param({"instance": "p5.48xlarge", "hours": 24, "instances": 2}, "2 instances of type", id="instances"),
        pytest.param(
            WORLD | {"method": "lora", "model": "llama-3.1-8b"}, "LoRA fine-tuning of Llama 3.1 8B", id="method"
        ),
        pytest.param(WORLD | {"workload": "vision"}, "a vision model", id="workload"),
        pytest.param(WORLD | {"scope": "direct"}, "CO₂e of the electricity is not known, as", id="no-carbon"),
        pytest.param(
            WORLD | {"region": "DE", "scope": "direct", "grid_g_per_kwh": 20},
            "direct emissions of power plants only",
            id="direct",
        ),
        pytest.param(WORLD | {"pricing": {"kind": "owned"}}, "the cost is not known", id="no-price"),
        pytest.param(
            WORLD | {"accelerator": "h100", "region": "DE", "pricing": {"kind": "owned"}},
            "for hardware, electricity and facility",
            id="owned",
        ),
        pytest.param(WORLD | {"accelerator_hours": 9, "grid_g_per_kwh": 0}, "0 kg from the electricity", id="clean"),
        pytest.param(WORLD | {"pue": 1.07}, "PUE 1.07, as given", id="given"),
        pytest.param(WORLD | {"accelerator_hours": 5}, "5 accelerator-hours in the final run alone", id="final"),
        pytest.param(
            {"accelerator": "h100", "training_tokens_b": 300, "total_params_b": 8, "active_params_b": 2},
            "8 billion parameters, 2 billion of them active on 300 billion tokens",
            id="tokens",
        ),
        pytest.param(
            WORLD | {"accelerator_hours": 10, "contract": {"share": 1, "g_per_kwh": 5}}, "market-based", id="c"
        ),
    ],
)
def test_a_paragraph_describes_the_request(change: dict[str, Any], expected: str, catalog: Catalog) -> None:
    export = export_of("training", catalog, change)
    assert expected in text(export, "citation.md")
    for one in formats_of("training"):
        assert one.write(export).strip()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"task": "image", "total_params_b": 2, "accelerator": "a100"}, id="image"),
        pytest.param({"task": "embedding", "total_params_b": 0.1, "accelerator": "t4", "requests": 0}, id="nothing"),
        pytest.param({"model": "llama-3.1-70b", "accelerator": "h100", "requests_per_s": 0.1}, id="rate"),
        pytest.param({"model": "llama-3.1-8b", "accelerator": "h100", "scope": "direct"}, id="no-carbon"),
    ],
)
def test_every_kind_of_serving_has_its_exports(body: dict[str, Any], catalog: Catalog) -> None:
    export = export_of("inference", catalog, body)
    for one in formats_of("inference"):
        assert export.answer["id"] in one.write(export) or one.name == "request.sh"


def test_an_assumed_value_is_not_marked_as_given(catalog: Catalog) -> None:
    body = {"task": "image", "total_params_b": 2, "accelerator": "a100"}
    assert "batch size 1;" in text(export_of("inference", catalog, body), "citation.md")
    assert "batch size 1, as given;" in text(export_of("inference", catalog, body | {"batch_size": 1}), "citation.md")


def test_a_search_without_an_option_within_the_limits_has_its_paragraph(catalog: Catalog) -> None:
    body = {"training": {"accelerator": "a100", "accelerator_hours": 100, "region": "DE"}, "max_kg": 0.001}
    written = text(export_of("placement", catalog, body), "citation.md")
    assert (
        "covered 1 combination of accelerator, region, seller and price (none within the limits), ranked by CO₂e."
        in written
    )


def test_a_schedule_of_energy_alone_has_its_paragraph(catalog: Catalog) -> None:
    example = ENDPOINTS["schedule"].example
    body = {name: example[name] for name in ("earliest", "deadline")}
    export = export_of("schedule", catalog, body | {"energy_kwh": 100, "duration_h": 5, "region": "aws:us-west-1"})
    assert "For a workload in N. California (AWS us-west-1)" in text(export, "citation.md")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("from", "“shared” is cheaper than “per-task” from 383 (296 to 623) tasks on"),
        ("up_to", "“shared” is cheaper than “per-task” up to 383 (296 to 623) tasks"),
        ("always", "“shared” is always cheaper than “per-task”"),
        ("never", "“shared” is never cheaper than “per-task”"),
        ("equal", "“shared” and “per-task” cost the same"),
        (None, "They cannot be compared in energy, which is not known of both."),
    ],
)
def test_a_verdict_is_a_sentence(verdict: str | None, expected: str, catalog: Catalog) -> None:
    export = export_of("amortization", catalog)
    answer = copy.deepcopy(export.answer)
    answer["break_even"] = [answer["break_even"][0] | {"verdict": verdict}]
    written = text(ExportInput(kind="amortization", answer=answer, body=export.body, address=ADDRESS), "citation.md")
    assert (f"In energy, {expected}" if verdict else expected) in written


def test_a_break_even_without_a_probability_has_none_in_its_sentence(catalog: Catalog) -> None:
    export = export_of("amortization", catalog)
    answer = copy.deepcopy(export.answer)
    answer["break_even"] = [answer["break_even"][0] | {"probability": None}]
    written = text(ExportInput(kind="amortization", answer=answer, body=export.body, address=ADDRESS), "citation.md")
    assert "383 (296 to 623) tasks on." in written


def test_a_saving_of_nothing_has_no_percentage(catalog: Catalog) -> None:
    example = ENDPOINTS["schedule"].example
    body = {name: example[name] for name in ("earliest", "deadline")}
    body["training"] = example["training"] | {"grid_g_per_kwh": 0}
    written = text(export_of("schedule", catalog, body), "citation.md")
    assert "Compared with a start at once the saving is 0 kg of CO₂e." in written


def test_a_probability_counted_from_draws_is_never_certain(catalog: Catalog) -> None:
    assert "more than 99 % for CO₂e" in text(export_of("change", catalog), "citation.md")
    assert "is less than 1 %" in text(export_of("amortization", catalog), "citation.md")


def test_the_summary_of_a_change_is_in_its_paragraph(catalog: Catalog) -> None:
    export = export_of("change", catalog)
    assert markdown.escape(re.sub(r"[*`]", "", export.answer["summary"])) in text(export, "citation.md")


def front_matter(card: str) -> dict[str, Any]:
    before, block, section = card.split("---\n", maxsplit=2)
    assert before == ""
    assert section.startswith("\n## Environmental Impact\n")
    metadata: dict[str, Any] = yaml.safe_load(block)["co2_eq_emissions"]
    return metadata


def test_a_model_card_gives_grams_as_the_hub_wants_them(catalog: Catalog) -> None:
    export = export_of("training", catalog, {**ENDPOINTS["training"].example, "method": "pretraining"})
    card = text(export, "model-card.md")
    metadata = front_matter(card)
    assert list(metadata) == ["emissions", "source", "training_type", "geographical_location", "hardware_used"]
    assert metadata["emissions"] == pytest.approx(export.answer["carbon"]["location_kg"]["value"] * 1000, rel=0.005)
    assert metadata["training_type"] == "pre-training"
    assert export.answer["id"] in metadata["source"]
    low, high = re.search(r"interval of (\d+) to (\d+)", card).groups()  # type: ignore[union-attr] # it is there
    location = export.answer["carbon"]["location_kg"]
    assert (int(low), int(high)) == pytest.approx((location["low"] * 1000, location["high"] * 1000), rel=0.005)


def test_a_model_card_without_emissions_names_the_reason(catalog: Catalog) -> None:
    card = text(export_of("training", catalog, WORLD | {"scope": "direct", "method": "lora"}), "model-card.md")
    assert "emissions" not in front_matter(card)
    assert front_matter(card)["training_type"] == "fine-tuning"
    assert "# emissions are not known, as " in card


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_the_terms_of_a_statement_of_intensity_add_up_to_it(kind: str, catalog: Catalog) -> None:
    written = text(export_of(kind, catalog), "sci.md")
    energy, made = quantity(after(written, "| E |"), "energy_kwh")[0], quantity(after(written, "| M |"), "carbon_g")[0]
    whole = quantity(after(written, "**SCI = "), "carbon_g")[0]
    intensity = float(re.search(r"\| ([\d.]+) \([\d. to]+\) g CO₂e/kWh", written)[1])  # type: ignore[index] # it is there
    assert energy * intensity + made == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize(("kind", "name"), TEXTS)
def test_a_hostile_text_breaks_no_document(kind: str, name: str, evil: str, catalog: Catalog) -> None:
    written = text(hostile(kind, evil, catalog), name)
    if name.endswith((".md", ".tex")):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u2028\u202e\ufeff]", written)
    if name.endswith(".tex"):
        assert_is_latex(written)
    if name.endswith(".md"):
        section = written.rpartition("---\n\n")[2] if name == "model-card.md" else written
        bare = re.sub(r"\\.| <https?://[^<>\s]+>", "", section)
        assert "<" not in bare
        assert not re.search(r"\](?:\(|\[|:)", bare)
    if name == "model-card.md":
        assert set(front_matter(written)) <= {
            *("emissions", "source", "training_type", "geographical_location", "hardware_used")
        }
    if name == "request.sh":
        assert_posts(written, f"http://{evil}/", poisoned(ENDPOINTS[kind].example, evil))


def assert_posts(script: str, address: str, body: Any) -> None:
    """One command, with the body as one word and the address as another."""
    written = [word for word in shlex.split(script, comments=True) if word != "\n"]
    assert written[:4] == ["curl", "--silent", "--show-error", "--fail-with-body"]
    assert written[-3] == "--data-raw"
    assert json.loads(written[-2]) == body
    assert written[-1] == address
    assert len(written) == 10
