"""The image viewer: a component and its data."""
