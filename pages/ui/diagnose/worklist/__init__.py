"""The worklist: a browser component and the data that it draws."""
