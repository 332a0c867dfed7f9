"""The spelling of accelerators: a written name taken apart into count, part of a device, memory, form and product."""

import re
from dataclasses import dataclass, replace
from math import prod

from costsvc.reference.reading import fold

PRINTED = (
    re.compile(r"""\bname\s?[=:]\s?['"]?(?P<name>[^,'"]+)"""),
    re.compile(r"^(?:(?:gpu)?\[\d+\]\s*:?|cuda:\d+)\s*(?P<name>[a-z].*)$"),
    re.compile(r"^.*?(?:controller|processing accelerators):.*\[(?P<name>[^\[\]]+)\]\s*(?:\(rev.*)?$"),
    re.compile(r"^(?P<name>(?:nvidia corporation|advanced micro devices).*)$"),
    re.compile(
        r"^(?:nvidia|amd|gpu|card|chipset|accelerator)[\w ]*(?:\d|series|model|name|type)\s*:\s*(?P<name>\D.*)$"
    ),
    re.compile(
        r"^[\w.-]+\.com/(?:gpu\.?-?product|gke-accelerator|gpu\.machine|gke-tpu-accelerator)\s*[:=]\s*(?P<name>.+)$"
    ),
)
"""What torch, TensorFlow, gpustat, lspci, nvidia-smi, rocm-smi, system_profiler and Kubernetes print around a name."""
BRACKET = re.compile(r"\[([^\[\]]*[a-z]\d[^\[\]]*)\]")
AROUND = re.compile(
    r"\(uuid[^)]*\)?|\bdevice\s+\d+:|\(rev [0-9a-f]+\)|\(?\b\d+-core gpu\b\)?|\((?:r|tm|c)\)|®|™|\(s:[\d,-]+\)"
    r"|\b(?:gpu )?(?:running in|attached to|committed use in)\b.*$|^sku:?\s|[{}'\"]"
)
"""Additions without meaning: identifiers, revisions, trademarks, sockets of Slurm, places in bills."""
SCHEDULER = re.compile(r"^(?:tres=)?(?:gres[/:])?gpu[:/=](?=.*[a-z])|^(?:accelerators?|gpus?|resources)\s*[:=]\s*")
MIG = re.compile(r"(?:\bmig[\s_.-]*)?(?<![0-9a-z.])([1-7])g[\s._-]?(\d{1,3})gb(?:[+.\s_-]?(?:me|gfx)(?:\.all)?\b)?")
MIG_RESOURCE = re.compile(r"^nvidia\.com/mig-")
SHARED = re.compile(r"[\s_-]shared$|\btime[\s_-]?(?:sliced|shared)\b")
WORD = r"(?:gpus?|cards?|chips?|accelerators?|devices?)"
LEADING = (
    re.compile(rf"^[(\[]?(\d{{1,7}})[)\]]?\s*(?:{WORD}\s*)?[x*]\s*(?:{WORD}\s+)?(?=[a-z(]|\d{{3}})"),
    re.compile(rf"^(\d{{1,5}})[\s_-]*{WORD}[\s_:,-]+(?:of\s+)?(?=[a-z])"),
    re.compile(r"^x\s?(\d{1,5})\s+(?=[a-z])"),
    re.compile(r"^(\d{1,4})\s+(?=[a-z])"),
)
TRAILING = (
    re.compile(rf"[\s,_(\[-]+[x*]\s*(\d{{1,7}})\s*{WORD}?[)\]]?$"),
    re.compile(r"(?<=[\da-z])(?<![rg]t)(?<!gf)(?<!(?<![a-z\d])[rm])[x*](\d{1,7})$"),
    re.compile(r"\s*[:=]\s*(\d{1,7})$"),
    re.compile(r"[\s_,(\[-]+(\d{1,5})\s*[x*][)\]]?$"),
    re.compile(rf"[\s_,(\[-]+(\d{{1,5}})[\s_-]*{WORD}[)\]]?$"),
    re.compile(r"\s*[(\[](\d{1,5})[)\]]$"),
)
SPACED_X, ATTACHED_X = TRAILING[:2]
"""Counts behind an x, which could be the end of the product: TITAN X 2, MI250X8; not RTX3090, RX580, MX250, gfx942."""
BEFORE_X = TRAILING[3]
IN_WORDS = TRAILING[4]
"""Counts before an x and before a word, which could be the end of the product: Gaudi 3 accelerators."""
MEMORY = re.compile(r"(?<![a-z0-9.])(\d{1,6}(?:\.\d+)?)[\s_-]?(gib|gb|mib|mb|g)(?![a-z0-9])")
DOTTED = re.compile(r"(?<![a-z\d.])([a-z]+\d+[a-z]*)\.(?=\d+g)")
"""A product with a dot before its memory or its profile: A100.80gb."""
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
TIMES = "\u00d7"
PLURALS = re.compile(r"\b(gpu|card|chip|accelerator)s\b")
PLURAL = re.compile(r"[A-Z]\d+s\b")
IN_MEBIBYTES = ("mib", "mb")
MEBIBYTES = 1024.0
LEAST_BARE_GB, MOST_BARE_GB = 10.0, 512.0
"""Memory of a number without unit; a smaller one could be a count, a larger one is part of a product."""
SEPARATORS = re.compile(r"[\s_,;:/()\[\]-]+")
FORM = re.compile(r"sxm\d?|pcie|pci-?e|nvl|nvlink|oam|hgx")
SUFFIX = re.compile(r"(?<=\d)(?=(?:ti|super|xtx|xt|gre|ada|laptop|mobile|maxq|sxm\d?|pcie|nvl|nvlink)(?:\s|$))")
"""Where a suffix of a product is written without a space: 3080ti, H100PCIe."""
LETTERS_THEN_DIGITS = re.compile(r"(?<=[a-z])\s(?=\d)")
VENDORS = {
    "nvidia": "NVIDIA",
    "amd": "AMD",
    "ati": "AMD",
    "intel": "Intel",
    "habana": "Intel",
    "google": "Google",
    "aws": "AWS",
    "amazon": "AWS",
    "huawei": "Huawei",
    "apple": "Apple",
}
LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "tesla": ("NVIDIA", ("datacenter",)),
    "geforce": ("NVIDIA", ("consumer", "laptop")),
    "quadro": ("NVIDIA", ("workstation", "laptop")),
    "instinct": ("AMD", ("datacenter",)),
    "radeon": ("AMD", ("datacenter", "consumer", "workstation", "laptop")),
}
"""Lines of products that people add or omit, with the vendor and the segments of their products."""
NOISE = {
    *(
        "gpu",
        "gpus",
        "graphics",
        "card",
        "cards",
        "accelerator",
        "accelerators",
        "tensor-core",
        "chip",
        "chips",
        "series",
    ),
    *("edition", "generation", "corporation", "corp", "inc", "advanced", "micro", "device", "devices", "vga", "grid"),
    *("hbm", "hbm2", "hbm2e", "hbm3", "hbm3e", "gddr5", "gddr5x", "gddr6", "gddr6x", "gddr7"),
    *("cloud", "spot", "preemptible"),
}
"""Words without meaning beside the name of a product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A written name in parts.

    Attributes:
        text: The name without count, part of a device and what programs print around it.
        core: The product: what remains without vendor, line, memory and form, with dashes between its words.
        count: Devices in front of or behind the name; None without one. [1]
        leading: Whether the count is in front of the name.
        in_words: Whether the count is that of GPUs, cards or chips: ``8-GPU``.
        ending: The x before the count as it could belong to the product, with its space; empty if there is none.
        before_x: Whether the count stands behind the name and before an x.
        mig: Compute slices and memory of a MIG profile [GB]; None if there is none.
        shared: Whether the name says that the device is shared by time slicing.
        plural: Whether a lower-case s behind upper-case letters and digits can be that of a plural.
        memory_gb: Memory in the name; None if there is none. [GB]
        roughly: Whether that memory is what a driver leaves of it.
        form: Form factor in the name; None if there is none.
        vendor: Vendor in the name; None if there is none.
        line: Line of products in the name; None if there is none.
        box: Kind of machine, ``dgx`` or ``hgx``; None if the name is that of a device.
    """

    text: str
    core: str = ""
    count: float | None = None
    leading: bool = False
    in_words: bool = False
    ending: str = ""
    before_x: bool = False
    mig: tuple[int, float] | None = None
    shared: bool = False
    plural: bool = False
    memory_gb: float | None = None
    roughly: bool = False
    form: str | None = None
    vendor: str | None = None
    line: str | None = None
    box: str | None = None


def take_apart(name: str) -> Spelling | None:
    """Take a written name apart.

    Args:
        name: A name as people, drivers, schedulers or clouds write it.

    Returns:
        Its parts; None if it contradicts itself: two counts, two memories, two forms.
    """
    text = _unwrapped(THOUSANDS.sub("", fold(name).replace(TIMES, "x")))
    shared = SHARED.search(text) is not None
    text = SHARED.sub(" ", text)
    text = MIG_RESOURCE.sub("mig ", SCHEDULER.sub("", text))
    text, front = _leading(text)
    text, behind, used = _trailing(DOTTED.sub(r"\1 ", text))
    profiles = MIG.findall(text)
    text = re.sub(r"\bmig\b", " ", MIG.sub(" ", text)) if profiles else text
    if front is not None and behind is not None and front != behind:
        if used != {IN_WORDS}:
            return None
        text = f"{text} {behind:g}"  # 8 Gaudi 2 accelerators
    if len(profiles) > 1:
        return None
    spelling = Spelling(
        text=PLURALS.sub(r"\1", text.strip(" -_:,=")),
        count=behind if front is None else front,
        leading=front is not None,
        in_words=IN_WORDS in used,
        ending="x" if ATTACHED_X in used else "-x" if SPACED_X in used else "",
        before_x=BEFORE_X in used,
        mig=(int(profiles[0][0]), float(profiles[0][1])) if profiles else None,
        shared=shared,
        plural=PLURAL.search(name) is not None,
    )
    return described(spelling)


def described(spelling: Spelling) -> Spelling | None:
    """A spelling with memory, form, vendor, line and product of its text; None if it contradicts itself."""
    text = spelling.text
    memories = MEMORY.findall(text)
    if len(memories) > 1:  # nvidia-smi lists what the driver leaves of the memory behind the name
        memories = [one for one in memories if one[1] not in IN_MEBIBYTES]
    words = words_of(MEMORY.sub(" ", text))
    forms = {_form(word) for word in words if FORM.fullmatch(word)} - {"hgx"}
    if any(form.startswith("sxm") for form in forms):
        forms.discard("nvlink")
    vendors = {VENDORS[word] for word in words if word in VENDORS}
    lines = [word for word in words if word in LINES]
    first = next((word for word in words if word not in VENDORS), "")
    if "dgx" in words and first != "dgx":
        return None
    if len(memories) > 1 or len(forms) > 1 or len(vendors) > 1:
        return None
    left = [word for word in words if not (FORM.fullmatch(word) or word in (*VENDORS, *LINES, *NOISE, "dgx", "hgx"))]
    numbers = [word for word in left if word.isdigit() and len(left) > 1]
    memory, unit = memories[0] if memories else (None, "")
    bare = memory is None and len(numbers) == 1 and left[-1] == numbers[0]
    if bare and LEAST_BARE_GB <= float(numbers[0]) <= MOST_BARE_GB:
        memory, left = numbers[0], left[:-1]
    rough = unit in IN_MEBIBYTES
    return replace(
        spelling,
        core="-".join(left),
        memory_gb=None if memory is None else float(memory) / (MEBIBYTES if rough else 1.0),
        roughly=rough,
        form=next(iter(forms), "sxm" if "hgx" in words else None),
        vendor=next(iter(vendors), None),
        line=lines[0] if lines else None,
        box=first if first in ("dgx", "hgx") else None,
    )


def words_of(text: str) -> list[str]:
    """The words of a name: letters and digits belong together, suffixes of products stand alone."""
    plain = SEPARATORS.sub(" ", text).replace("tensor core", "tensor-core").replace("max q", "maxq").strip()
    return LETTERS_THEN_DIGITS.sub("", SUFFIX.sub(" ", plain)).replace("mobile", "laptop").split()


def _form(word: str) -> str:
    return "pcie" if word.startswith("pci") else word


def _unwrapped(text: str) -> str:
    """A name without what programs print around it."""
    for pattern in PRINTED:
        found = pattern.match(text) if pattern is not PRINTED[0] else pattern.search(text)
        if found:
            text = found["name"].strip()
    inside = BRACKET.findall(text)
    if inside:
        text = inside[-1]
    return AROUND.sub(" ", text).strip(" :,;")


def _leading(text: str) -> tuple[str, float | None]:
    """A name without the count in front of it, and that count."""
    for pattern in LEADING:
        found = pattern.match(text)
        if found:
            return text[found.end() :], float(found[1])
    return text, None


def _trailing(text: str) -> tuple[str, float | None, set[re.Pattern[str]]]:
    """A name without the counts behind it, their product, and how they are written."""
    counts: list[float] = []
    used: set[re.Pattern[str]] = set()
    searching = True
    while searching:
        searching = False
        for pattern in TRAILING:
            found = pattern.search(text)
            if found and re.search(r"[a-z]", text[: found.start()]):
                counts.append(float(found[1]))
                used.add(pattern)
                text, searching = text[: found.start()], True
                break
    return text, prod(counts) if counts else None, used
