"""The heat map of the open image: method, request, sentences."""
