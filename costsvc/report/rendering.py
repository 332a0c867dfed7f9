"""Renders Vega-Lite specifications as SVG and PNG.

The rendering library holds the interpreter's lock for up to a quarter of a second and keeps 100 MB, so
a server renders in a process that answers nothing else.
"""

import re
from typing import Literal, TypeAlias
from xml.sax.saxutils import escape

import orjson

from costsvc.errors import UndrawableError
from costsvc.store import Store

Spec: TypeAlias = dict[str, object]
"""A Vega-Lite specification, or a part of one."""
Format = Literal["svg", "png"]
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""The palette of Okabe and Ito, which colour-blind readers can distinguish."""
VERSION = "6.1"
"""The version of Vega-Lite."""
PIXEL_RATIO = 2.0
"""Pixels of a PNG per pixel of the specification."""
CACHE_BYTES = 16 * 2**20
"""Size of the cache of rendered figures in each process."""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML does not allow; the library aborts its process on one, and names may contain any."""


def render(spec: Spec, form: Format) -> bytes:
    """Render a figure in this process, without a cache.

    Args:
        spec: A Vega-Lite specification.
        form: The file format.

    Raises:
        UndrawableError: If the library rejects the specification.
    """
    import vl_convert  # noqa: PLC0415 - only processes that render need its 100 MB

    try:
        if form == "png":
            return bytes(vl_convert.vegalite_to_png(spec, vl_version=VERSION, scale=PIXEL_RATIO))
        svg = str(vl_convert.vegalite_to_svg(spec, vl_version=VERSION))
    except ValueError as error:
        raise UndrawableError from error
    return _with_description(svg, str(spec.get("description", ""))).encode()


def _with_description(svg: str, text: str) -> str:
    """The SVG with a description for screen readers, which the library omits."""
    return svg.replace(">", f"><desc>{escape(text)}</desc>", 1) if text else svg


class FigureRenderer:
    """Renders figures and caches them."""

    def __init__(self) -> None:
        self._cache = Store(CACHE_BYTES)

    def render(self, spec: Spec, form: Format) -> bytes:
        """Render a figure, or take it from the cache.

        Args:
            spec: A Vega-Lite specification.
            form: The file format.

        Raises:
            UndrawableError: If the library rejects the specification.
        """
        key = orjson.dumps({"spec": _without_controls(spec), "form": form})
        figure = self._cache.get(key)
        if figure is None:
            figure = render(**orjson.loads(key))
            self._cache.put(key, figure)
        return figure


def _without_controls(part: object) -> object:
    """A part of a specification with replacements for the characters that XML does not allow."""
    if isinstance(part, str):
        return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", part)
    if isinstance(part, dict):
        return {name: _without_controls(inner) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_without_controls(inner) for inner in part]
    return part
