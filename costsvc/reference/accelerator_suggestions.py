"""Suggestions for names of accelerators that are not known: by meaning first, by number next, by letters last."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from math import log

from costsvc.reference import accelerator_parts as parts
from costsvc.reference import tpu_names
from costsvc.reference.accelerator_spelling import Spelling, take_apart, words_of
from costsvc.reference.chips import Chips
from costsvc.reference.names import LONGEST, NEAREST, Names, normal
from costsvc.reference.reading import fold

A100, H100, H200, V100 = "nvidia-a100-sxm4-80gb", "nvidia-h100-sxm5-80gb", "nvidia-h200-sxm", "nvidia-v100-sxm2-32gb"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "kepler": ("nvidia-k80", "nvidia-k40"),
    "maxwell": ("nvidia-m40-24gb", "nvidia-m60", "nvidia-gtx-titan-x"),
    "pascal": ("nvidia-p100-sxm2", "nvidia-p40", "nvidia-gtx-1080-ti"),
    "volta": (V100, "nvidia-v100-sxm2-16gb", "nvidia-titan-v"),
    "turing": ("nvidia-t4", "nvidia-rtx-2080-ti", "nvidia-quadro-rtx-6000"),
    "ampere": (A100, "nvidia-a100-sxm4-40gb", "nvidia-rtx-a6000"),
    "ada": ("nvidia-l40s", "nvidia-l4", "nvidia-rtx-4090"),
    "lovelace": ("nvidia-l40s", "nvidia-l4", "nvidia-rtx-4090"),
    "hopper": (H100, H200, "nvidia-gh200"),
    "blackwell": ("nvidia-b200", "nvidia-gb200", "nvidia-b300"),
    "rubin": ("nvidia-vr200", "nvidia-b300"),
    "tesla": (V100, "nvidia-t4", "nvidia-p100-sxm2"),
    "cdna": ("amd-mi100",),
    "cdna2": ("amd-mi250x", "amd-mi250", "amd-mi210"),
    "cdna3": ("amd-mi300x", "amd-mi325x", "amd-mi300a"),
    "cdna4": ("amd-mi355x", "amd-mi350x"),
    "rdna2": ("amd-rx-6900-xt", "amd-rx-6800-xt", "amd-rx-6700-xt"),
    "rdna3": ("amd-rx-7900-xtx", "amd-rx-7800-xt", "amd-rx-7600"),
    "rdna4": ("amd-rx-9070-xt", "amd-rx-9070", "amd-rx-9060-xt-16gb"),
    "instinct": ("amd-mi300x", "amd-mi250x", "amd-mi325x"),
    "gfx900": ("amd-rx-vega-64", "amd-rx-vega-56"),
    "gfx906": ("amd-mi50-16gb", "amd-mi60", "amd-radeon-vii"),
    "gfx908": ("amd-mi100",),
    "gfx942": ("amd-mi300x", "amd-mi325x", "amd-mi300a"),
    "gfx950": ("amd-mi355x", "amd-mi350x"),
    "gfx1030": ("amd-rx-6900-xt", "amd-rx-6800-xt", "amd-rx-6800"),
    "gfx1100": ("amd-rx-7900-xtx", "amd-rx-7900-xt", "amd-radeon-pro-w7900"),
    "gfx1101": ("amd-rx-7800-xt", "amd-rx-7700-xt"),
    "gfx1102": ("amd-rx-7600", "amd-rx-7600-xt"),
    "gfx1151": ("amd-ryzen-ai-max-395",),
    "gfx1200": ("amd-rx-9060-xt-16gb",),
    "gfx1201": ("amd-rx-9070-xt", "amd-rx-9070", "amd-radeon-ai-pro-r9700"),
    "hpu": ("intel-gaudi3-oam", "intel-gaudi2", "habana-gaudi1"),
    "ascend": ("huawei-ascend-910b", "huawei-ascend-910c", "huawei-ascend-910a"),
    "neuron": ("aws-trainium2", "aws-trainium1", "aws-inferentia2"),
    "neuroncore-v2": ("aws-trainium1-core", "aws-inferentia2-core"),
}
"""Products by what several have in common: architectures, instruction sets that ROCm prints, lines and brands."""
NUMBERED = re.compile(r"([a-z-]+)(\d{1,6})([a-z-]*)")
"""A product that has a number, which another one may have instead."""


def nearest(name: str, index: Names, chips: Chips) -> list[str]:
    """The known names nearest to an unknown one, best first.

    Args:
        name: The unknown name.
        index: Known names.
        chips: Accelerators by product.
    """
    spelling = take_apart(name[:LONGEST])
    near = _of_group(spelling) or tpu_names.nearest(name) or _relatives(spelling, name, chips)
    if not near and spelling is not None and spelling.core:
        key = normal(spelling.text or name[:LONGEST])
        near = [*_longer(spelling.core, chips), *_of_other_numbers(spelling.core, chips)[: NEAREST - 1]]
        alike = get_close_matches(key, index.matches, n=2 * NEAREST, cutoff=0.6)
        near += [one for one in alike if index.matches[one].id not in near]
    return list(dict.fromkeys(near))[:NEAREST]


def _of_group(spelling: Spelling | None) -> list[str]:
    """Products of the architecture, the line or the brand that is all that a name says."""
    if spelling is None:
        return []
    words = spelling.core.split("-")
    known = [GROUPS[word] for word in (spelling.core, *words) if word in GROUPS]
    if spelling.core and not (known and (spelling.core in GROUPS or all(word in GROUPS for word in words))):
        return []
    return list(known[0] if known else GROUPS.get(spelling.line or "", ()))


def _relatives(spelling: Spelling | None, name: str, chips: Chips) -> list[str]:
    """Variants of the product of a name, products with another number, or devices with its MIG profile."""
    if spelling is None:  # a name that contradicts itself
        return next(filter(None, map(chips.relatives, words_of(fold(name)))), [])
    if spelling.mig is not None and not spelling.core:
        return parts.profiled(spelling, chips)
    same, product = chips.relatives(spelling.core), chips.product(spelling.core)
    if product == spelling.core:
        return same
    other = [] if any(char.isdigit() for char in product) else _of_other_numbers(spelling.core, chips)
    return [*_longer(spelling.core, chips), *other, *same] if same else []


def _longer(core: str, chips: Chips) -> list[str]:
    """Products of which a name is the end: RTX A1000 of A1000."""
    return [chips.relatives(known)[0] for known in chips.cores() if core and known.endswith((f"-{core}", f"rtx{core}"))]


def _of_other_numbers(core: str, chips: Chips) -> list[str]:
    """Products whose name differs from another one only in its number: those with its last digits, then the nearest."""
    wanted = NUMBERED.fullmatch(core)
    if wanted is None:
        return []
    first, number, last = wanted.groups()
    scored = [
        (found[3] != last, found[2][-2:] != number[-2:], abs(log((float(found[2]) + 1) / (float(number) + 1))), known)
        for known in chips.cores()
        if (found := NUMBERED.fullmatch(known)) and found[1] == first
    ]
    return [chips.relatives(known)[0] for *_, known in sorted(scored)[:NEAREST]]
