"""Every command, program and answer in the README and in docs/ is what the service says to whoever copies it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.processes
ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
TABLE = re.compile(r"^\n(\| field \|(?:[^\n]*\|\n)+)")
BODY = re.compile(r"-d '(.*?)'", re.DOTALL)
NUMBER = re.compile(r"(?<![\w-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")
ENDS = ("value", "low", "high")
WORDS = {"None": "none", "True": "true", "False": "false"}
FAILED = 22
"""Exit status of curl for an answer that is an error."""


@dataclass(frozen=True)
class Example:
    """A command or a program, and what the text says of its answer."""

    page: str
    line: int
    language: str
    text: str
    answer: str
    table: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[tuple[int, str, str, str]]:
    """Line, language and text of each block of a page, and the table of fields right behind it."""
    text = page.read_text(encoding="utf-8")
    for block in FENCED.finditer(text):
        table = TABLE.match(text[block.end() :])
        yield text[: block.start()].count("\n") + 1, block[1], block[2], table[1] if table else ""


def examples(page: Path) -> Iterator[Example]:
    """The commands and programs of a page; a block of JSON or text behind one is its answer."""
    all_blocks = [*blocks(page), (0, "", "", "")]
    for (line, language, text, table), (_, of, answer, _) in pairwise(all_blocks):
        if language == "python" or (language == "sh" and ("curl " in text or text.startswith("costsvc "))):
            yield Example(page.name, line, language, text, answer if of in ("json", "text") else "", table)


EXAMPLES = [example for page in PAGES for example in examples(page)]
SHOWN = [example for example in EXAMPLES if example.answer]
TOLD = [example for example in EXAMPLES if example.table]


@pytest.fixture(scope="module")
def run(service: Any, needs: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs an example where it is copied to, against a service on another port; its exit status and output."""
    folder, known = tmp_path_factory.mktemp("home"), dict[Example, tuple[int, str]]()
    (folder / ".curlrc").write_text("fail-with-body\n")
    (folder / "docs").symlink_to(ROOT / "docs")
    needs("curl")

    def running(example: Example) -> tuple[int, str]:
        if example not in known:
            command = {"sh": ["sh", "-e"], "python": [sys.executable]}[example.language]
            text = example.text.replace("localhost:8000", f"127.0.0.1:{service.port}")
            environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "CURL_HOME": str(folder)}
            done = subprocess.run(  # noqa: S603 - ours
                [*command, "-"] if example.language == "python" else command,
                input=text,
                capture_output=True,
                text=True,
                check=False,
                env=environment,
                cwd=folder,
                timeout=120,
            )
            assert done.stderr == ""
            known[example] = done.returncode, done.stdout
        return known[example]

    return running


def is_refused(example: Example) -> bool:
    """Whether the text says that the answer is an error."""
    return '"status": 422' in example.answer


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_answered_as_it_is_written(run: Any, example: Example) -> None:
    status, output = run(example)
    assert (status, bool(output.strip())) == (FAILED if is_refused(example) else 0, True), output


@pytest.mark.parametrize("example", SHOWN, ids=str)
def test_an_answer_is_the_one_that_is_shown(run: Any, example: Example) -> None:
    _, output = run(example)
    if example.language == "python" or "curl " not in example.text:
        assert_alike(example.answer.strip(), output.strip(), 1e-3)
    else:
        shown = json.loads(example.answer)
        assert any(holds(part, shown) for part in objects(json.loads(output))), output


@pytest.mark.parametrize("example", TOLD, ids=str)
def test_a_table_has_the_fields_of_the_answer(run: Any, example: Example) -> None:
    answer = json.loads(run(example)[1])
    for line in example.table.splitlines()[2:]:
        field, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        found = written(at(answer, field.strip("`")))
        for cell, true in zip(filter(None, cells), found, strict=True):
            assert_alike(cell, true, 0.01)


def test_every_example_and_every_answer_is_found() -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = sum(example.text.count("curl -") for example in EXAMPLES)
    assert commands == len(re.findall(r"^curl ", texts, re.MULTILINE)) > 15
    others = [text for page in PAGES for _, language, text, _ in blocks(page) if language == "json"]
    answers = [example.answer for example in SHOWN if example.language == "sh"]
    assert [text for text in others if text not in answers and "mcpServers" not in text] == []
    assert len(TOLD) == 6


@pytest.mark.parametrize(
    ("strategy", "teams", "hours"), [pytest.param(0, 10, 60_300, id="7b"), pytest.param(2, 1, 318, id="bert")]
)
def test_the_busy_hours_behind_the_waiting_ones(client: FlaskClient, strategy: int, teams: int, hours: int) -> None:
    assert f"{hours:,}" in (ROOT / "docs" / "decisions-examples.md").read_text(encoding="utf-8")
    asked = json.loads(BODY.search(TOLD[1].text)[1])  # type: ignore[index] # it is there
    load = asked["strategies"][strategy]["per_request"]["inference"] | {"requests": teams * asked["requests_per_task"]}
    answer = client.post("/v1/estimates/inference", json=load).json
    assert answer is not None
    assert answer["accelerator_hours"]["value"] == pytest.approx(hours, rel=0.01)


def test_the_price_of_the_calls_is_the_one_that_is_named(run: Any) -> None:
    example = next(one for one in EXAMPLES if one.page == "README.md" and '"cached_input_tokens"' in one.text)
    cost = json.loads(run(example)[1])["cost"]["api_usd"]["value"]
    assert f"{cost:.2f} USD" in (ROOT / "README.md").read_text(encoding="utf-8")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a value, itself included."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def holds(value: Any, shown: Any) -> bool:
    """Whether a value has all that is shown of it; numbers are shown rounded."""
    if isinstance(shown, dict):
        return isinstance(value, dict) and all(name in value and holds(value[name], shown[name]) for name in shown)
    if isinstance(shown, list):
        return isinstance(value, list) and len(value) == len(shown) and all(map(holds, value, shown))
    return bool(value == (pytest.approx(shown, rel=1e-3) if isinstance(shown, float | int) else shown))


def at(answer: Any, field: str) -> Any:
    """The field of an answer at a dotted name."""
    for name in field.split("."):
        answer = answer[int(name)] if isinstance(answer, list) else answer[name]
    return answer


def written(found: Any) -> list[str]:
    """A field of the answer as cells show it, its numbers unrounded."""
    if isinstance(found, dict):
        return [written(found[end])[0] for end in ENDS]
    return [found if isinstance(found, str) else WORDS.get(str(found), repr(found))]


def assert_alike(shown: str, true: str, tolerance: float) -> None:
    """Two texts have the same words, and their numbers are about the same."""
    assert NUMBER.sub("#", shown) == NUMBER.sub("#", true)
    numbers, true_numbers = ([float(found) for found in NUMBER.findall(text)] for text in (shown, true))
    assert numbers == pytest.approx(true_numbers, rel=tolerance)
