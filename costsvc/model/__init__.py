"""What follows from the numbers: pure formulas on floats or arrays, no tables and no HTTP."""
