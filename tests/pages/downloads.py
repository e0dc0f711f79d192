"""The exports that a page offers, as AppTest sees them."""

import json


def offered_downloads(page):
    """Titles of the buttons, in the page's order."""
    components = [node.proto for node in page.get("bidi_component")]
    return [json.loads(one.json)["title"] for one in components if one.component_name == "meddx.download"]
