"""Say what runs a model's network on this computer, and why."""

from meddx.model.inference.evidence import ONNX_RUNTIME, TENSORFLOW, evidence_of
from pages.ui.common.language.formatting import decimal
from pages.ui.common.language.language import _


def runtime_text(weights_sha256: str) -> str:
    """Return one sentence without its full stop. weights_sha256: of the model's weights."""
    evidence = evidence_of(weights_sha256)
    if evidence is None:
        return _("TensorFlow; nothing else was measured on this computer")
    if evidence.cannot:
        return _("TensorFlow; ONNX Runtime cannot run this network")
    taken = {name: decimal(milliseconds, 1) for name, milliseconds in evidence.milliseconds[1].items()}
    if evidence.chosen == ONNX_RUNTIME:
        return _("ONNX Runtime, {ours} ms an image on this computer; TensorFlow takes {other} ms").format(
            ours=taken[ONNX_RUNTIME], other=taken[TENSORFLOW]
        )
    return _("TensorFlow, {ours} ms an image on this computer; ONNX Runtime takes {other} ms").format(
        ours=taken[TENSORFLOW], other=taken[ONNX_RUNTIME]
    )
