"""Parsing of the marker segments of a JPEG or JPEG-LS, ISO 10918-1 annex B: frame, scans, restarts and end."""

import re
from dataclasses import dataclass, field
from math import ceil
from struct import unpack_from
from typing import NamedTuple

START_OF_IMAGE, END_OF_IMAGE = b"\xff\xd8", b"\xff\xd9"
PROGRESSIVE, LOSSLESS, JPEG_LS = 0xC2, 0xC3, 0xF7
SEQUENTIAL = (0xC0, 0xC1)
FRAME_HEADERS = frozenset((JPEG_LS, *range(0xC0, 0xD0))) - {0xC4, 0xC8, 0xCC}
"""SOF55 of JPEG-LS and SOF0 to SOF15, without DHT, JPG and DAC that lie among them."""

START_OF_SCAN, RESTART_INTERVAL, JFIF, ADOBE = 0xDA, 0xDD, 0xE0, 0xEE
STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""TEM, RST0 to RST7 and SOI have no content."""

MOST_SEGMENTS = 10_000
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""In entropy-coded data 0xFF is followed by 0 (stuffing), RSTn, or by the marker that ends the data."""
AFTER_JPEG_LS_SCAN = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""ISO 14495-1 stuffs a bit, not a byte: any second byte below 0x80 is data."""
MANY_FILLS = re.compile(rb"\xff{256}")
"""Decoders step over fill bytes one by one, some of them slowly."""
RESTART = re.compile(rb"\xff[\xd0-\xd7]")


class Scan(NamedTuple):
    """One scan: components, spectral selection Ss to Se, successive approximation Al, bounds of the coded data."""

    components: bytes
    first: int
    last: int
    low_bit: int
    start: int
    end: int


class JpegStructure(NamedTuple):
    """The structure of one JPEG image: its frame header, its markers and its scans.

    process: the second byte of SOFn. sampling: horizontal and vertical factor by component identifier.
    adobe: the colour transform of APP14, None where there is none. ended: whether EOI follows the last scan.
    """

    process: int
    precision: int
    rows: int
    columns: int
    sampling: dict[int, tuple[int, int]]
    restart_interval: int
    jfif: bool
    adobe: int | None
    scans: tuple[Scan, ...]
    ended: bool

    def restarts_missing(self, data: bytes, scan: Scan) -> bool:
        """Return whether a scan has fewer RSTn markers than its restart interval requires (B.2.4.4)."""
        if not self.restart_interval:
            return False
        wanted = ceil(self._units(scan) / self.restart_interval) - 1
        return sum(1 for _ in RESTART.finditer(data, scan.start, scan.end)) < wanted

    def _units(self, scan: Scan) -> int:
        """Return the number of minimum coded units of a scan, A.2."""
        side = 1 if self.process == LOSSLESS else 8
        widest = max(horizontal for horizontal, _ in self.sampling.values())
        tallest = max(vertical for _, vertical in self.sampling.values())
        if len(scan.components) > 1:
            return ceil(self.columns / (side * widest)) * ceil(self.rows / (side * tallest))
        horizontal, vertical = self.sampling[scan.components[0]]
        columns, rows = ceil(self.columns * horizontal / widest), ceil(self.rows * vertical / tallest)
        return ceil(columns / side) * ceil(rows / side)


def jpeg_structure(data: bytes) -> JpegStructure | None:
    """Return the structure of the first image in the bytes, None where there is none or a segment is malformed."""
    segments = _Segments()
    if not segments.read(data):
        return None
    sampling, scans = _sampling(segments.header), tuple(segments.scans)
    if not scans or sampling is None or any(part not in sampling for scan in scans for part in scan.components):
        return None
    if MANY_FILLS.search(data, 0, scans[0].start):
        return None
    precision, rows, columns = unpack_from(">BHH", segments.header)
    return JpegStructure(
        process=segments.process,
        precision=precision,
        rows=rows,
        columns=columns,
        sampling=sampling,
        restart_interval=segments.restart_interval,
        jfif=segments.jfif,
        adobe=segments.adobe,
        scans=scans,
        ended=segments.ended,
    )


@dataclass
class _Segments:
    """The marker segments read so far.

    header: the content of SOFn; process: its kind.
    """

    header: bytes = b""
    process: int = 0
    restart_interval: int = 0
    jfif: bool = False
    adobe: int | None = None
    scans: list[Scan] = field(default_factory=list)
    ended: bool = False

    def read(self, data: bytes) -> bool:
        """Read up to EOI or the end of the bytes; return False where segments are malformed or too many."""
        position = data.find(START_OF_IMAGE, 0, 64) + 2
        if position < 2:
            return False
        for _ in range(MOST_SEGMENTS):
            marker = AFTER_SCAN.search(data, position)
            if marker is None:
                return True
            kind, position = data[marker.end() - 1], marker.end()
            if kind == END_OF_IMAGE[1]:
                self.ended = True
                return True
            if kind in STANDALONE or position + 2 > len(data):
                continue
            content = data[position + 2 : position + unpack_from(">H", data, position)[0]]
            position += 2 + len(content)
            if kind == START_OF_SCAN:
                scan = _scan(data, content, position, self.process)
                if scan is None or not self.header:
                    return False
                self.scans.append(scan)
                position = scan.end
            elif not self._take(kind, content):
                return False
        return False

    def _take(self, kind: int, content: bytes) -> bool:
        """Store the content of one segment; return False for a second frame header."""
        if kind in FRAME_HEADERS:
            if self.header:
                return False
            self.header, self.process = content, kind
        elif kind == RESTART_INTERVAL and len(content) >= 2:
            self.restart_interval = unpack_from(">H", content)[0]
        elif kind == JFIF and content.startswith(b"JFIF\0"):
            self.jfif = True
        elif kind == ADOBE and content.startswith(b"Adobe") and len(content) >= 12:
            self.adobe = content[11]
        return True


def _scan(data: bytes, content: bytes, start: int, process: int) -> Scan | None:
    """Return the scan of a scan header (B.2.3) and where its data ends, None where the header is too short."""
    if not content or len(content) < 4 + 2 * content[0] or not content[0]:
        return None
    first, last, approximation = content[1 + 2 * content[0] : 4 + 2 * content[0]]
    marker = (AFTER_JPEG_LS_SCAN if process == JPEG_LS else AFTER_SCAN).search(data, start)
    end = marker.start() if marker else len(data)
    while end > start and data[end - 1] == 0xFF:  # fill bytes before the marker, B.1.1.2
        end -= 1
    return Scan(content[1 : 1 + 2 * content[0] : 2], first, last, approximation & 0xF, start, end)


def _sampling(header: bytes) -> dict[int, tuple[int, int]] | None:
    """Return the sampling factors of a frame header (B.2.2), None where it is malformed."""
    if len(header) < 6 or len(header) < 6 + 3 * header[5] or not header[5]:
        return None
    factors = {header[at]: divmod(header[at + 1], 16) for at in range(6, 6 + 3 * header[5], 3)}
    return factors if all(min(pair) > 0 for pair in factors.values()) else None
