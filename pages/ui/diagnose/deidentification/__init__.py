"""Films on their way into the session of a server that de-identifies on reading."""
