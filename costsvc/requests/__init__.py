"""Requests as frozen objects, without JSON and tables."""
