"""Figures of answers: pure functions from an answer to a Vega-Lite specification."""
