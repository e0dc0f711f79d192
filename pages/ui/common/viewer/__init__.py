"""The image viewer: a browser component and the data that it draws."""
