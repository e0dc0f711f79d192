import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meddx.engine.upload_stream import decode, encode

FILES = [("a/images.zip", [b"\x00" * 300_000, b"", b"end"]), ("empty", []), ("labels.csv", [b"path,label\n"])]


def read(chunks):
    return [(name, b"".join(content)) for name, content in decode(chunks)]


@given(
    st.lists(st.tuples(st.text(), st.lists(st.binary(max_size=40), max_size=3)), max_size=4),
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
)
def test_files_arrive_whole_however_the_connection_cuts_them(files, sizes):
    body, chunks = b"".join(encode(files)), []
    while body:
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(body[:size])
        body = body[size:]
    assert read(chunks) == [(name, b"".join(content)) for name, content in files]


def test_large_files_go_in_small_parts_from_any_buffer():
    parts = list(encode([("a", [memoryview(bytes(1_000_000))])]))
    assert max(map(len, parts)) < 200_000
    assert read(parts) == [("a", bytes(1_000_000))]


def test_what_nobody_reads_of_a_file_does_not_get_into_the_next():
    names = []
    for name, content in decode(encode(FILES)):
        names.append(name)
        next(iter(content), None)
    assert names == [name for name, _ in FILES]


def test_an_upload_that_is_cut_off_is_never_taken_for_a_whole_one():
    body = b"".join(encode([("a", [b"12345"]), ("b", [b"67"])]))
    for length in range(len(body)):
        with pytest.raises(ValueError, match="cut off"):
            read([body[:length]])


def test_something_else_is_no_upload():
    with pytest.raises(ValueError, match="begins with its name"):
        read([msgpack.packb(b"no name"), msgpack.packb(None)])
