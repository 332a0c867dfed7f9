"""Where and on what a workload should run."""
