"""Vega-Lite specifications as SVG and PNG.

The library that draws holds the interpreter's lock while it does, for a quarter of a second at times, and keeps
100 MB: a server draws in a process that answers nothing else.
"""

import re
from typing import Any, Literal
from xml.sax.saxutils import escape

import orjson

from costsvc.errors import UndrawableError
from costsvc.store import Store

Spec = dict[str, Any]
Form = Literal["svg", "png"]
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, which colour-blind readers tell apart."""
VERSION = "6.1"
"""Of Vega-Lite."""
SHARPNESS = 2.0
"""Pixels of a PNG for each of the specification."""
KEPT_BYTES = 16 * 2**20
"""Room for the finished drawings that a process keeps."""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no SVG can hold: the library ends its process over one, and names may be anything."""


def drawn(spec: Spec, form: Form) -> bytes:
    """A drawing, made here and now.

    Args:
        spec: A Vega-Lite specification.
        form: What it is drawn as.

    Raises:
        UndrawableError: If the library refuses the specification.
    """
    import vl_convert  # noqa: PLC0415 - 100 MB that only those who draw need

    try:
        if form == "png":
            return bytes(vl_convert.vegalite_to_png(spec, vl_version=VERSION, scale=SHARPNESS))
        svg = str(vl_convert.vegalite_to_svg(spec, vl_version=VERSION))
    except ValueError as error:
        raise UndrawableError from error
    return _described(svg, spec.get("description", "")).encode()


def _described(svg: str, text: str) -> str:
    """A drawing that says what it shows; the library leaves that out."""
    return svg.replace(">", f"><desc>{escape(text)}</desc>", 1) if text else svg


class Artist:
    """Draws, and keeps what it has drawn."""

    def __init__(self) -> None:
        self._kept = Store(KEPT_BYTES)

    def draw(self, spec: Spec, form: Form) -> bytes:
        """A drawing.

        Args:
            spec: A Vega-Lite specification.
            form: What it is drawn as.

        Raises:
            UndrawableError: If the library refuses the specification.
        """
        job = orjson.dumps({"spec": _writable(spec), "form": form})
        made = self._kept.get(job)
        if made is None:
            made = drawn(**orjson.loads(job))
            self._kept.put(job, made)
        return made


def _writable(part: Any) -> Any:
    """A part of a specification without the characters that no SVG can hold."""
    if isinstance(part, str):
        return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", part)
    if isinstance(part, dict):
        return {name: _writable(inner) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_writable(inner) for inner in part]
    return part
