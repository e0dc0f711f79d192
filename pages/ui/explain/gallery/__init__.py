"""The same images under every method: which images, and how they are drawn."""
