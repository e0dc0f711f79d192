"""How long a test waits for a state before it gives up: long enough for any machine, and never waited for in vain."""

SECONDS = 300
