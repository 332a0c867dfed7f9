"""Exports of an answer: paragraphs, metadata, statements and commands.

Each text is a pure function of an answer as the API gives it. A paragraph is composed once, as plain
Unicode with marks such as ``[S1]`` for its sources, and rendered as Markdown or as LaTeX.
"""
