"""The choice between the light and the dark page."""
