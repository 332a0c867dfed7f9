"""LaTeX and Markdown show any text as it is, and link only addresses of the web."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.report.texts import latex, markdown, phrases
from tests.report.latex_code import assert_is_latex


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("llama_3%", r"llama\_3\%"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("$1 & #2", r"\$1 \& \#2"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("<a|b>", r"\textless{}a\textbar{}b\textgreater{}"),
        ("\"'`", r"\char34{}'\char96{}"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("3.55 m³ of CO₂e", r"3.55~m\textsuperscript{3} of CO\textsubscript{2}e"),
        (
            "1.5 µWh, \N{MINUS SIGN}2 \N{MULTIPLICATION SIGN} 10⁻⁵",
            r"1.5~\ensuremath{\mu}Wh, \ensuremath{-}2 \ensuremath{\times} 10\textsuperscript{-}\textsuperscript{5}",
        ),
        ("Señor Łukaß Ångström", r"Se\~{n}or \L{}uka\ss{} \r{A}ngstr\"{o}m"),
        ("中", "(U+4E2D)"),
        ("12 tasks, 5 h", "12 tasks, 5~h"),
    ],
)
def test_latex_shows_each_character_as_it_is(plain: str, expected: str) -> None:
    assert latex.escape(plain) == expected


@given(st.text())
def test_any_text_is_latex_once_it_is_escaped(anything: str) -> None:
    assert_is_latex(latex.escape(phrases.one_line(anything)))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_markdown_shows_any_text_as_it_is(anything: str) -> None:
    escaped = markdown.escape(anything)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped).replace(markdown.BREAK, "") == anything
    bare = re.sub(r"\\.|\[S\d+\](?![(\[:])", "", escaped)
    assert not re.search(r"[\\`*_{}\[\]<>|~&#$!]", bare)


@pytest.mark.parametrize(
    "url", ["https://a.b/c_d%20e#f", "https://a.b/} \\end{x}", "https://a.b/<x> y", "https://a.b/\u202e\n]"]
)
def test_an_address_ends_where_it_should(url: str) -> None:
    assert re.fullmatch(r" \\url\{[^{}\\\s]+\}", latex.link(phrases.safe_url(url)))
    assert re.fullmatch(r" <[^<>\s\\]+>", markdown.link(phrases.safe_url(url)))


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "script", "a https://b"])
def test_what_is_no_address_of_the_web_is_no_link(url: str | None) -> None:
    assert markdown.link(phrases.safe_url(url)) == latex.link(phrases.safe_url(url)) == ""
