"""What a caller says, as frozen objects; no JSON and no tables in them."""
