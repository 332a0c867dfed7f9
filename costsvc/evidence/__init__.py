"""Where the tables come from and whether they hold: build, fit, validate."""
