"""Specifications are rendered; the process that renders for a server has its own tests."""

import xml.etree.ElementTree as ET

import pytest

from costsvc.errors import UndrawableError
from costsvc.report.rendering import FigureRenderer, Format, Spec


def bars(count: int = 3) -> Spec:
    return {
        "data": {"values": [{"x": i, "y": i} for i in range(count)]},
        "mark": "bar",
        "encoding": {"x": {"field": "x", "type": "ordinal"}, "y": {"field": "y", "type": "quantitative"}},
    }


@pytest.fixture(scope="module")
def renderer() -> FigureRenderer:
    return FigureRenderer()


def test_renders_svg_and_png(renderer: FigureRenderer) -> None:
    assert renderer.render(bars(), "svg").startswith(b"<svg")
    assert renderer.render(bars(), "png").startswith(b"\x89PNG")


def test_a_figure_is_rendered_once(renderer: FigureRenderer) -> None:
    assert renderer.render(bars(), "svg") is renderer.render(bars(), "svg")


@pytest.mark.parametrize("text", ["a\x00b", "a\x01b", "a\x1fb", "a\ufffeb", "<script>&\"'", "a\nb", "\\u0001"])
def test_a_name_may_contain_any_character(renderer: FigureRenderer, text: str) -> None:
    spec = {"data": {"values": [{"name": text}]}, "mark": "bar", "encoding": {"y": {"field": "name"}}}
    assert ET.fromstring(renderer.render(spec, "svg")).tag.endswith("svg")  # noqa: S314 - it is our own


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_specification_that_the_library_rejects_is_an_error(renderer: FigureRenderer, form: Format) -> None:
    with pytest.raises(UndrawableError, match="cannot be rendered"):
        renderer.render({"mark": "no such mark"}, form)
