"""The API: one file per endpoint, with its example and its view."""
