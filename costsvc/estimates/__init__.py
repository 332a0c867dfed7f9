"""The questions: here, and only here, tables meet formulas."""
