"""The request as a shell script with curl."""

import json
import shlex

from costsvc.report.texts.export import ExportInput

PLACEHOLDER = "https://costsvc.invalid"
"""Stands for the URL of the service if no trusted host name is known; the name never resolves."""
TO_REPLACE = "# Replace https://costsvc.invalid by the URL of your service.\n"
SCRIPT = """#!/bin/sh
# Posts the same request again and prints the answer as JSON.
{note}curl --silent --show-error --fail-with-body --globoff \\
  --header 'Content-Type: application/json' \\
  --data-raw {body} \\
  {address}
"""


def script(export: ExportInput) -> str:
    """Write a shell script that posts the request with curl."""
    # ASCII only, so that no character of another script can make the command look like a different one
    body = json.dumps(_with_integers(export.body), indent=2)
    note = TO_REPLACE if export.address.startswith(PLACEHOLDER) else ""
    return SCRIPT.format(note=note, body=shlex.quote(body), address=shlex.quote(export.address))


def _with_integers(value: object) -> object:
    """The same JSON with integers in place of floats without a fraction."""
    if isinstance(value, dict):
        return {name: _with_integers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_integers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
