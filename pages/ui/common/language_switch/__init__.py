"""The choice of the language in which pages are drawn."""
