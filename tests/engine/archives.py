"""Hand-made ZIP archives, and a DICOMDIR."""

import zipfile
from io import BytesIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage, generate_uid


def archive(members, packing=zipfile.ZIP_DEFLATED):
    """The bytes of an archive. members: name -> bytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", packing) as content:
        for name, data in members.items():
            content.writestr(name, data)
    return file.getvalue()


def dicomdir(*paths):
    """A DICOMDIR of one patient that lists images, each by the components of its path, and a report."""
    images = [_record("IMAGE", list(path)) for path in paths]
    elements = Dataset()
    elements.file_meta = FileMetaDataset()
    elements.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    elements.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    elements.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    elements.DirectoryRecordSequence = [_record("PATIENT"), *images, _record("SR DOCUMENT", ["REPORT"])]
    file = BytesIO()
    elements.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _record(kind, path=None):
    record = Dataset()
    record.DirectoryRecordType = kind
    if path:
        record.ReferencedFileID = path
    return record
