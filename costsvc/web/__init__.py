"""HTTP: requests to specs, estimates to JSON, and to pages, figures and texts for people."""
