"""What the service answers, as types: their values are plain dictionaries, and openapi.yaml is generated from them."""
