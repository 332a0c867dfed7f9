"""Requests as answers repeat them."""

from typing import TypeAlias

RequestBody: TypeAlias = dict[str, object]
"""A request as JSON: as a caller sends it, or under canonical names and with its defaults."""
