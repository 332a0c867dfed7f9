"""What is known: the tables, and the names and places that lead into them."""
