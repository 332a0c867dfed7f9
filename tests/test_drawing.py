"""Specifications become drawings; the process that draws for a server has tests of its own."""

import xml.etree.ElementTree as ET

import pytest

from costsvc.drawing import Artist, Form, Spec
from costsvc.errors import UndrawableError


def bars(count: int = 3) -> Spec:
    return {
        "data": {"values": [{"x": i, "y": i} for i in range(count)]},
        "mark": "bar",
        "encoding": {"x": {"field": "x", "type": "ordinal"}, "y": {"field": "y", "type": "quantitative"}},
    }


@pytest.fixture(scope="module", name="artist")
def an_artist() -> Artist:
    return Artist()


def test_draws_as_svg_and_as_png(artist: Artist) -> None:
    assert artist.draw(bars(), "svg").startswith(b"<svg")
    assert artist.draw(bars(), "png").startswith(b"\x89PNG")


def test_what_was_drawn_is_not_drawn_again(artist: Artist) -> None:
    assert artist.draw(bars(), "svg") is artist.draw(bars(), "svg")


@pytest.mark.parametrize("text", ["a\x00b", "a\x01b", "a\x1fb", "a\ufffeb", "<script>&\"'", "a\nb", "\\u0001"])
def test_a_name_may_be_anything(artist: Artist, text: str) -> None:
    spec = {"data": {"values": [{"name": text}]}, "mark": "bar", "encoding": {"y": {"field": "name"}}}
    assert ET.fromstring(artist.draw(spec, "svg")).tag.endswith("svg")  # noqa: S314 - it is our own


@pytest.mark.parametrize("form", ["svg", "png"])
def test_what_the_library_refuses_is_told(artist: Artist, form: Form) -> None:
    with pytest.raises(UndrawableError, match="cannot be drawn"):
        artist.draw({"mark": "no such mark"}, form)
