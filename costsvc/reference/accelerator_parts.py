"""Parts of accelerators: MIG slices, partitions, virtual devices and devices shared by time slicing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import floor

from costsvc.reference.accelerator_spelling import Spelling, described
from costsvc.reference.chips import Chip, Chips
from costsvc.reference.reading import AcceleratorReading

COMPUTE_SLICES = {
    **dict.fromkeys(("a100", "a800", "h100", "h800", "h200", "h20", "b200", "b300", "gb200", "gb300", "gh200"), 7),
    **dict.fromkeys(("a30", "rtx-pro-6000"), 4),
}
"""Compute slices of the devices that can be divided by MIG, by family."""
MEMORY_SHARES: Mapping[int, Mapping[int, tuple[float, ...]]] = {
    7: {1: (1 / 8, 2 / 8), 2: (2 / 8,), 3: (4 / 8,), 4: (4 / 8,), 7: (1.0,)},
    4: {1: (1 / 4,), 2: (2 / 4,), 4: (1.0,)},
}
"""Shares of the memory that the profiles of MIG have, by compute slices of the device and of the profile."""
PROFILE_ROUNDING_GB = 1.0
"""Profiles name their memory in whole gigabytes, which driver versions round differently."""
RARE = frozenset(("a800", "h800", "h20", "b300", "gb200", "gb300", "nvidia-gh200-144gb"))
"""Families and variants that a MIG profile without a device stands for only beside a usual one."""
PARTITIONS = {"spx": 1, "dpx": 2, "qpx": 4, "cpx": 8}
"""Equal partitions of an Instinct accelerator, by mode."""
PARTITIONED = ("mi300x", "mi308x", "mi325x", "mi350x", "mi355x")
MODE = re.compile(r"[\s_-]+(spx|dpx|qpx|cpx)(?:[\s_-]mode)?$")
VIRTUAL = re.compile(r"[\s_-](\d{1,2})(q|c|a|b)$")
BOARD = {"v100d": "v100-sxm2-32gb", "v100dx": "v100-sxm2-32gb", "a100d": "a100-pcie-80gb", "a100dx": "a100-sxm4-80gb"}
"""Boards as the names of virtual devices call them."""
OF_SLICES = "accelerators, accelerator_hours and prices per accelerator count such parts"
TIME_SLICED = "a device shared by time slicing, counted whole: give a share of it as accelerators, such as 0.25"
Device = Callable[[Spelling], AcceleratorReading | None]


def read_part(spelling: Spelling, device: Device, chips: Chips) -> AcceleratorReading | None:
    """Read a device or a part of one.

    Args:
        spelling: The name in parts.
        device: Reads a whole device.
        chips: Accelerators by product.
    """
    if spelling.mig is not None:
        reading = _mig(spelling, device, chips)
    else:
        reading = device(spelling) or _partition(spelling, device, chips) or _virtual(spelling, device, chips)
    if reading is None or not spelling.shared:
        return reading
    return replace(reading, notes=(*reading.notes, TIME_SLICED))


def _mig(spelling: Spelling, device: Device, chips: Chips) -> AcceleratorReading | None:
    """A MIG slice: of the named device, or of the only one that has such a profile."""
    compute, memory_gb = spelling.mig or (0, 0.0)
    if spelling.text in ("", "nvidia"):
        fitting = _with_profile(compute, memory_gb, chips)
        if len({chip.family for chip in fitting if not _is_rare(chip)}) != 1:
            return None
        ids = [chip.id for chip in fitting]
        whole: AcceleratorReading | None = AcceleratorReading(id=ids[0], others=tuple(ids[1:]))
    else:
        whole = device(spelling)
    if whole is None:
        return None
    return _sliced(whole, compute, memory_gb, chips)


def profiled(spelling: Spelling, chips: Chips) -> list[str]:
    """Names of the slices with the MIG profile of a name, the usual devices first."""
    compute, memory_gb = spelling.mig or (0, 0.0)
    return [f"{chip.id}-mig-{compute}g.{memory_gb:g}gb" for chip in _with_profile(compute, memory_gb, chips)]


def _with_profile(compute: int, memory_gb: float, chips: Chips) -> list[Chip]:
    """Accelerators that have a MIG profile with such a memory, rounded; the usual ones first."""
    return sorted((chip for chip in chips.by_id.values() if _has_exactly(chip, compute, memory_gb)), key=_rarity)


def _has_exactly(chip: Chip, compute: int, memory_gb: float) -> bool:
    """Whether the profile of a device has such a memory, rounded."""
    share = _memory_share(chip, compute, memory_gb)
    return share is not None and floor(chip.memory_gb * share + 0.5) == memory_gb


def _is_rare(chip: Chip) -> bool:
    return not RARE.isdisjoint((chip.family, chip.id))


def _rarity(chip: Chip) -> tuple[bool, bool, bool]:
    """Order of accelerators: those of servers first, rare ones last."""
    return _is_rare(chip), chip.segment != "datacenter", chip.form_factor != "sxm"


def _sliced(whole: AcceleratorReading, compute: int, memory_gb: float, chips: Chips) -> AcceleratorReading | None:
    """A slice of a device, or of that of the variants whose usual profile it is."""
    shares = {id_: _memory_share(chips.by_id[id_], compute, memory_gb) for id_ in (whole.id, *whole.others)}
    ids = [id_ for id_, share in shares.items() if share is not None]
    if not ids:
        return None
    best = whole.id if whole.id in ids else _alike(whole.id, ids, chips)
    share = shares[best]
    if share is None or share == 1.0:
        return replace(
            whole, id=best, others=tuple(id_ for id_ in ids if id_ != best), notes=("a slice that is the whole device",)
        )
    of = COMPUTE_SLICES[chips.by_id[best].family]
    note = f"a slice with {compute}/{of} of its arithmetic and {Fraction(share)} of its memory"
    return replace(
        whole,
        id=best,
        others=tuple(id_ for id_ in ids if id_ != best),
        notes=(note, OF_SLICES),
        slice=f"{compute}g.{memory_gb:g}gb",
        compute_share=compute / of,
        memory_share=share,
    )


def _alike(id_: str, ids: list[str], chips: Chips) -> str:
    """The first of some variants with the form of another one."""
    form = chips.by_id[id_].form_factor
    return next((one for one in ids if chips.by_id[one].form_factor == form), ids[0])


def _memory_share(chip: Chip, compute: int, memory_gb: float) -> float | None:
    """Share of the memory of a device in a MIG profile; None if the device has no such profile [1]."""
    of = COMPUTE_SLICES.get(chip.family)
    if of is None:
        return None
    possible = MEMORY_SHARES[of].get(compute, ())
    return next((share for share in possible if abs(chip.memory_gb * share - memory_gb) < PROFILE_ROUNDING_GB), None)


def _partition(spelling: Spelling, device: Device, chips: Chips) -> AcceleratorReading | None:
    """A partition of an Instinct accelerator."""
    mode = MODE.search(spelling.text)
    whole = _without(spelling, mode, device) if mode else None
    if whole is None or mode is None or chips.by_id[whole.id].family not in PARTITIONED:
        return None
    share = 1 / PARTITIONS[mode[1]]
    return whole if share == 1 else _of_share(whole, mode[1], share, f"one of {PARTITIONS[mode[1]]} partitions")


def _virtual(spelling: Spelling, device: Device, chips: Chips) -> AcceleratorReading | None:
    """A virtual device with a part of the memory, whose arithmetic is shared by time."""
    profile = VIRTUAL.search(spelling.text)
    whole = _without(spelling, profile, device) if profile else None
    if whole is None or profile is None:
        return None
    chip = chips.by_id.get(whole.id)
    if chip is None or chip.vendor != "NVIDIA" or not 0 < float(profile[1]) <= chip.memory_gb:
        return None
    share = float(profile[1]) / chip.memory_gb
    if share == 1:
        return whole
    return _of_share(whole, "".join(profile.groups()), share, f"a virtual device with {share:.3g} of its memory")


def _without(spelling: Spelling, ending: re.Match[str] | None, device: Device) -> AcceleratorReading | None:
    """The whole device of a name whose ending names a part."""
    if ending is None:
        return None
    text = spelling.text[: ending.start()]
    *front, board = text.split()
    rest = described(replace(spelling, text=" ".join((*front, BOARD.get(board, board)))))
    return None if rest is None else device(rest)


def _of_share(whole: AcceleratorReading, name: str, share: float, note: str) -> AcceleratorReading:
    return replace(whole, notes=(note, OF_SLICES), slice=name, compute_share=share, memory_share=share)
