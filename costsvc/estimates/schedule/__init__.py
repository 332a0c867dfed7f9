"""When a workload should run."""
