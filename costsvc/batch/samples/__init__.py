"""Generators of realistic files, for tests and benchmarks."""
