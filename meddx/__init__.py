"""meddx: a diagnostic CNN on an image, with how sure it is and how far its heat map can be believed."""

__version__ = "0.1.0"
