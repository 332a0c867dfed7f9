"""How connections are served: whole requests in, whole answers out, so that a slow client costs a socket."""
