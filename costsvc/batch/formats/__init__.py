"""Formats that others write: job logs, bills and usage records, as requests in the fields of the API."""
