"""Data types that the packages of meddx exchange; the computations are elsewhere."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

WindowFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]
"""VOI LUT Function (0028,1056), DICOM PS3.3 C.11.2.1.3."""


MeasuredAt = Literal["patient", "detector", "film", ""]
"""Where the distances of a pixel spacing lie: in the patient, on the detector (larger than in the patient by the
magnification), on the film that was scanned; "" without spacing."""


@dataclass(frozen=True)
class Window:
    """A VOI window: Window Center (0028,1050) and Window Width (0028,1051), in modality units."""

    center: float
    width: float
    function: WindowFunction = "LINEAR"


@dataclass(frozen=True)
class VoiLut:
    """One item of the VOI LUT Sequence (0028,3010), PS3.3 C.11.2.1.1.

    first: the modality value mapped to table[0]; lower values map to table[0], higher ones to table[-1].
    table: float32 (entries,), scaled to [0, 1].
    """

    first: int
    table: NDArray[np.float32]


@dataclass(frozen=True)
class Image:
    """One decoded frame with the display attributes of its file, without what identifies the patient.

    values: grey (rows, columns), float32 in modality units (after Modality LUT or rescale, before any
        window); colour (rows, columns, 3), uint8 sRGB.
    window / voi_lut: the file's first; a VOI LUT Sequence wins over a window; both None means full range.
    value_range: lowest and highest value that the stored bits can mean, in modality units; the window
        when the file states none is the actual (min, max) of `values`.
    inverted: MONOCHROME1, low values white; applied once, after the window.
    pixel_aspect: height of a pixel over its width (Pixel Spacing or Pixel Aspect Ratio), 1.0 when unstated.
    spacing: mm from row to row and from column to column, None when unstated; measured_at: where these mm lie.
    frame, frames: zero-based index of this frame and number of frames in the file.
    modality, body_part, view: as the file states them, upper case, None when it does not.
    age_years, sex: of the patient, where the file states them; only to be compared with a card, never shown or kept.
    format: "DICOM", "PNG", "JPEG" or "NPZ" (an array); transfer_syntax: its DICOM name, None outside DICOM.
    bits_stored: significant bits per sample.
    notes: remarks for the reader, e.g. "lossy compressed", one sentence each.
    """

    values: NDArray[np.float32] | NDArray[np.uint8]
    format: str
    bits_stored: int
    value_range: tuple[float, float]
    window: Window | None = None
    voi_lut: VoiLut | None = None
    inverted: bool = False
    pixel_aspect: float = 1.0
    frame: int = 0
    frames: int = 1
    modality: str | None = None
    body_part: str | None = None
    view: str | None = None
    transfer_syntax: str | None = None
    age_years: float | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    spacing: tuple[float, float] | None = None
    measured_at: MeasuredAt = ""

    @property
    def is_colour(self) -> bool:
        """Return whether `values` has the shape (rows, columns, 3)."""
        return self.values.ndim == 3


@dataclass(frozen=True)
class ImageHeader:
    """What an image file says of its place among a patient's studies and series; "" or None where it says nothing.

    Patient data: shown to the reader who holds the file, and neither logged nor written down.
    patient, study, series: the same for all files of one patient, study, series; never shown.
    age, study_date: as text, "61 years", "2021-03-04". age_years: the age, also from the date of birth.
    series_number, instance: as the file numbers them.
    position: of the image along the normal of its plane, in mm. orientation: of that plane, the same for parallel ones.
    """

    patient: str = field(default="", repr=False)
    study: str = field(default="", repr=False)
    series: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    age: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    study_title: str = field(default="", repr=False)
    series_title: str = field(default="", repr=False)
    series_number: int | None = None
    instance: int | None = None
    modality: str = ""
    body_part: str = ""
    view: str = ""
    laterality: str = ""
    position: float | None = None
    orientation: str = ""
    age_years: float | None = field(default=None, repr=False)


@dataclass(frozen=True, order=True)
class Box:
    """A rectangle of pixels: rows top to bottom - 1, columns left to right - 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class StoredFrame:
    """One frame of an image file: the bytes of the whole file and the zero-based index of the frame."""

    data: bytes
    frame: int = 0


@dataclass(frozen=True)
class DrawableImage:
    """An image as the browser's viewer needs it: integer samples to window there, and how to interpret them.

    pixels: gzip of little-endian samples, row by row: grey uint16 (rows*columns), colour uint8 (rows*columns*3).
    A grey value in modality units is stored * slope + intercept. The other fields are those of Image; `window`
    is never None on a grey image (full range of the values when the file states none). `voi_lut` is drawn
    until the reader moves the window.
    """

    pixels: bytes
    rows: int
    columns: int
    channels: Literal[1, 3]
    slope: float
    intercept: float
    window: Window | None
    voi_lut: VoiLut | None
    inverted: bool
    pixel_aspect: float
    frame: int
    frames: int
    format: str
    bits_stored: int
    modality: str | None
    body_part: str | None
    view: str | None
    transfer_syntax: str | None
    synthetic: bool
    notes: tuple[str, ...]
    spacing: tuple[float, float] | None = None
    measured_at: MeasuredAt = ""


@dataclass(frozen=True)
class Placement:
    """The rectangle that the image occupies in the model input, in fractions of its width and height.

    left < right and top < bottom. Input outside the rectangle is padding; an image that was cut to fill the input goes
    beyond [0, 1], where the network did not see it. A heat map spans the whole model input, so the placement is needed
    to map it back onto the image.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def visible(self) -> "Placement":
        """Return the part of the rectangle inside the model input, which is all that the network sees of the image."""
        return Placement(max(self.left, 0.0), max(self.top, 0.0), min(self.right, 1.0), min(self.bottom, 1.0))

    @property
    def is_cut(self) -> bool:
        """Return whether part of the image lies outside the model input."""
        return self != self.visible


@dataclass(frozen=True)
class OodScore:
    """An out-of-distribution score: how far an image is from those that its model suits.

    distance: to the nearest of the classes, >= 0; threshold: 95 % of the held-out images and of copies of them in other
    sizes, framings and encodings lie no farther.
    """

    distance: float
    threshold: float

    @property
    def is_outside(self) -> bool:
        """Return whether the distance exceeds the threshold, as it does for 1 in 20 validation images."""
        return self.distance > self.threshold


@dataclass(frozen=True)
class SimilarCase:
    """A recorded validation case that resembles the image in the network's features.

    labels: the true ones; findings: those of the model; distance: 1 is the typical distance of a validation case from
    its own neighbours.
    """

    case: str
    labels: tuple[str, ...]
    findings: tuple[str, ...]
    distance: float


@dataclass(frozen=True)
class Counterfactual:
    """The smallest image region found whose blurring moves a label's probability across its threshold.

    The probability may cross in either direction.
    hidden: bool (rows, columns) of cells over the image, True where it was blurred; none where nothing flips the label.
    before, after: probability for the image as it is, and with the region blurred; without a flip, `after` is the value
    farthest from `before`. most: the largest share of the image that was blurred in the search.
    """

    label: str
    hidden: NDArray[np.bool_]
    before: float
    after: float
    threshold: float
    most: float


Verdict = Literal["good", "unclear", "bad", "unmeasured"]


@dataclass(frozen=True)
class MapMeasure:
    """One quality measure of one heat map.

    value: higher is better, None where it could not be measured; bad_below, good_from: the limits of the verdict.
    words: what the result means, one sentence. details: what the value was computed from, by name.
    """

    name: str
    title: str
    verdict: Verdict
    words: str
    value: float | None
    bad_below: float
    good_from: float
    details: dict[str, float]


@dataclass(frozen=True)
class MapCheck:
    """Quality measures of one heat map of one image, all of them or the quick ones, with the overall verdict.

    shares: those of the image that were hidden, or shown alone. hidden, shown: for each order of places ("map": highest
    values first, "random", "centre"), the label's probability at each share. whole, soft: its probability for the image
    as it is, and with all of it blurred. Of a quick check all these are empty, whole and soft None. passes: number of
    images given to networks. caution: why the thresholds may not suit maps of this model by this method, one sentence;
    "" where they were chosen on such maps. quick: whether it is the quick check.
    """

    model: str
    version: str
    label: str
    method: str
    verdict: Literal["reliable", "unclear", "not to be relied on"]
    measures: tuple[MapMeasure, ...]
    shares: tuple[float, ...]
    hidden: dict[str, tuple[float, ...]]
    shown: dict[str, tuple[float, ...]]
    whole: float | None
    soft: float | None
    passes: int
    caution: str
    quick: bool = False

    @property
    def calibrated(self) -> bool:
        """Return whether the thresholds were chosen on maps of this model by this method."""
        return not self.caution


FieldFault = Literal["missing", "out of range", "unknown value"]
"""Why an answer goes without a field of the record."""


@dataclass(frozen=True)
class LabelShares:
    """What image, record and note contributed to one label's logit; all in logit units.

    base: the logit without any part. parts: Shapley values by "image", "record", "note", those that the model takes and
        in this order; with base they add up to the logit. fields: of the record's share, by field; words: of the note's
        share, one for each of Contributions.words.
    """

    base: float
    parts: dict[str, float]
    fields: dict[str, float]
    words: tuple[float, ...]


@dataclass(frozen=True)
class Contributions:
    """What each part of a case contributed to the answer of a model that takes a record or a note.

    faults: by field, why the answer goes without it. has_note: whether a note was given.
    shares: by label. words: of the note that were read, as written; unread: how many words more it had.
    fields_exact: whether the fields' shares are exact, else from sampled orders. words_error: how far the words' shares
        are from adding up to the note's, at most over labels, in logit units.
    """

    faults: dict[str, FieldFault]
    has_note: bool
    shares: dict[str, LabelShares]
    words: tuple[str, ...] = field(default=(), repr=False)
    unread: int = 0
    fields_exact: bool = True
    words_error: float = 0.0


@dataclass(frozen=True)
class Prediction:
    """The output of one model for one image.

    logits, probabilities: by label, in the card's order; probabilities lie in [0, 1] and sum to 1 when the card's task
        is exclusive; they are calibrated (temperature of the card) where `is_calibrated`, else the model's raw scores.
    findings: labels at or above their threshold, in the card's order; none without thresholds.
    prediction_set: labels that cannot be ruled out at the card's coverage; None where the card defines no sets.
    heatmaps: by label, float32 (height, width) of the explained layer, >= 0, in logit units.
    heatmap_scale: the card's reference: the evidence at which the colour scale ends, in logit units; None where it was
        not measured, and each map is stretched to its own maximum.
    placement: where the image lies in the area that the maps span.
    notes: what the reader must know about this answer, one sentence each.
    cautions: what speaks against relying on it at all, one sentence each.
    ood: None where the model's folder does not say what its training images looked like.
    similar_cases: the nearest first; none where the folder holds no reference cases.
    contributions: None for a model that takes images alone.
    """

    model: str
    version: str
    logits: dict[str, float]
    probabilities: dict[str, float]
    findings: tuple[str, ...]
    prediction_set: tuple[str, ...] | None
    heatmaps: dict[str, NDArray[np.float32]]
    heatmap_scale: float | None
    placement: Placement
    notes: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    ood: OodScore | None = None
    similar_cases: tuple[SimilarCase, ...] = ()
    is_calibrated: bool = True
    contributions: Contributions | None = None

    @property
    def explanation(self) -> "Explanation":
        """Return the heat maps as the Explanation that Engine.explain gives for "grad-cam"."""
        return Explanation(
            model=self.model,
            version=self.version,
            method="grad-cam",
            maps=self.heatmaps,
            units="logit",
            signed=False,
            scale=self.heatmap_scale,
            placement=self.placement,
        )


Units = Literal["logit", "probability", "relative"]
"""The units of a heat map: meddx.explain.methods.registry.Method says what each means."""


@dataclass(frozen=True)
class Explanation:
    """The maps of one explanation method for one image, one for every label.

    method: its name in meddx.explain.methods.METHODS; units and signed are the method's.
    maps: by label, float32 (height, width) of the method's own grid, over the whole model input.
    scale: evidence at which the colours end, in `units`, the same for every image; None where there is none, and a map
        can only be stretched to its own highest value.
    placement: where the image lies in the area that the maps span.
    """

    model: str
    version: str
    method: str
    maps: dict[str, NDArray[np.float32]]
    units: Units
    signed: bool
    scale: float | None
    placement: Placement


@dataclass(frozen=True)
class MethodPicture:
    """An image under one method's map, small.

    jpeg: the picture. word: how the map's quick check ended, of meddx.explain.map_check.check_words; reason: why, ""
    where the map marks nothing.
    """

    method: str
    jpeg: bytes
    word: str
    reason: str


@dataclass(frozen=True)
class MapGallery:
    """One image under the maps of several methods, all of one label.

    probability: of the label, in [0, 1]. jpeg: the image alone, with what is marked in it outlined.
    """

    label: str
    probability: float
    jpeg: bytes
    pictures: tuple[MethodPicture, ...]


@dataclass(frozen=True)
class Refusal:
    """A Refused error as plain data, for other processes and for JSON."""

    rule: str
    reason: str


OpinionVerdict = Literal["agree", "disagree", "unsure"]


@dataclass(frozen=True)
class ReaderOpinion:
    """What a reader thinks of a model's result on one label: a verdict, None until given, and a note.

    corrected: who disagrees may name the label that is right instead, "" for none.
    """

    verdict: OpinionVerdict | None = None
    note: str = ""
    corrected: str = ""


@dataclass(frozen=True)
class EngineStatus:
    """The state of the engine and of its models.

    state: "starting" (process not up), "warming" (up, loading models) or "ready".
    loaded: ids of the models that answer without loading; failed: id to the reason it cannot be used.
    restarts: how often the supervisor has replaced a dead worker.
    """

    state: Literal["starting", "warming", "ready"]
    loaded: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    restarts: int = 0


JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobStatus:
    """The state and progress of one job.

    done, total: pieces of its work, total 0 while unknown.
    eta_seconds: expected time to its end at the pace so far, None while unknown. message: the current step, or why the
    job failed. result: for a job that is done, the result of its kind; for one that a rule stopped, a Refusal; else
    None.
    """

    id: str
    kind: str
    state: JobState
    done: int = 0
    total: int = 0
    eta_seconds: float | None = None
    message: str = ""
    result: Any = None

    @property
    def ended(self) -> bool:
        """Return whether the job has ended: done, failed or cancelled."""
        return self.state in ("done", "failed", "cancelled")


class Progress(Protocol):
    """A callback that long work calls between two pieces, several times a second."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Report that `done` of `total` pieces are finished.

        total: 0 while unknown; message: what comes next. May raise to stop the work.
        """


def no_progress(done: int, total: int, message: str = "") -> None:
    """Ignore the reported progress."""


JSON = dict[str, Any]
