"""The worklist: a component and its data."""
