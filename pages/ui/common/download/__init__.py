"""The downloads of exports: the button, and the route that makes the file."""
