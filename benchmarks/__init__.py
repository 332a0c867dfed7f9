"""How fast the service is, beside a bare view and beside its peers; see ``make bench``."""
