"""Plain text as LaTeX that any engine takes, in ASCII alone."""

import re
import unicodedata
from collections.abc import Iterator

from costsvc.web.numbers import DIMENSIONS
from costsvc.web.texts.markdown import more
from costsvc.web.texts.taken import Citation

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
        one: rf"\textsuperscript{{{'-' if plain == '-' else plain}}}"
        for one, plain in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)
    }
    | {one: rf"\textsubscript{{{number}}}" for number, one in enumerate("₀₁₂₃₄₅₆₇₈₉")}
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
TIED = re.compile(rf"(?<=\d) (?=(?:{'|'.join(map(re.escape, UNITS))})(?![a-z]))")
"""The space between a figure and its unit, at which no line breaks."""
LIGATURE = re.compile("-(?=-)")
"""A hyphen that would become a dash with the next one."""
NEEDS = r"% \url is of the package url or hyperref; everything else is plain LaTeX."


def escaped(text: str) -> str:
    """Text that LaTeX shows as it is.

    A letter beyond Latin is shown by its number, for an engine that has none of its kind would stop there.

    Args:
        text: One line of plain text.
    """
    tied = TIED.sub("\N{NO-BREAK SPACE}", text)
    return LIGATURE.sub("-{}", "".join(_characters(tied)))


def written(citation: Citation) -> str:
    """A citation as LaTeX: the paragraph, notes on it, and a list that no bibliography is disturbed by."""
    parts = [escaped(citation.paragraph)]
    if citation.notes:
        parts.append("\n".join(["% Notes:", *(f"% - {escaped(note)}" for note in citation.notes)]))
    if citation.references:
        parts.append("\n".join([NEEDS, r"\begin{itemize}", *_sources(citation), r"\end{itemize}"]))
    return "\n\n".join(parts) + "\n"


def _characters(text: str) -> Iterator[str]:
    for one in text:
        if one in CHARACTERS:
            yield CHARACTERS[one]
        elif one.isascii():
            yield one
        else:
            yield _letter(one)


def _letter(one: str) -> str:
    decomposed = unicodedata.normalize("NFD", one)
    base, mark = decomposed[0], decomposed[1:]
    if base.isascii() and base.isalpha() and mark in ACCENTS:
        return rf"\{ACCENTS[mark]}{{{base}}}"
    return f"(U+{ord(one):04X})"


def _sources(citation: Citation) -> list[str]:
    lines = [rf"  \item[{{{one.mark}}}] {escaped(one.said)}{address(one.url)}" for one in citation.references]
    if citation.more_sources:
        lines.append(rf"  \item[] {escaped(more(citation))}")
    return lines


def address(url: str | None) -> str:
    r"""A space and an address in ``\url``; nothing where there is none."""
    return rf" \url{{{url}}}" if url else ""
