"""Models: their cards, their folders in models/, their architectures, and loading them."""
