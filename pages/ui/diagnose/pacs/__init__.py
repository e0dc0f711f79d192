"""Studies from PACS, and results back to them."""
