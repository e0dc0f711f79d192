"""What the viewer says: every sentence of its markup and its scripts, by the key that these know it by."""

from pages.ui.common.language.component_words import component_words
from pages.ui.common.language.language import N_, _

_WORDS = {
    # tools
    "image": N_("Image"),
    "window": N_("Window"),
    "window_tip": N_("Window presets"),
    "invert": N_("Invert"),
    "invert_tip": N_("Invert (I)"),
    "touch": N_("Window by touch"),
    "touch_tip": N_("One finger moves the film, or changes its window"),
    "zoom_out": N_("Zoom out"),
    "zoom_out_tip": N_("Zoom out (−)"),
    "zoom_in": N_("Zoom in"),
    "zoom_in_tip": N_("Zoom in (+)"),
    "reset": N_("Reset"),
    "reset_tip": N_("Reset window, zoom, turns and inversion (R)"),
    "tools": N_("Tools"),
    "tools_tip": N_("Rotate, flip, measure"),
    "mark_text": N_("Mark text"),
    "mark_text_tip": N_("Drag over text to mark it, inside a place to move it, at its edge to resize it"),
    "heat_map": N_("Heat map"),
    "heat_map_tip": N_("Show or hide the heat map (O)"),
    "opacity": N_("Opacity"),
    "hide_weak": N_("Hide weak areas"),
    "position": N_("Position"),
    "rotate": N_("Rotate"),
    "rotate_tip": N_("Rotate by a quarter turn to the right (T)"),
    "flip": N_("Flip"),
    "flip_tip": N_("Exchange left and right (H)"),
    "fit": N_("Fit"),
    "fit_tip": N_("Fit the whole image (F, or double-click)"),
    "full_size_tip": N_("One image pixel per screen pixel (1)"),
    "measure": N_("Measurements"),
    "length": N_("Length"),
    "length_tip": N_("Draw a line"),
    "angle": N_("Angle"),
    "angle_tip": N_("Draw two lines"),
    "area": N_("Area"),
    "area_tip": N_("Draw the diagonal of an ellipse"),
    "ratio": N_("Ratio"),
    "cardiothoracic": N_("Cardiothoracic ratio"),
    "ratio_tip": N_("Draw two lines, as heart and thorax for the cardiothoracic ratio"),
    "remove_last": N_("Remove last"),
    "remove_last_tip": N_("Remove the last measurement (Delete)"),
    "removal": N_("Removal of measurements"),
    "to_remove": N_("Measurement to remove"),
    "to_remove_tip": N_("Choose a measurement of this image; it is drawn in another colour"),
    "none_chosen": N_("Choose one"),
    "numbered_measure": N_("{number}. {measure}"),
    "remove_chosen": N_("Remove chosen"),
    "remove_chosen_tip": N_("Remove the chosen measurement (Delete)"),
    "remove_all": N_("Remove all"),
    "remove_all_tip": N_("Remove all measurements of this image"),
    "frame": N_("Frame"),
    # for screen readers and the keyboard
    "image_viewer": N_("image viewer"),
    "measurement": N_("Measurement"),
    "under": N_("Value under the pointer"),
    "shown": N_("Window and zoom"),
    "keys": N_(
        "Drag: window width and level. Wheel: zoom, in a series the next image, with Ctrl zoom. Shift-drag: pan. "
        "Touch: one finger moves the image, two zoom. Keys: arrows change the window, Shift and arrows pan, + and − "
        "zoom, I inverts, T rotates, H flips, F fits, 1 shows one image pixel per screen pixel, O shows or hides the "
        "heat map, R resets, Page Up and Page Down go through a series, Home and End to its ends, N and P open the "
        "next and the previous image. While a measuring tool is chosen: drag, or arrows (with Shift finely) and Enter "
        "for both ends of a line; Delete removes the chosen measurement, else the last one, Escape ends."
    ),
    # what is shown
    "no_image": N_("No image"),
    "loading": N_("Loading the image…"),
    "image_gone": N_("This image is no longer in memory. Open it again."),
    "frame_number": N_("{frame} of {frames}"),
    "window_shown": N_("W {width}  L {center}"),
    "colour": N_("colour"),
    "zoom_shown": N_("zoom {share} %"),
    "value": N_("value {value}"),
    "evidence": N_("evidence {strength}"),
    # measures
    "at_detector": N_("{value} at the detector"),
    "on_film": N_("{value} on the scanned film"),
    "without_spacing": N_("{value} (the file states no pixel spacing)"),
    "detector": N_("{value} (detector)"),
    "film": N_("{value} (film)"),
    "full_of_measures": N_("This image has {count} measurements, the most that are kept. Remove one to draw another."),
    "second_line": N_("{value}; draw the second line"),
    "both_angles": N_("{angle}° (the other angle {other}°)"),
    # heat map
    "percent": N_("{share} %"),
    "of_scale": N_("{share} % of the scale"),
    "of_strongest": N_("{share} % of the strongest"),
    "below": N_("below {strength}"),
    "mark_tip": N_("weaker areas are hidden"),
    "on_scale": N_("{method}, strength of evidence"),
    "relative": N_("{method}, relative"),
    "strongest": N_("strongest"),
    "half": N_("half"),
    "for": N_("{strength} for"),
    "against": N_("{strength} against"),
    "map": N_(
        "Heat map of {label} by {method}: strongest in the {place} of the image as shown, {strength}; it covers "
        "{share} % of the image."
    ),
    "map_against": N_("Evidence against it, in stripes, is strongest in the {place}: {strength}."),
    "empty_map": N_("Heat map: {sentence}"),
    "no_evidence": N_("No evidence for {label} on this image."),
    "hidden_as_weak": N_("Evidence for {label} is hidden as weak: at most {strength}."),
    "striped": N_("Stripes mark evidence against it."),
    "upper_left": N_("upper left"),
    "upper_middle": N_("upper middle"),
    "upper_right": N_("upper right"),
    "left": N_("left"),
    "centre": N_("centre"),
    "right": N_("right"),
    "lower_left": N_("lower left"),
    "lower_middle": N_("lower middle"),
    "lower_right": N_("lower right"),
}
_WINDOWS = (
    N_("Default window"),
    N_("1–99 %"),
    N_("Full range"),
    N_("Custom"),
    N_("Lung"),
    N_("Mediastinum"),
    N_("Soft tissue"),
    N_("Liver"),
    N_("Brain"),
    N_("Subdural"),
    N_("Stroke"),
    N_("Angiography"),
    N_("Bone"),
    N_("Lung fields"),
    N_("Mediastinum and bone"),
    N_("Dense tissue"),
    N_("High contrast"),
    N_("Bright tissue"),
)
"""Window presets by the names that window.js gives them."""


def viewer_words() -> dict[str, object]:
    """Return the sentences in the reader's language, those of the window presets by their English names."""
    return {**component_words(_WORDS), "windows": {name: _(name) for name in _WINDOWS}}
