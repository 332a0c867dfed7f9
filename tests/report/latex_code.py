"""What LaTeX code of an export may have."""

import re

COMMANDS = re.compile(
    r"\\(?:textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|char34|char96|ldots|"
    r"textendash|textemdash|ss|o|O|ae|AE|l|L)\{\}"
    r"|\\(?:textsuperscript|textsubscript)\{[-\d]\}|\\ensuremath\{(?:\\mu|\\times|-|\\geq|\\leq|\^\{\\circ\})\}"
    r"|\\[`'^~\"=.vcrH]\{[A-Za-z]\}|\\[{}$&#%_]|\\(?:begin|end)\{itemize\}|\\item\[(?:\{\[S\d+\]\})?\]|\\url\{[^{}\\\s]*\}"
)


def assert_is_latex(written: str) -> None:
    """Nothing but ASCII, the commands that we know, and characters without a meaning of their own."""
    assert written.isascii()
    code = [line for line in written.splitlines() if not line.startswith("%")]
    left = COMMANDS.sub("", "\n".join(code)).replace("-{}-", "--").replace("-{}", "-")
    assert not re.search(r"[\\{}$&#%_^<>|\"`]", left), left
    assert written.count(r"\begin{itemize}") == written.count(r"\end{itemize}") <= 1
