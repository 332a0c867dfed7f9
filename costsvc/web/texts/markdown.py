"""Plain text as Markdown."""

import re

from costsvc.web.texts.taken import Citation

MARK = r"\[S\d+\](?![(\[:])"
"""The mark of a source; it is no link, whatever stands behind it."""
ADDRESS = r"(?i:(?<=mailto)|(?<=xmpp)):|:(?=/)|(?<=:)/|(?<=:/)/|(?<=\w)\.(?=[^\W\d_])"
"""What makes an address of the web: ``http://``, and the dots of its host; readers make links of either."""
SPECIAL = re.compile(rf"({MARK})|([\\`*_{{}}\[\]<>|~&#$!]|{ADDRESS})")
BREAK = "\N{WORD JOINER}"
"""Stands unseen after an at sign, which no backslash keeps from becoming a mail address or the call of a person."""


def escaped(text: str) -> str:
    """Text that Markdown shows as it is.

    Args:
        text: One line of plain text; marks of sources in it stay.
    """
    return SPECIAL.sub(lambda found: found[1] or "\\" + found[2], text).replace("@", f"@{BREAK}")


def written(citation: Citation) -> str:
    """A citation as Markdown: the paragraph, notes on it, and its sources."""
    parts = [escaped(citation.paragraph)]
    if citation.notes:
        parts.append("Notes:\n\n" + "\n".join(f"- {escaped(note)}" for note in citation.notes))
    if citation.references:
        parts.append("Sources:\n\n" + "\n".join(_sources(citation)))
    return "\n\n".join(parts) + "\n"


def _sources(citation: Citation) -> list[str]:
    lines = [f"- {one.mark} {escaped(one.said)}{address(one.url)}" for one in citation.references]
    if citation.more_sources:
        lines.append(f"- {more(citation)}")
    return lines


def address(url: str | None) -> str:
    """A space and an address that is a link wherever it stands; nothing where there is none."""
    return f" <{url}>" if url else ""


def more(citation: Citation) -> str:
    """That the answer names further sources."""
    only = citation.more_sources == 1
    return f"{citation.more_sources} further source{'' if only else 's'} of factors that weigh less: see the answer."
