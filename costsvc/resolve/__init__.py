"""Resolve a request: look names up, complete missing fields from tables and defaults, and compute nothing."""
