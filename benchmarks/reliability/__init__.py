"""What the service does beside slow, greedy and hostile clients, and when parts of it are killed."""
