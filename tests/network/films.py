"""Films of one study for a node, and the reports on them that a peer holds."""

import pydicom

from tests.engine.answers import images

STUDY = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "PatientOrientation": ["L", "F"]}


def films(folder, count, **attributes):
    """Files of different films of one study."""
    paths = [folder / f"{number}.dcm" for number in range(count)]
    for path, data in zip(paths, images(count, **STUDY, PixelSpacing=[0.2, 0.2], **attributes), strict=True):
        path.write_bytes(data)
    return paths


def reports_in(folder):
    """The Structured Reports that a peer holds, by the source that each refers to."""
    found = {}
    for path in folder.glob("SR*"):
        report = pydicom.dcmread(path)
        [uid] = {one.value for one in report.iterall() if one.keyword == "ReferencedSOPInstanceUID"}
        found.setdefault(uid, []).append(report)
    return found
