"""Correction of big endian elements of VR UN and undefined length, which pydicom reads in the wrong byte order."""

from struct import pack, unpack_from

LONG_LENGTH_VR = (b"OB", b"OW", b"UN", b"SQ", b"UT", b"OF", b"OD", b"OL", b"OV", b"UC", b"UR", b"SV", b"UV")
UNDEFINED = 0xFFFFFFFF
UNKNOWN_VR = b"UN\0\0\xff\xff\xff\xff"
ITEM_TAG, ITEM_DELIMITER_TAG, SEQUENCE_DELIMITER_TAG = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


def with_defined_lengths(data: bytes, body: int) -> bytes:
    """Return the big endian data set with the true length written to each UN of undefined length, at any depth.

    The content of such an element is implicit VR little endian whatever the data set is (PS3.5 6.2.2, note 4); nothing
    in it is needed here, so its bytes stay as they are. Raises struct.error or ValueError where the bytes are
    malformed.
    """
    if UNKNOWN_VR not in data[body:]:
        return data
    patched = bytearray(data)
    position = body
    while position + 8 <= len(data):
        position = _big_endian_element(patched, position)
    return bytes(patched)


def _big_endian_element(data: bytearray, position: int) -> int:
    """Patch one explicit VR big endian element and return where the next begins."""
    vr = bytes(data[position + 4 : position + 6])
    if vr not in LONG_LENGTH_VR:
        return position + 8 + int(unpack_from(">H", data, position + 6)[0])
    length, value = unpack_from(">I", data, position + 8)[0], position + 12
    if vr == b"UN" and length == UNDEFINED:
        end = _implicit_sequence_end(data, value)
        data[position + 8 : value] = pack(">I", end - value)
        return end
    if vr != b"SQ":
        if length == UNDEFINED:
            raise ValueError("no other value of undefined length is in a native data set")
        return value + int(length)
    return _big_endian_items(data, value, None if length == UNDEFINED else value + int(length))


def _big_endian_items(data: bytearray, position: int, end: int | None) -> int:
    """Patch the items of a sequence and return where it ends."""
    while end is None or position < end:
        tag, length = unpack_from(">II", data, position)
        position += 8
        if tag == SEQUENCE_DELIMITER_TAG:
            return position
        if tag != ITEM_TAG:
            raise ValueError("a sequence holds something else than items")
        item_end = len(data) if length == UNDEFINED else position + int(length)
        while position < item_end:
            if length == UNDEFINED and unpack_from(">I", data, position)[0] == ITEM_DELIMITER_TAG:
                position += 8
                break
            position = _big_endian_element(data, position)
    return position


def _implicit_sequence_end(data: bytearray, position: int) -> int:
    """Return where an implicit VR little endian sequence of undefined length ends, its delimiter included."""
    while True:
        tag, length = _implicit_header(data, position)
        position += 8
        if tag == SEQUENCE_DELIMITER_TAG:
            return position
        if tag != ITEM_TAG:
            raise ValueError("a sequence holds something else than items")
        if length != UNDEFINED:
            position += length
            continue
        while True:
            tag, length = _implicit_header(data, position)
            position += 8
            if tag == ITEM_DELIMITER_TAG:
                break
            position = _implicit_sequence_end(data, position) if length == UNDEFINED else position + length


def _implicit_header(data: bytearray, position: int) -> tuple[int, int]:
    group, element, length = unpack_from("<HHI", data, position)
    return group << 16 | element, length
