"""Texts to take away say what the answer says, whatever strings are in it."""

import copy
import json
import re
import shlex
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from costsvc.reference.catalog import Catalog
from costsvc.web.numbers import DIMENSIONS, MINUS, TIMES_TEN
from costsvc.web.registry import ENDPOINTS
from costsvc.web.texts import documents, latex, markdown, words
from costsvc.web.texts.taken import Taken

ADDRESS = "http://localhost/v1/somewhere"
WORLD = {"accelerator": "v100", "accelerator_hours": 0}
TEXTS = [pytest.param(kind, one.name, id=f"{kind}-{one.name}") for kind in ENDPOINTS for one in documents.of(kind)]
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


def asked(kind: str, catalog: Catalog, body: dict[str, Any] | None = None) -> Taken:
    question = ENDPOINTS[kind]
    body = question.example if body is None else body
    return Taken(kind=kind, answer=question.answer(body, catalog), body=body, address=ADDRESS)


def text(taken: Taken, name: str) -> str:
    return documents.DOCUMENTS[name].write(taken)


def poisoned(said: Any, evil: str, name: str = "") -> Any:
    """An answer with every text that anybody else could have written replaced."""
    if isinstance(said, dict):
        return {key: poisoned(value, evil, key) for key, value in said.items()}
    if isinstance(said, list):
        return [poisoned(one, evil, name) for one in said]
    if not isinstance(said, str) or name in CONTROLLED or (name == "name" and FACTOR_NAMES.fullmatch(said)):
        return said
    return evil


def hostile(kind: str, evil: str, catalog: Catalog) -> Taken:
    taken = asked(kind, catalog)
    return Taken(
        kind=kind, answer=poisoned(taken.answer, evil), body=poisoned(taken.body, evil), address=f"http://{evil}/"
    )


def quantity(said: str, dimension: str) -> list[float]:
    """The first quantity of a text in a unit of some dimension, back in the unit that this is named for."""
    sizes = {unit: size for size, unit in DIMENSIONS[dimension]}
    units = "|".join(sorted(map(re.escape, sizes), key=len, reverse=True))
    number = rf"[{MINUS}\d][\d,.]*(?:{TIMES_TEN}[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
    found = re.search(rf"({number}) ({units}) \(({number}) to ({number})\)", said)
    assert found, said
    return [float(one.replace(",", "").replace(MINUS, "-")) * sizes[found[2]] for one in (found[1], found[3], found[4])]


def three(found: dict[str, float], factor: float = 1.0) -> Any:
    return pytest.approx([found[end] * factor for end in ("value", "low", "high")], rel=0.0051)


def after(said: str, begin: str) -> str:
    assert begin in said, said
    return said.partition(begin)[2]


@pytest.mark.parametrize(("kind", "name"), TEXTS)
def test_every_answer_has_its_texts(kind: str, name: str, catalog: Catalog) -> None:
    taken = asked(kind, catalog)
    said = text(taken, name)
    assert said.strip()
    assert "None" not in said
    assert "nan" not in re.findall(r"\w+", said)
    if name != "request.sh":
        assert taken.answer["id"] in said
        assert taken.answer["version"] in said


def test_the_paragraph_of_a_run_gives_the_numbers_of_the_answer(catalog: Catalog) -> None:
    taken = asked("training", catalog)
    said, answer = text(taken, "citation.md"), taken.answer
    assert "1,100 accelerator-hours, 1,000 in the final run and 100 in failed runs" in said
    assert quantity(after(said, "to use "), "energy_kwh") == three(answer["energy_kwh"])
    assert quantity(after(said, "This causes "), "carbon_kg") == three(answer["carbon"]["total_kg"])
    assert quantity(after(said, "CO₂e: "), "carbon_kg") == three(answer["carbon"]["location_kg"])
    assert quantity(after(said, "(location-based, "), "carbon_kg") == three(answer["carbon"]["embodied_kg"])
    assert quantity(after(said, "Water"), "water_l") == three(answer["water"]["total_l"])
    money = [float(one.replace(",", "")) for one in re.findall(r"\\\$([\d,.]+\d)", after(said, "the cost is "))[:3]]
    assert money == three(answer["cost"]["total_usd"])
    assert f"PUE {answer['place']['pue']}" in said
    assert "90 % intervals" in said


def test_the_paragraph_of_serving_gives_the_numbers_of_the_answer(catalog: Catalog) -> None:
    taken = asked("inference", catalog)
    said, answer = text(taken, "citation.md"), taken.answer
    assert "1,000,000 requests to llama-3.1-8b (500 input and 300 output tokens each)" in said
    assert quantity(after(said, "market-based figure"), "carbon_kg") == three(answer["carbon"]["market_kg"])
    each = after(said, "Per request ")
    assert quantity(each, "energy_kwh") == three(answer["per_request"]["energy_j"], 1 / 3.6e6)
    assert quantity(each, "carbon_g") == three(answer["per_request"]["carbon_g"])


def test_the_main_driver_of_the_width_is_named(catalog: Catalog) -> None:
    taken = asked("training", catalog)
    driver = taken.answer["drivers"]["total_kg"][0]
    assert f"{words.factor(driver['name'])} ({driver['share'] * 100:.0f} %)" in text(taken, "citation.md")


def test_every_source_that_is_cited_is_listed_once(catalog: Catalog) -> None:
    said = text(asked("training", catalog), "citation.md")
    paragraph, _, listed = said.partition("Sources:")
    assert re.findall(r"\[S\d+\]", listed) == sorted(set(re.findall(r"\[S\d+\]", paragraph)))


def test_what_was_filled_in_is_said(catalog: Catalog) -> None:
    taken = asked("training", catalog)
    said = text(taken, "citation.md")
    assert "service life of the hardware 5 years (4 to 6)" in after(said, "Taken by default")
    for warning in taken.answer["warnings"]:
        assert markdown.escaped(warning["message"]) in said


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(WORLD, "world averages", id="nowhere"),
        pytest.param({"instance": "p5.48xlarge", "hours": 24, "instances": 2}, "2 instances of type", id="instances"),
        pytest.param(WORLD | {"method": "lora", "model": "llama-3.1-8b"}, "LoRA fine-tuning of llama", id="method"),
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
def test_a_paragraph_says_what_was_asked(change: dict[str, Any], expected: str, catalog: Catalog) -> None:
    taken = asked("training", catalog, change)
    assert expected in text(taken, "citation.md")
    for one in documents.of("training"):
        assert one.write(taken).strip()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"task": "image", "total_params_b": 2, "accelerator": "a100"}, id="image"),
        pytest.param({"task": "embedding", "total_params_b": 0.1, "accelerator": "t4", "requests": 0}, id="nothing"),
        pytest.param({"model": "llama-3.1-70b", "accelerator": "h100", "requests_per_s": 0.1}, id="rate"),
        pytest.param({"model": "llama-3.1-8b", "accelerator": "h100", "scope": "direct"}, id="no-carbon"),
    ],
)
def test_every_kind_of_serving_has_its_texts(body: dict[str, Any], catalog: Catalog) -> None:
    taken = asked("inference", catalog, body)
    for one in documents.of("inference"):
        assert taken.answer["id"] in one.write(taken) or one.name == "request.sh"


def test_what_was_assumed_is_not_said_to_be_given(catalog: Catalog) -> None:
    body = {"task": "image", "total_params_b": 2, "accelerator": "a100"}
    assert "batch size 1;" in text(asked("inference", catalog, body), "citation.md")
    assert "batch size 1, as given;" in text(asked("inference", catalog, body | {"batch_size": 1}), "citation.md")


def test_a_search_that_finds_nothing_says_so(catalog: Catalog) -> None:
    body = {"training": {"accelerator": "a100", "accelerator_hours": 100, "region": "DE"}, "max_kg": 0.001}
    said = text(asked("placement", catalog, body), "citation.md")
    assert (
        "covered 1 combination of accelerator, region, seller and price (none within the limits), ranked by CO₂e."
        in said
    )


def test_a_schedule_of_energy_alone_has_its_paragraph(catalog: Catalog) -> None:
    example = ENDPOINTS["schedule"].example
    body = {name: example[name] for name in ("earliest", "deadline")}
    taken = asked("schedule", catalog, body | {"energy_kwh": 100, "duration_h": 5, "region": "aws:us-west-1"})
    assert "For a workload in aws:us-west-1" in text(taken, "citation.md")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("from", "“shared” needs less than “per-task” from 383 (295 to 623) tasks on"),
        ("up_to", "“shared” needs less than “per-task” up to 383 (295 to 623) tasks"),
        ("always", "“shared” always needs less than “per-task”"),
        ("never", "“shared” never needs less than “per-task”"),
        ("equal", "“shared” and “per-task” need the same"),
        (None, "they cannot be compared"),
    ],
)
def test_a_verdict_is_said_in_words(verdict: str | None, expected: str, catalog: Catalog) -> None:
    taken = asked("amortization", catalog)
    answer = copy.deepcopy(taken.answer)
    answer["break_even"] = [answer["break_even"][0] | {"verdict": verdict}]
    said = text(Taken(kind="amortization", answer=answer, body=taken.body, address=ADDRESS), "citation.md")
    assert f"In electricity, {expected}" in said or f"In electricity {expected}" in said


def test_where_nothing_is_uncertain_no_probability_is_said(catalog: Catalog) -> None:
    taken = asked("amortization", catalog)
    answer = copy.deepcopy(taken.answer)
    answer["break_even"] = [answer["break_even"][0] | {"probability": None}]
    said = text(Taken(kind="amortization", answer=answer, body=taken.body, address=ADDRESS), "citation.md")
    assert "383 (295 to 623) tasks on." in said


def test_a_saving_of_nothing_has_no_percentage(catalog: Catalog) -> None:
    example = ENDPOINTS["schedule"].example
    body = {name: example[name] for name in ("earliest", "deadline")}
    body["training"] = example["training"] | {"grid_g_per_kwh": 0}
    said = text(asked("schedule", catalog, body), "citation.md")
    assert "Against a start at once the saving is 0 kg of CO₂e." in said


def test_a_probability_counted_from_draws_is_never_certain(catalog: Catalog) -> None:
    assert "more than 99 % for CO₂e" in text(asked("change", catalog), "citation.md")
    assert "is less than 1 %" in text(asked("amortization", catalog), "citation.md")


def test_the_summary_of_a_change_is_in_its_paragraph(catalog: Catalog) -> None:
    taken = asked("change", catalog)
    assert markdown.escaped(re.sub(r"[*`]", "", taken.answer["summary"])) in text(taken, "citation.md")


def front_matter(card: str) -> dict[str, Any]:
    before, block, section = card.split("---\n", maxsplit=2)
    assert before == ""
    assert section.startswith("\n## Environmental Impact\n")
    found: dict[str, Any] = yaml.safe_load(block)["co2_eq_emissions"]
    return found


def test_a_model_card_gives_grams_as_the_hub_wants_them(catalog: Catalog) -> None:
    taken = asked("training", catalog)
    card = text(taken, "model-card.md")
    found = front_matter(card)
    assert list(found) == ["emissions", "source", "training_type", "geographical_location", "hardware_used"]
    assert found["emissions"] == pytest.approx(taken.answer["carbon"]["location_kg"]["value"] * 1000, rel=0.005)
    assert found["training_type"] == "pre-training"
    assert taken.answer["id"] in found["source"]
    low, high = re.search(r"interval of (\d+) to (\d+)", card).groups()  # type: ignore[union-attr] # it is there
    location = taken.answer["carbon"]["location_kg"]
    assert (int(low), int(high)) == pytest.approx((location["low"] * 1000, location["high"] * 1000), rel=0.005)


def test_a_model_card_without_emissions_names_the_reason(catalog: Catalog) -> None:
    card = text(asked("training", catalog, WORLD | {"scope": "direct", "method": "lora"}), "model-card.md")
    assert "emissions" not in front_matter(card)
    assert front_matter(card)["training_type"] == "fine-tuning"
    assert "# emissions are not known, as " in card


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_the_terms_of_a_statement_of_intensity_add_up_to_it(kind: str, catalog: Catalog) -> None:
    said = text(asked(kind, catalog), "sci.md")
    energy, made = quantity(after(said, "| E |"), "energy_kwh")[0], quantity(after(said, "| M |"), "carbon_g")[0]
    whole = quantity(after(said, "**SCI = "), "carbon_g")[0]
    intensity = float(re.search(r"\| ([\d.]+) \([\d. to]+\) g CO₂e/kWh", said)[1])  # type: ignore[index] # it is there
    assert energy * intensity + made == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize(("kind", "name"), TEXTS)
def test_a_hostile_text_breaks_no_document(kind: str, name: str, evil: str, catalog: Catalog) -> None:
    said = text(hostile(kind, evil, catalog), name)
    if name.endswith((".md", ".tex")):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u2028\u202e\ufeff]", said)
    if name.endswith(".tex"):
        assert_is_latex(said)
    if name.endswith(".md"):
        shown = said.rpartition("---\n\n")[2] if name == "model-card.md" else said
        bare = re.sub(r"\\.| <https?://[^<>\s]+>", "", shown)
        assert "<" not in bare
        assert not re.search(r"\](?:\(|\[|:)", bare)
    if name == "model-card.md":
        assert set(front_matter(said)) <= {
            *("emissions", "source", "training_type", "geographical_location", "hardware_used")
        }
    if name == "request.sh":
        assert_posts(said, f"http://{evil}/", poisoned(ENDPOINTS[kind].example, evil))


def assert_posts(script: str, address: str, body: Any) -> None:
    """One command, with the body as one word and the address as another."""
    said = [word for word in shlex.split(script, comments=True) if word != "\n"]
    assert said[:4] == ["curl", "--silent", "--show-error", "--fail-with-body"]
    assert said[-3] == "--data-raw"
    assert json.loads(said[-2]) == body
    assert said[-1] == address
    assert len(said) == 10


COMMANDS = re.compile(
    r"\\(?:textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|char34|char96|ldots|"
    r"textendash|textemdash|ss|o|O|ae|AE|l|L)\{\}"
    r"|\\(?:textsuperscript|textsubscript)\{[-\d]\}|\\ensuremath\{(?:\\mu|\\times|-|\\geq|\\leq|\^\{\\circ\})\}"
    r"|\\[`'^~\"=.vcrH]\{[A-Za-z]\}|\\[{}$&#%_]|\\(?:begin|end)\{itemize\}|\\item\[(?:\{\[S\d+\]\})?\]|\\url\{[^{}\\\s]*\}"
)


def assert_is_latex(said: str) -> None:
    """Nothing but ASCII, the commands that we know, and characters without a meaning of their own."""
    assert said.isascii()
    code = [line for line in said.splitlines() if not line.startswith("%")]
    left = COMMANDS.sub("", "\n".join(code)).replace("-{}-", "--").replace("-{}", "-")
    assert not re.search(r"[\\{}$&#%_^<>|\"`]", left), left
    assert said.count(r"\begin{itemize}") == said.count(r"\end{itemize}") <= 1


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("llama_3%", r"llama\_3\%"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("$1 & #2", r"\$1 \& \#2"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("<a|b>", r"\textless{}a\textbar{}b\textgreater{}"),
        ("\"'`", r"\char34{}'\char96{}"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("3.55 m³ of CO₂e", r"3.55~m\textsuperscript{3} of CO\textsubscript{2}e"),
        (
            "1.5 µWh, \N{MINUS SIGN}2 \N{MULTIPLICATION SIGN} 10⁻⁵",
            r"1.5~\ensuremath{\mu}Wh, \ensuremath{-}2 \ensuremath{\times} 10\textsuperscript{-}\textsuperscript{5}",
        ),
        ("Señor Łukaß Ångström", r"Se\~{n}or \L{}uka\ss{} \r{A}ngstr\"{o}m"),
        ("中", "(U+4E2D)"),
        ("12 tasks, 5 h", "12 tasks, 5~h"),
    ],
)
def test_latex_shows_each_character_as_it_is(plain: str, expected: str) -> None:
    assert latex.escaped(plain) == expected


@given(st.text())
def test_any_text_is_latex_once_it_is_escaped(anything: str) -> None:
    assert_is_latex(latex.escaped(words.plain(anything)))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_markdown_shows_any_text_as_it_is(anything: str) -> None:
    escaped = markdown.escaped(anything)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped).replace(markdown.BREAK, "") == anything
    bare = re.sub(r"\\.|\[S\d+\](?![(\[:])", "", escaped)
    assert not re.search(r"[\\`*_{}\[\]<>|~&#$!]", bare)


@pytest.mark.parametrize(
    "url", ["https://a.b/c_d%20e#f", "https://a.b/} \\end{x}", "https://a.b/<x> y", "https://a.b/\u202e\n]"]
)
def test_an_address_ends_where_it_should(url: str) -> None:
    assert re.fullmatch(r" \\url\{[^{}\\\s]+\}", latex.address(words.web_address(url)))
    assert re.fullmatch(r" <[^<>\s\\]+>", markdown.address(words.web_address(url)))


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "script", "a https://b"])
def test_what_is_no_address_of_the_web_is_no_link(url: str | None) -> None:
    assert markdown.address(words.web_address(url)) == latex.address(words.web_address(url)) == ""
