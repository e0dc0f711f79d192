"""Broken files of every kind that the server takes, made with a fixed seed, and what becomes of them."""
