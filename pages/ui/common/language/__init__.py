"""The reader's language: English in the code, other languages from gettext catalogues."""
