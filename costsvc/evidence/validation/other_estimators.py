"""Estimates of the published rows by other estimators."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from costsvc.errors import CostsvcError
from costsvc.evidence.validation.comparisons import Comparison, Summary, number, running_batch, summaries
from costsvc.evidence.validation.provenance import Row
from costsvc.evidence.validation.training import hardware_name, pue_of
from costsvc.reference.catalog import Catalog
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H, W_PER_KW

LLMCARBON_FLOP = 6.0
"""FLOP of a parameter and token in training."""
LLMCARBON_PEAK = 312.0
"""Peak of the chips that LLMCarbon's throughputs were fitted on, A100, in TFLOP/s."""
LLMCARBON_ONE_NODE_B = 0.03 * 80 * 8
"""Parameters that LLMCarbon splits within one node of eight, in billions; more are spread over nodes."""
LLMCARBON_TENSOR = (-8.82079068e-20, 1.68591116e-9, 1.33954735e2)
LLMCARBON_PIPELINE = (-5.60233749e-23, 8.45435587e-11, 1.34546129e2)
"""Coefficients of throughput against parameters, highest power first, in TFLOP/s."""

LACOSTE = "Lacoste et al. 2019, arXiv:1910.09700, section 2; what most model cards print"
FAIZ = "Faiz et al. 2024, arXiv:2309.14393, with the coefficients of github.com/SotaroKaneda/MLCarbon"
ECOLOGITS = "The release that `benchmarks/ecologits.txt` pins; it asks for neither the chip nor the age of the software"

Predict = Callable[[Sequence[Comparison], Catalog], Iterable[float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEstimator:
    """Another estimator.

    Attributes:
        name: Name on the page.
        kinds: Pattern of the kinds that it can estimate.
        compared: Description of the comparison.
        reference: Citation.
        predict: Its predictions for some comparisons; None where it has none.
    """

    name: str
    kinds: str
    compared: str
    reference: str
    predict: Predict


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """The service and another estimator on the same rows of one kind."""

    estimator: str
    ours: Summary
    theirs: Summary


def compare_estimators(
    comparisons: Sequence[Comparison], estimators: Iterable[OtherEstimator], catalog: Catalog
) -> list[SideBySide]:
    """Compare each estimator with the service on the rows that both can estimate.

    Args:
        comparisons: All comparisons.
        estimators: The other estimators.
        catalog: The tables.
    """
    result = []
    for estimator in estimators:
        applicable = [one for one in comparisons if re.search(estimator.kinds, one.kind)]
        predictions = [
            (one, value) for one, value in zip(applicable, estimator.predict(applicable, catalog), strict=True) if value
        ]
        ours = summaries(one for one, _ in predictions)
        theirs = summaries(replace(one, value=value, low=value, high=value) for one, value in predictions)
        result += [SideBySide(estimator=estimator.name, ours=a, theirs=b) for a, b in zip(ours, theirs, strict=True)]
    order = {kind: place for place, kind in enumerate(dict.fromkeys(one.kind for one in comparisons))}
    return sorted(result, key=lambda one: order[one.ours.kind])


def nameplate(power_w: float, hours: float, pue: float) -> float:
    """Energy at the rated power of a chip. [W, h, 1 -> kWh].

    Lacoste et al. 2019, arXiv:1910.09700, section 2; what most model cards print.
    """
    return power_w * hours * pue / W_PER_KW


def llmcarbon_efficiency(total_params: float) -> float:
    """Share of the peak that LLMCarbon expects at its best number of devices. [parameters -> 1].

    Faiz et al. 2024, arXiv:2309.14393, on hardware efficiency: throughput is a polynomial of the parameters. Its
    coefficients are in the README of github.com/SotaroKaneda/MLCarbon, the size of a node and the peak in its
    gpu_training.py.
    """
    within = total_params <= LLMCARBON_ONE_NODE_B * PER_BILLION
    square, slope, base = LLMCARBON_TENSOR if within else LLMCARBON_PIPELINE
    return (square * total_params**2 + slope * total_params + base) / LLMCARBON_PEAK


def llmcarbon_hours(total_params: float, active_params: float, tokens: float, peak_tflops: float) -> float:
    """Device-hours by LLMCarbon: 6ND over peak times efficiency. [parameters, 1, TFLOP/s -> h].

    Faiz et al. 2024, arXiv:2309.14393, on FLOP and operational carbon.
    """
    flop = LLMCARBON_FLOP * active_params * tokens
    return flop / (peak_tflops * FLOP_PER_TFLOP * llmcarbon_efficiency(total_params)) / S_PER_H


def _chip(row: Row, catalog: Catalog) -> Mapping[str, Any]:
    match = catalog.accelerators.find(hardware_name(row.get("hardware", ""), catalog))
    return catalog.accelerator(match.id)[1] if match else {}


def _rated_w(row: Row, catalog: Catalog) -> float | None:
    """The vendor's rated power of a chip; None for TPUs, whose power in our table is measured."""
    chip = _chip(row, catalog)
    return chip["tdp_w"] if chip.get("tdp_basis") == "vendor" else None


def _hours(row: Row, catalog: Catalog) -> float | None:
    total, active, tokens = (number(row.get(name)) for name in ("params_total", "params_active", "tokens"))
    chip = _chip(row, catalog)
    peak = chip.get("peak_bf16_tflops") or chip.get("peak_fp16_tflops")
    if not (total and tokens and peak):
        return None
    return llmcarbon_hours(total, active or total, tokens, peak)


def _tdp_energy(comparisons: Sequence[Comparison], catalog: Catalog) -> Iterable[float | None]:
    for one in comparisons:
        hours, watts = number(one.row.get("gpu_hours")), _rated_w(one.row, catalog)
        pue = 1.0 if "at the wall" in one.kind else pue_of(one.row)
        yield nameplate(watts, hours, pue) if watts and hours else None


def _tdp(comparisons: Sequence[Comparison], catalog: Catalog) -> Iterable[float | None]:
    return (_rated_w(one.row, catalog) for one in comparisons)


def _llmcarbon_hours(comparisons: Sequence[Comparison], catalog: Catalog) -> Iterable[float | None]:
    return (_hours(one.row, catalog) for one in comparisons)


def _llmcarbon_energy(comparisons: Sequence[Comparison], catalog: Catalog) -> Iterable[float | None]:
    for one in comparisons:
        hours, watts = _hours(one.row, catalog), _rated_w(one.row, catalog)
        yield nameplate(watts, hours, pue_of(one.row)) if watts and hours else None


OTHER_ESTIMATORS = (
    OtherEstimator(
        name="TDP times hours",
        kinds=r"^(training|another source): (chip energy|energy at the (wall|meter)), hours given",
        compared="the published hours times the power that the vendor rates the chip at (TPUs have no such rating), "
        "times the PUE where the published energy holds it",
        reference=LACOSTE,
        predict=_tdp_energy,
    ),
    OtherEstimator(
        name="TDP",
        kinds=r"^training: (chip|wall) power",
        compared="the chip's rated power, as though nothing else drew any",
        reference=LACOSTE,
        predict=_tdp,
    ),
    OtherEstimator(
        name="LLMCarbon",
        kinds=r"^(training|another source): hours from parameters and tokens",
        compared="6ND over peak times its hardware efficiency at the best number of devices, the same for every chip; "
        "how it falls on either side of that number could not be established",
        reference=FAIZ,
        predict=_llmcarbon_hours,
    ),
    OtherEstimator(
        name="LLMCarbon",
        kinds=r"^training: chip energy from parameters and tokens",
        compared="the same hours times the chip's rated power, as its program does, times the PUE",
        reference=FAIZ,
        predict=_llmcarbon_energy,
    ),
)


def ecologits(command: str) -> tuple[OtherEstimator, ...]:
    """EcoLogits, run by its own program in a separate environment.

    Args:
        command: Reads requests as JSON (active and total parameters in billions, batch or null) and answers
            with joules of all chips per output token, as ``benchmarks/ecologits_energy.py`` does.
    """
    kinds = r"^(serving: joules per token|another source: joules per token(?!, at the wall))"
    return (
        OtherEstimator(
            name="EcoLogits",
            kinds=kinds,
            compared="energy of all chips per output token (its `gpu_energy` times its number of chips), without the "
            "server, at the batch that it assumes",
            reference=ECOLOGITS,
            predict=lambda comparisons, catalog: _estimate_all(
                command, [(*_sizes(one.row, catalog), None) for one in comparisons]
            ),
        ),
        OtherEstimator(
            name="EcoLogits, batch given",
            kinds=f"{kinds}(?!.*rate of requests)",
            compared="the same, its regression given the published batch",
            reference=ECOLOGITS,
            predict=lambda comparisons, catalog: _estimate_all(
                command, [(*_sizes(one.row, catalog), running_batch(one.row)) for one in comparisons]
            ),
        ),
    )


def _sizes(row: Row, catalog: Catalog) -> tuple[float | None, float | None]:
    """Active and total parameters of a row or of the model that it names, in billions."""
    match = catalog.models.exact.find(row.get("model", ""))
    model = catalog.row("models", match.id) if match else None
    names = ("active_params_b", "params_active_b"), ("total_params_b", "params_total_b")
    active, total = (number(row.get(predictions)) or (model[known] if model else None) for known, predictions in names)
    return active, total


def _estimate_all(command: str, requests: Sequence[tuple[float | None, ...]]) -> list[float | None]:
    known = [place for place, (active, total, _) in enumerate(requests) if active and total]
    answers = dict(zip(known, _run(command, [requests[place] for place in known]), strict=True))
    return [answers.get(place) for place in range(len(requests))]


def _run(command: str, requests: Sequence[Sequence[float | None]]) -> list[float]:
    done = subprocess.run(  # noqa: S603 - the caller's own command
        shlex.split(command), input=json.dumps(requests), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CostsvcError(f"{command} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    answers: list[float] = json.loads(done.stdout)
    return answers
