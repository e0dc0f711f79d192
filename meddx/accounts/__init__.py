"""Who may use the server: accounts, their passwords and roles, and who is signed in."""
