"""Renders citations as LaTeX in ASCII, for any engine."""

import re
import unicodedata
from collections.abc import Iterator

from costsvc.report.dimensions import DIMENSIONS
from costsvc.report.texts.export import Citation
from costsvc.report.texts.markdown import further_sources

CHARACTERS = (
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\char34{}",
        "`": r"\char96{}",
        "\N{MICRO SIGN}": r"\ensuremath{\mu}",
        "\N{GREEK SMALL LETTER MU}": r"\ensuremath{\mu}",
        "\N{MULTIPLICATION SIGN}": r"\ensuremath{\times}",
        "\N{MINUS SIGN}": r"\ensuremath{-}",
        "\N{GREATER-THAN OR EQUAL TO}": r"\ensuremath{\geq}",
        "\N{LESS-THAN OR EQUAL TO}": r"\ensuremath{\leq}",
        "\N{DEGREE SIGN}": r"\ensuremath{^{\circ}}",
        "\N{EN DASH}": r"\textendash{}",
        "\N{EM DASH}": r"\textemdash{}",
        "\N{LEFT SINGLE QUOTATION MARK}": r"\char96{}",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
        "\N{NO-BREAK SPACE}": "~",
        "\N{LATIN SMALL LETTER SHARP S}": r"\ss{}",
        "\N{LATIN SMALL LETTER O WITH STROKE}": r"\o{}",
        "\N{LATIN CAPITAL LETTER O WITH STROKE}": r"\O{}",
        "\N{LATIN SMALL LETTER AE}": r"\ae{}",
        "\N{LATIN CAPITAL LETTER AE}": r"\AE{}",
        "\N{LATIN SMALL LETTER L WITH STROKE}": r"\l{}",
        "\N{LATIN CAPITAL LETTER L WITH STROKE}": r"\L{}",
    }
    | {
        superscript: rf"\textsuperscript{{{plain}}}"
        for superscript, plain in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)
    }
    | {subscript: rf"\textsubscript{{{number}}}" for number, subscript in enumerate("₀₁₂₃₄₅₆₇₈₉")}
)
ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": "`",
    "\N{COMBINING ACUTE ACCENT}": "'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "^",
    "\N{COMBINING TILDE}": "~",
    "\N{COMBINING DIAERESIS}": '"',
    "\N{COMBINING MACRON}": "=",
    "\N{COMBINING DOT ABOVE}": ".",
    "\N{COMBINING CARON}": "v",
    "\N{COMBINING CEDILLA}": "c",
    "\N{COMBINING RING ABOVE}": "r",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": "H",
}
UNITS = sorted({unit for steps in DIMENSIONS.values() for _, unit in steps if unit}, key=len, reverse=True)
BEFORE_UNIT = re.compile(rf"(?<=\d) (?=(?:{'|'.join(map(re.escape, UNITS))})(?![a-z]))")
"""The space between a number and its unit, at which no line may break."""
LIGATURE = re.compile("-(?=-)")
"""A hyphen that would form a dash with the next one."""
PACKAGES = r"% \url needs the package url or hyperref; everything else is plain LaTeX."


def escape(text: str) -> str:
    """Escape text so that LaTeX prints it as it is.

    A letter outside of the Latin alphabet becomes its code point, because engines stop at
    letters that their fonts lack.

    Args:
        text: One line of plain text.
    """
    unbroken = BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)
    return LIGATURE.sub("-{}", "".join(_characters(unbroken)))


def render(citation: Citation) -> str:
    """Render a citation: its paragraph, notes as comments, and sources as a list apart from any bibliography."""
    parts = [escape(citation.paragraph)]
    if citation.notes:
        parts.append("\n".join(["% Notes:", *(f"% - {escape(note)}" for note in citation.notes)]))
    if citation.references:
        parts.append("\n".join([PACKAGES, r"\begin{itemize}", *_sources(citation), r"\end{itemize}"]))
    return "\n\n".join(parts) + "\n"


def _characters(text: str) -> Iterator[str]:
    for character in text:
        if character in CHARACTERS:
            yield CHARACTERS[character]
        elif character.isascii():
            yield character
        else:
            yield _letter(character)


def _letter(character: str) -> str:
    decomposed = unicodedata.normalize("NFD", character)
    base, accent = decomposed[0], decomposed[1:]
    if base.isascii() and base.isalpha() and accent in ACCENTS:
        return rf"\{ACCENTS[accent]}{{{base}}}"
    return f"(U+{ord(character):04X})"


def _sources(citation: Citation) -> list[str]:
    lines = [
        rf"  \item[{{{reference.mark}}}] {escape(reference.text)}{link(reference.url)}"
        for reference in citation.references
    ]
    if citation.more_sources:
        lines.append(rf"  \item[] {escape(further_sources(citation))}")
    return lines


def link(url: str | None) -> str:
    r"""A space and a URL in ``\url``; empty if there is none."""
    return rf" \url{{{url}}}" if url else ""
