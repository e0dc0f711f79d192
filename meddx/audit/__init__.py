"""The audit log: who signed in, saw, predicted, exported and changed what, in a chain of hashes."""
