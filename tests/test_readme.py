"""The README names the commands with which one begins; tests/web/test_examples.py runs what it shows."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_names_the_two_commands(command):
    assert re.search(rf"^{command}\b", README, re.MULTILINE)
