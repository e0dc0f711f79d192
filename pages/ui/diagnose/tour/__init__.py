"""A short tour of a few cards for who opens the page for the first time."""
