"""The gunicorn worker: it buffers whole requests and answers, so that a slow client occupies a socket, not a thread."""
