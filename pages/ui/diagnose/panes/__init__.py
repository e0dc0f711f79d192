"""Up to four panes: the open image, and beside it other images or the answers of other models."""
