"""Names of models as clients, gateways and hubs write them, taken apart into forms.

A name is a route (``bedrock/us-west-2/``), an organisation, the name proper with its size, and endings: dates and
revisions, number formats, packagings. Only parts that are known are removed, one after the other from the outside, so
that a name never leads to another size.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from costsvc.reference.names import LONGEST
from costsvc.reference.reading import fold

LONGEST_PATH = 8
"""Parts of a path that are read; longer names are no names."""
ROUTES = frozenset(
    (
        *("accounts", "models", "model", "publishers", "projects", "locations", "endpoints", "chat", "responses"),
        *("openrouter", "litellm", "litellm_proxy", "hosted_vllm", "vllm", "ollama", "ollama_chat", "lm_studio"),
        *("huggingface", "hf", "hf.co", "huggingface.co", "llamafile", "openai_like", "custom_openai"),
        *("converse", "invoke", "converse_like", "global-standard", "global", "regional"),
    )
)
"""Parts of a path that name a gateway, an interface or a folder."""
PROFILE = re.compile(r"^(us-gov|us|eu|apac|global|jp|au|ca|sa|me|in|kr)\.(?=[a-z0-9-]+\.)")
"""Beginning of an inference profile: the geography over which it may route a call."""
VENDOR = re.compile(r"^([a-z][a-z0-9-]*)\.(?=[a-z])")
"""Beginning of an id of a marketplace: the maker, followed by a full stop."""
MAKER = re.compile(
    r"^(meta(?=-llama)|google|microsoft|openai|anthropic|mistralai|ibm|nvidia|cohere|amazon|alibaba|databricks"
    r"|azureml|moonshotai|deepseek-ai)-(?=[a-z]{3})"
)
"""Beginning that names the maker or the cloud: ``meta-llama-3.3-70b``, ``databricks-llama-4-maverick``."""
FORMATS: tuple[tuple[str, str], ...] = (
    (r"nvfp4|mxfp4|fp4", "fp4"),
    (r"fp8(?:[-_](?:dynamic|block|static|kv|tput|fast))?|f8(?:[-_]e4m3)?|w8a8[-_]fp8", "fp8"),
    (r"gptq[-_](?:int)?8(?:bits?)?|int8|w8a8(?:[-_]int8)?|w8a16|q8_0|q8|8[-_]?bit|bnb[-_]8bit", "int8"),
    (r"i?q6_[a-z0-9_]+|i?q5_[a-z0-9_]+|6[-_]?bit|5[-_]?bit", "int8"),
    (
        r"(?:ud[-_])?i?q[1-4]_[a-z0-9_]+|q4|gptq(?:[-_](?:int)?4(?:bits?)?)?(?:[-_]\d+g)?|awq(?:[-_](?:int)?4(?:bit)?)?",
        "int4",
    ),
    (
        r"int4|w4a16(?:[-_]g\d+)?|w4a8|nf4|bnb[-_]4bit|4[-_]?bit|autoround|quantized\.w4a16|exl[23](?:[-_][\d.]+bpw)?",
        "int4",
    ),
    (r"bf16", "bf16"),
    (r"fp16|f16", "fp16"),
    (r"fp32|f32", "fp32"),
)
"""Endings that name a number format of the weights."""
FORMAT = [
    (re.compile(rf"[-_.:/ ](?:quantized\.)?(?:{pattern})$", re.IGNORECASE), precision) for pattern, precision in FORMATS
]
PACKAGING = re.compile(
    r"[-_.](?:gguf|ggml|mlx|onnx|safetensors|marlin|unsloth|bnb|quantized|hf|dynamic|qat|imatrix|i1)$"
)
"""Endings that name a file format or a tool."""
SERVICE = re.compile(
    r"(?::(?:free|nitro|floor|extended|online|beta|exacto|cloud|paid|batch|flex|priority|latest)"
    r"|[-_](?:latest|maas|tee|turbo|free|tput|serverless|dedicated|original|basic|versatile|instant|cloud))$"
)
"""Endings that name a service of the seller."""
VERSION = re.compile(
    r"(?:[-:]v?[01]|(?<=-20\d{6})-v\d+)?:\d+(?::(?:\d+k|mm))?$|(?<=\db)(?:-instruct|-chat|-it)?-v\d$|-v[01]$"
)
"""Ending of an id of a marketplace: version and context; v2 without date or size is a part of the name."""
DATE = re.compile(
    r"(?:@(?:\d{8}|\d{3}|default|latest)|[-_@](?:20\d{6}|20\d\d-\d\d(?:-\d\d)?|\d\d-20\d\d|2[3-9](?:0[1-9]|1[0-2])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|00\d))$"
)
"""Ending that dates a revision: 20250929, 2024-08-06, 03-2025, 2512, 0613, 05-20, 001."""
CONTEXT = re.compile(r"[-_:](?:4096|8192|16384|32768|65536|131072|\d{1,4}k)$")
"""Ending that states a context length."""
PREVIEW = re.compile(r"[-_](?:preview|exp|experimental|beta|alpha|ga|rc\d?|non-reasoning|reasoning)$")
ENDINGS = (
    (PACKAGING, "packaging"),
    (SERVICE, "service"),
    (CONTEXT, "context"),
    (VERSION, "revision"),
    (DATE, "revision"),
    (PREVIEW, "variant"),
)
TUNED = re.compile(r"[-_](?:instruct|chat|it|text|base)$")
"""Endings of variants with the same parameters."""
STOP = re.compile(r"[\s_\-:/@]+|(?<!\d)\.|\.(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A name without some of its parts.

    Attributes:
        text: What remains.
        notes: What was removed, as clauses of a warning.
        says: Fields of a request that the removed parts determine.
        is_revision: Whether a date or revision was removed, so that the form may stand for several models.
    """

    text: str
    notes: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    is_revision: bool = False

    def cut(self, text: str, note: str, **says: str) -> "Form":
        """The form without a further part."""
        return Form(text=text, notes=(*self.notes, note), says={**says, **self.says}, is_revision=self.is_revision)


def forms(name: str) -> Iterator[Form]:
    """The forms of a name, from the name itself to the one without any known part.

    Args:
        name: The name.
    """
    seen: set[str] = set()
    for outer in _without_routes(Form(text=fold(name[:LONGEST]))):
        for form in without_endings(outer):
            if form.text not in seen and form.text:
                seen.add(form.text)
                yield form


def _without_routes(form: Form) -> Iterator[Form]:
    yield form
    parts = form.text.split("/")
    if len(parts) <= LONGEST_PATH:
        for part in parts[:-1]:
            rest = form.text.partition("/")[2]
            form = form.cut(rest, f"{'route' if part in ROUTES else 'prefix'} {part}")
            yield form
    if found := PROFILE.match(form.text):
        form = form.cut(form.text[found.end() :], f"inference profile {found[1]}")
        yield form
    if found := VENDOR.match(form.text):
        form = form.cut(form.text[found.end() :], f"maker {found[1]}")
        yield form
    if found := MAKER.match(form.text):
        yield form.cut(form.text[found.end() :], f"maker {found[1]}")


def without_endings(form: Form) -> Iterator[Form]:
    """The forms without one, two, ... endings; each ending is tried in turn until none is left."""
    yield form
    while (shorter := _shorter(form)) is not None:
        form = shorter
        yield form


def _shorter(form: Form) -> Form | None:
    """The form without its last known part; None if it has none, or a format that contradicts an earlier one."""
    text = form.text
    for pattern, precision in FORMAT:
        if found := pattern.search(text):
            known = form.says.get("precision", precision)
            note = f"precision {precision} by {found[0][1:]}"
            return form.cut(text[: found.start()], note, precision=precision) if known == precision else None
    for pattern, what in ENDINGS:
        if found := pattern.search(text):
            note = f"{what} {found[0].strip('-_:@.')}"
            return replace(form.cut(text[: found.start()], note), is_revision=form.is_revision or what == "revision")
    return None


def stem(name: str) -> str:
    """A name without path and endings, to be compared with others.

    Args:
        name: The name.
    """
    *_, last = without_endings(Form(text=fold(name[:LONGEST]).rpartition("/")[2]))
    return TUNED.sub("", last.text)


def squash(text: str) -> str:
    """A name without separators; full stops between digits remain, also if they are written p or -.

    ``llama-3.1-8b``, ``llama3.1:8b`` and ``llama-v3p1-8b`` are one name; ``llama-3-1b`` is another.
    """
    text = re.sub(r"(?<=[a-z\-_])v(?=\d)", "", text)
    text = re.sub(r"(?<=\d)p(?=\d)", ".", text)
    text = re.sub(r"(?<=\d)[\s_:/@-](?=\d)", "~", text)  # numbers that a separator parts stay apart
    return STOP.sub("", text)
