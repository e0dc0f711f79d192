"""What the settings in .streamlit/config.toml make Streamlit do."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed


def test_no_message_is_replaced_by_a_reference_that_the_browser_may_not_have():
    message = ForwardMsg()
    message.delta.new_element.markdown.body = "x" * 10_000_000
    populate_hash_if_needed(message)
    assert message.hash
    assert not message.metadata.cacheable
