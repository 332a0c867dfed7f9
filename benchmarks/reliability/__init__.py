"""Behaviour of the service with slow, greedy and hostile clients, and when its processes are killed."""
