"""What every page shares: requests to the engine, the session, the image viewer, charts, HTML."""
