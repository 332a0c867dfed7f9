"""From the numbers of a resolved request to its results: pure functions that look nothing up.

Each chain runs on floats, on draws, on columns of rows and on traced numbers alike. Rows are the first axis of an
array and draws the last; a chain reduces over neither, and what it decides on is one number per row.
"""
