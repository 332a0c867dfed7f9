"""`costsvc mcp` as a client starts it: a process that speaks MCP on standard input and output."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client, StdioServerParameters

from costsvc.web.tools import TOOLS

pytestmark = pytest.mark.processes
T = TypeVar("T")
PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
CLIENT = json.loads(re.search(r"^\{\"mcpServers\".*$", PAGE, re.MULTILINE)[0])["mcpServers"]["costsvc"]
"""What the documents tell a client to start."""


def talk(about: Callable[[Client], Awaitable[T]]) -> T:
    """What is said to a server that runs meanwhile."""

    async def talking() -> T:
        command = Path(sys.executable).with_name(CLIENT["command"])
        async with Client(StdioServerParameters(command=str(command), args=CLIENT["args"])) as client:
            return await about(client)

    with ThreadPoolExecutor(1) as thread:  # the loop of a browser may run in this one
        return thread.submit(asyncio.run, talking()).result()


def test_each_tool_is_listed_and_answers_as_the_service_does(client):
    async def all_tools(server: Client) -> dict[str, Any]:
        listed = (await server.list_tools()).tools
        assert [tool.name for tool in listed] == [tool.name for tool in TOOLS]
        assert all(tool.description and tool.input_schema["properties"] for tool in listed)
        return {tool.name: await server.call_tool(tool.name, dict(tool.example)) for tool in TOOLS}

    answers = talk(all_tools)
    for tool in TOOLS:
        found = answers[tool.name]
        assert not found.is_error, found
        posted = client.post(f"{tool.path}?view=short", json=tool.example).get_json()
        assert found.structured_content == json.loads(found.content[0].text) == posted


def test_a_wrong_call_is_an_error_that_names_every_wrong_field():
    async def wrong_calls(server: Client) -> list[tuple[bool, str]]:
        calls = [
            ("estimate_training", {"accelerator": "h1000", "accelerator_hours": -1, "color": "red"}),
            ("find_place", {"training": {"accelerator": "h1000", "accelerator_hours": 1}}),
            ("estimate_training", {}),
            ("estimate_all", {}),
        ]
        answers = [await server.call_tool(name, arguments) for name, arguments in calls]
        return [(answer.is_error, answer.content[0].text) for answer in answers]

    (_, fields), (_, inner), (_, empty), (_, unknown) = said = talk(wrong_calls)
    assert all(is_error for is_error, _ in said)
    assert [line.partition(":")[0] for line in fields.splitlines()] == ["accelerator", "accelerator_hours", "color"]
    assert inner.startswith("training.accelerator: 'h1000' is not known. Nearest known: ")
    assert "accelerator: accelerator or instance is required" in empty
    assert unknown.startswith("no tool 'estimate_all'; there are estimate_training, ")


def test_without_the_extra_the_command_names_it_and_others_work(tmp_path):
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError(\"No module named 'mcp'\", name='mcp')")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from costsvc.cli import main; main()", name]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)  # noqa: S603 - ours

    refused, printed = run("mcp"), run("openapi")
    assert (refused.returncode, refused.stderr) == (1, "Error: costsvc mcp: install costsvc[mcp]\n")
    assert (printed.returncode, "openapi: 3.1" in printed.stdout) == (0, True)
