"""Chains: pure functions from the numbers of a resolved request to its results, without look-ups.

The same chain runs on floats, draws, columns of rows and traced numbers. Rows are the first axis of an array and draws
the last. A chain reduces over neither axis, and bases each decision on one number per row.
"""
