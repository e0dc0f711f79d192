"""Synthetic chest radiographs: generated anatomy, lesions with exact masks, DICOM files marked synthetic.

Like a QA phantom they test the machinery - samples without data, training, heat maps against known lesions - and say
nothing about a model's performance on patients. Nothing is burnt into the pixels, where a network could learn it: the
files say Synthetic Data (0008,001C) YES and the viewer shows it.
"""

from meddx.imaging.phantom.chest import Phantom, chest_phantom
from meddx.imaging.phantom.lesions import LESIONS
from meddx.imaging.phantom.phantom_files import mask_png, phantom_dicom, phantom_png

__all__ = ["LESIONS", "Phantom", "chest_phantom", "mask_png", "phantom_dicom", "phantom_png"]
