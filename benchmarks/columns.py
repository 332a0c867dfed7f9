"""Rows per second of the chains on columns.

``python -m benchmarks.columns`` runs the serving chain with given batches, and the training chain from hours and from
tokens, each with the footprint, on one core. The rows of a block have many different templates.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.serving import serve_request
from costsvc.model.chains.text import complete_model
from costsvc.model.chains.training import train
from costsvc.model.inputs import central, stack, take
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Machine, Serving, Site, Subject, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.serving import resolve_serving
from costsvc.resolve.surroundings import resolve_surroundings
from costsvc.resolve.training import resolve_training
from costsvc.settings import bundled_data
from costsvc.units import Array

TEMPLATES = 16_000
BLOCK = 131_072
SLICE = 8_192
"""Rows of a block that a chain takes at once, so that their arrays fit the cache of a core."""
RESULTS = ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh", "location_kg", "total_kg", "total_l", "total_usd")
ROUNDS = 7
CHIPS = ("nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb", "nvidia-a100-sxm4-80gb", "nvidia-a100-sxm4-40gb")
SIZES_B = tuple(float(size) for size in np.geomspace(1, 60, 20))

Columns = tuple[Any, Any]
Chain = Callable[[Columns, npt.NDArray[np.int64], Array], Footprint]


def _sites(catalog: Catalog, count: int) -> list[Site]:
    return [Site(region=str(region)) for region in list(catalog.tables["regions"].rows)[:count]]


def _serving_templates(catalog: Catalog) -> Columns:
    sites = _sites(catalog, TEMPLATES // (len(CHIPS) * len(SIZES_B)))
    rows, around = [], []
    for chip, size, site in product(CHIPS, SIZES_B, sites):
        request = Serving(
            machine=Machine(accelerator=chip, accelerators=4),
            subject=Subject(total_params_b=size),
            batch_size=16.0,
            input_tokens=500.0,
            output_tokens=300.0,
            site=site,
        )
        log = FactorLog()
        resolved = resolve_serving(request, catalog, log)
        rows.append(resolved.inputs.numbers(central))
        around.append(resolve_surroundings(site, resolved.machine, catalog, log).inputs.numbers(central))
    inputs, places = _stacked(rows, around)
    return replace(inputs, task=complete_model(inputs.task)), places


def _training_templates(catalog: Catalog, **given: Any) -> Columns:
    sites = _sites(catalog, TEMPLATES // (len(CHIPS) * len(SIZES_B)))
    rows, around = [], []
    for chip, size, site in product(CHIPS, SIZES_B, sites):
        machine, subject = Machine(accelerator=chip, accelerators=64), Subject(total_params_b=size)
        log = FactorLog()
        run = TrainingRun(machine=machine, subject=subject, site=site, **given)
        resolved = resolve_training(run, catalog, log)
        rows.append(resolved.inputs.numbers(central))
        around.append(resolve_surroundings(site, resolved.machine, catalog, log).inputs.numbers(central))
    return _stacked(rows, around)


def _stacked(rows: Sequence[Any], around: Sequence[Any]) -> Columns:
    """Columns of templates; differences of the regions besides numbers are ignored."""
    markets = [replace(one, place=replace(one.place, market=None)) for one in around]
    return stack(rows), stack(markets)


def _serve(columns: Columns, codes: npt.NDArray[np.int64], numbers: Array) -> Footprint:
    inputs = take(columns[0], codes)
    batch = replace(inputs.task.replica, batch=numbers)
    return footprint(
        serve_request(replace(inputs, task=replace(inputs.task, replica=batch))).usage, take(columns[1], codes)
    )


def _train_hours(columns: Columns, codes: npt.NDArray[np.int64], numbers: Array) -> Footprint:
    inputs = replace(take(columns[0], codes), accelerator_hours=numbers)
    return footprint(train(inputs).usage, take(columns[1], codes))


def _train_tokens(columns: Columns, codes: npt.NDArray[np.int64], numbers: Array) -> Footprint:
    inputs = take(columns[0], codes)
    inputs = replace(inputs, arithmetic=replace(inputs.arithmetic, training_tokens_b=numbers))
    return footprint(train(inputs).usage, take(columns[1], codes))


def run_block(run: Chain, columns: Columns, codes: npt.NDArray[np.int64], numbers: Array) -> Array:
    """The results of a block of rows, slice by slice: a column for each result.

    Args:
        run: The chain.
        columns: The templates.
        codes: The template of each row.
        numbers: The number of each row.
    """
    results = np.empty((len(codes), len(RESULTS)))
    for start in range(0, len(codes), SLICE):
        rows = slice(start, start + SLICE)
        found = run(columns, codes[rows], numbers[rows])
        for column, name in enumerate(RESULTS):
            results[rows, column] = np.ravel(getattr(found, name))
    return results


def rows_per_s(run: Chain, columns: Columns, templates: int) -> float:
    """Rows that a chain takes in a second, the best of some rounds.

    Args:
        run: The chain, from columns of templates, a template and a number for each row.
        columns: The templates.
        templates: How many there are.
    """
    random = np.random.default_rng(0)
    codes = random.integers(0, templates, BLOCK)
    numbers = random.uniform(1, 200, (BLOCK, 1))
    best = np.inf
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run_block(run, columns, codes, numbers)
        best = min(best, time.perf_counter() - begun)
    return BLOCK / best


def measured() -> Iterator[tuple[str, float, int]]:
    """Name, rows per second and number of templates of each chain."""
    catalog = Catalog.load(bundled_data())
    templates = len(CHIPS) * len(SIZES_B) * len(_sites(catalog, TEMPLATES // (len(CHIPS) * len(SIZES_B))))
    cases = (
        ("serving on columns", _serve, _serving_templates(catalog)),
        ("training from hours", _train_hours, _training_templates(catalog, accelerator_hours=1.0)),
        ("training from tokens", _train_tokens, _training_templates(catalog, training_tokens_b=1.0)),
    )
    for name, run, columns in cases:
        yield name, rows_per_s(run, columns, templates), templates


def main() -> None:
    """Print rows per second of each chain."""
    for name, rows, templates in measured():
        print(f"{name}: {rows / 1e6:.2f} M rows/s, {templates} templates")


if __name__ == "__main__":
    main()
