"""The parts that pages share: engine requests, the session, the image viewer, charts, HTML."""
