"""Files of requests: millions of rows to estimates, rejected rows and totals with intervals."""
