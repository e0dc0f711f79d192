"""Sentences one after the other."""


def paragraph(*sentences: str) -> str:
    """Return the sentences in a line, without those that are empty; after a full-width stop there is no space."""
    return " ".join(filter(None, sentences)).replace("。 ", "。")
