"""Check on phantoms, whose truth is known, what is said of a record and a note; for docs/record-and-note.md."""
