"""HTTP: JSON to specs, estimates to JSON, and nothing else."""
