"""From names to factors: what a request leaves out is completed from the tables; nothing is computed here."""
