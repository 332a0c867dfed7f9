"""The same question as a command."""

import json
import shlex
from typing import Any

from costsvc.web.texts.taken import Taken

PLACEHOLDER = "https://costsvc.invalid"
"""Stands for the service's address where nobody knows it who may say so; such a name leads nowhere."""
TO_REPLACE = "# Put the address of your service in place of https://costsvc.invalid.\n"
SCRIPT = """#!/bin/sh
# Asks the service the same question again; prints its answer as JSON.
{note}curl --silent --show-error --fail-with-body --globoff \\
  --header 'Content-Type: application/json' \\
  --data-raw {body} \\
  {address}
"""


def script(taken: Taken) -> str:
    """A shell script that posts the request with curl."""
    # in ASCII, so that no character of another script can make the command look like a different one
    body = json.dumps(_short(taken.body), indent=2)
    note = TO_REPLACE if taken.address.startswith(PLACEHOLDER) else ""
    return SCRIPT.format(note=note, body=shlex.quote(body), address=shlex.quote(taken.address))


def _short(said: Any) -> Any:
    """The same JSON with whole numbers as people write them."""
    if isinstance(said, dict):
        return {name: _short(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_short(one) for one in said]
    return int(said) if isinstance(said, float) and said.is_integer() else said
