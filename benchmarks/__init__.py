"""Benchmarks of the service against a bare view and other tools; see ``make bench``."""
