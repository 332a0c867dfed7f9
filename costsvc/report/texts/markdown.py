"""Renders citations as Markdown."""

import re

from costsvc.report.texts.export import Citation

MARK = r"\[S\d+\](?![(\[:])"
"""The mark of a source, unless the following character would make it a link."""
URL = r"(?i:(?<=mailto)|(?<=xmpp)):|:(?=/)|(?<=:)/|(?<=:/)/|(?<=\w)\.(?=[^\W\d_])"
"""The characters by which readers recognise a URL or host name and link it."""
SPECIAL = re.compile(rf"({MARK})|([\\`*_{{}}\[\]<>|~&#$!]|{URL})")
BREAK = "\N{WORD JOINER}"
"""An invisible character after an at sign, since no backslash prevents a mail link or a mention."""


def escape(text: str) -> str:
    """Escape text so that Markdown shows it as it is.

    Args:
        text: One line of plain text; marks of sources in it are kept.
    """
    return SPECIAL.sub(lambda match: match[1] or "\\" + match[2], text).replace("@", f"@{BREAK}")


def render(citation: Citation) -> str:
    """Render a citation: its paragraph, notes and sources."""
    parts = [escape(citation.paragraph)]
    if citation.notes:
        parts.append("Notes:\n\n" + "\n".join(f"- {escape(note)}" for note in citation.notes))
    if citation.references:
        parts.append("Sources:\n\n" + "\n".join(_sources(citation)))
    return "\n\n".join(parts) + "\n"


def _sources(citation: Citation) -> list[str]:
    lines = [f"- {reference.mark} {escape(reference.text)}{link(reference.url)}" for reference in citation.references]
    if citation.more_sources:
        lines.append(f"- {further_sources(citation)}")
    return lines


def link(url: str | None) -> str:
    """A space and a URL that is a link in any position; empty if there is none."""
    return f" <{url}>" if url else ""


def further_sources(citation: Citation) -> str:
    """The note about the sources that the paragraph does not cite."""
    noun = "source" if citation.more_sources == 1 else "sources"
    return f"{citation.more_sources} further {noun} of factors with less influence: see the answer."
