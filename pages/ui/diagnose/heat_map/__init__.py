"""The heat map of the open image: choice of method, requests, sentences."""
