"""Locks hold what an installer needs, and what one leaves out is noticed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECK = ROOT / "requirements" / "check.py"
LOCKS = sorted([*(ROOT / "requirements").glob("*.txt"), *(ROOT / "benchmarks").glob("*.txt")])
PIN = re.compile(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+( ; [^;]+)? \\")


def installed(folder: Path, **needs: tuple[str, ...]) -> Path:
    """A folder of distributions, each 1.5, by what they need."""
    for name, each in needs.items():
        info = folder / f"{name}-1.5.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.5", *(f"Requires-Dist: {one}" for one in each)]
        (info / "METADATA").write_text("\n".join(lines))
    return folder


def told(folder: Path, *wanted: str) -> tuple[int, list[str]]:
    """The exit status of the check, and what it says."""
    command = [sys.executable, str(CHECK), "--path", str(folder), *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    "needs",
    [
        pytest.param(("b>=1",), id="range"),
        pytest.param(("B_._b",), id="spelling"),
        pytest.param(("c; python_version < '3'",), id="marker"),
        pytest.param(("c; extra == 'fast'",), id="extra-that-nobody-uses"),
        pytest.param(("b[cold]",), id="extra-without-needs"),
        pytest.param(("a[fast]", "b; extra == 'fast'"), id="extra-of-its-own"),
    ],
)
def test_an_environment_in_which_all_is_there_passes(tmp_path: Path, needs: tuple[str, ...]) -> None:
    assert told(installed(tmp_path, a=needs, b=(), b_b=("a",))) == (0, [])


@pytest.mark.parametrize(
    ("needs", "line"),
    [
        pytest.param({"a": ("b",)}, "a needs b, which is not installed", id="missing"),
        pytest.param({"a": ("b<1.5",), "b": ()}, "a needs b<1.5, but 1.5 is installed", id="too-new"),
        pytest.param({"a": ("b>=2",), "b": ()}, "a needs b>=2, but 1.5 is installed", id="too-old"),
        pytest.param(
            {"a": ("b[toml]",), "b": ("c>=1; extra == 'toml'",)},
            'b needs c>=1; extra == "toml", which is not installed',
            id="missing-for-an-extra",
        ),
        pytest.param(
            {"a": ("b[toml]",), "b": ("b[full]; extra == 'toml'", "c; extra == 'full'")},
            'b needs c; extra == "full", which is not installed',
            id="missing-for-an-extra-of-an-extra",
        ),
    ],
)
def test_what_is_missing_or_out_of_range_is_named(tmp_path: Path, needs: dict[str, tuple[str, ...]], line: str) -> None:
    assert told(installed(tmp_path, **needs)) == (1, [line])


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        pytest.param(["b"], "this environment needs b, which is not installed", id="distribution"),
        pytest.param(["a[fast]"], 'a needs c; extra == "fast", which is not installed', id="extra"),
        pytest.param(["a<1"], "this environment needs a<1, but 1.5 is installed", id="range"),
        pytest.param(
            ["--group", "build"], "this environment needs hatchling>=1.27, which is not installed", id="group"
        ),
    ],
)
def test_what_was_asked_for_has_to_be_there(tmp_path: Path, wanted: list[str], line: str) -> None:
    assert told(installed(tmp_path, a=("c; extra == 'fast'",)), *wanted) == (1, [line])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_each_distribution_with_hashes_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|--(index|extra-index|find-links|trusted)", text)
    pins = [line for line in text.splitlines() if not line.startswith((" ", "#"))]
    assert [line for line in pins if not PIN.fullmatch(line)] == []
    assert len(re.findall(r"\\\n    --hash=sha256:[0-9a-f]{64}", text)) >= len(pins) > 3
