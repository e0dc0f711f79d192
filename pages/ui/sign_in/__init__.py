"""Who is signed in: the gate in front of every route, the form, and the account of a script run."""
