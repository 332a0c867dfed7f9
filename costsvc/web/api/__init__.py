"""The API: one file per endpoint, with its request schema and its view."""
