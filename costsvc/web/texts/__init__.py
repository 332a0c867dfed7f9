"""What a person takes away from an answer: paragraphs, metadata and commands.

Every text is a pure function of an answer as the API gives it. A paragraph is composed once, as plain
Unicode with marks such as ``[S1]`` for its sources, and written as Markdown or as LaTeX.
"""
