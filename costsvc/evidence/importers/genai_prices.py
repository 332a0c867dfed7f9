"""Dated prices of models, as the Python package genai-prices carries them: a module of nested calls.

The module is parsed, not run.
"""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

PATH = "genai-prices/genai_prices/data.py"
KINDS = {"input": "input_mtok", "cached_input": "cache_read_mtok", "output": "output_mtok"}


def dated(upstream: Path) -> pd.DataFrame:
    """The prices of every model whose price changed on a known day.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Columns provider, model, valid_from (NaN: the first known price), and the price of each kind of token
        [USD per 10^6 tokens]; a price by length of the prompt has that of the shortest.
    """
    tree = ast.parse((upstream / PATH).read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    providers = (_arguments(node) for node in calls if _name(node) == "Provider")
    return pd.DataFrame(row for provider in providers for row in _models(provider))


def _models(provider: dict[str, ast.expr]) -> Iterator[dict[str, Any]]:
    models = provider.get("models")
    for model in models.elts if isinstance(models, ast.List) else []:
        result = _arguments(model)
        prices = result.get("prices")
        # a model with one undated price has no history
        if not isinstance(prices, ast.List) or len(prices.elts) == 1:
            continue
        for one in prices.elts:
            yield {"provider": _value(provider["id"]), "model": _value(result["id"]), **_price(_arguments(one))}


def _price(conditional: dict[str, ast.expr]) -> dict[str, Any]:
    constraint, prices = conditional.get("constraint"), _arguments(conditional["prices"])
    by_time = constraint is None or _name(constraint) == "StartDateConstraint"
    start = _arguments(constraint).get("start_date") if constraint is not None and by_time else None
    return {
        "by_time": by_time,
        "valid_from": None if start is None else _date(start),
        **{kind: _amount(prices.get(name)) for kind, name in KINDS.items()},
    }


def _amount(node: ast.expr | None) -> float | None:
    if node is None:
        return None
    return _amount(_arguments(node)["base"]) if _name(node) == "TieredPrices" else float(_value(_first(node)))


def _date(node: ast.expr) -> str:
    parts = node.args if isinstance(node, ast.Call) else []
    return date(*(int(_value(part)) for part in parts)).isoformat()


def _name(node: ast.expr) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def _arguments(node: ast.expr) -> dict[str, ast.expr]:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg: keyword.value for keyword in keywords if keyword.arg}


def _first(node: ast.expr) -> ast.expr:
    return node.args[0] if isinstance(node, ast.Call) and node.args else node


def _value(node: ast.expr) -> Any:
    return ast.literal_eval(node)
