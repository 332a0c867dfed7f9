"""The tools of :mod:`costsvc.web.tools` over the Model Context Protocol, without a service; needs costsvc[mcp]."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson
from flask import Flask
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

from costsvc import __version__
from costsvc.errors import CostsvcError
from costsvc.report.short import shorten
from costsvc.schemas.field_errors import by_field
from costsvc.web.http import services_of
from costsvc.web.registry import answer_request
from costsvc.web.tools import TOOLS, described

INSTRUCTIONS = (
    "Estimates of what AI models cost in energy, CO2e, water and dollars. "
    "Each quantity is a value with a 90 % interval. Tell the user the interval and what the codes in warnings assume."
)
Context: TypeAlias = ServerRequestContext[dict[str, Any]]
READ_ONLY = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def serve(app: Flask) -> None:
    """Answer a client on standard input and output until it closes them.

    Args:
        app: The application, whose tables and request schemas the tools use.
    """
    asyncio.run(_serve(make_server(app)))


def make_server(app: Flask) -> Server[dict[str, Any]]:
    """A server of the tools.

    Args:
        app: The application, whose tables and request schemas the tools use.
    """
    listed = types.ListToolsResult(
        tools=[
            types.Tool(
                name=tool["name"],
                description=tool["description"],
                input_schema=tool["input_schema"],
                annotations=READ_ONLY,
            )
            for tool in described(services_of(app).openapi())
        ]
    )

    async def list_tools(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return listed

    async def call_tool(_: Context, call: types.CallToolRequestParams) -> types.CallToolResult:
        return answer_call(app, call.name, call.arguments or {})

    return Server(
        "costsvc",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def answer_call(app: Flask, name: str, arguments: Mapping[str, object]) -> types.CallToolResult:
    """The short answer to the call of a tool, or its errors by field.

    Args:
        app: The application.
        name: Name of the tool.
        arguments: The request as JSON.
    """
    tool = next((one for one in TOOLS if one.name == name), None)
    if tool is None:
        return _said(f"no tool {name!r}; there are {', '.join(one.name for one in TOOLS)}", is_error=True)
    try:
        found = shorten(tool.kind, answer_request(tool.path, arguments, services_of(app).catalog))
    except CostsvcError as error:
        lines = [f"{field}: {' '.join(texts)}" for field, texts in by_field(error).items()]
        return _said("\n".join(lines) or str(error), is_error=True)
    result = _said(orjson.dumps(found).decode())
    result.structured_content = found
    return result


def _said(text: str, *, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=is_error)


async def _serve(server: Server[dict[str, Any]]) -> None:
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())
