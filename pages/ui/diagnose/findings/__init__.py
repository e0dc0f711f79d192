"""The findings panel: a component and its data."""
