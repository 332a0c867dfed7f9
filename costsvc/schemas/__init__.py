"""JSON read into requests, with all errors by field; no HTTP."""
