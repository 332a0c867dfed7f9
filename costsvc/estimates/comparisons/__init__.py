"""Workloads and strategies against one another."""
