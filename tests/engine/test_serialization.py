"""Everything that crosses the seam comes back as it went, whatever its fields hold."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from itertools import zip_longest
from math import isnan
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest

from meddx.engine import client, serialization
from meddx.engine.contract import Engine
from meddx.engine.job_kinds import JOB_KINDS

TYPES = list(serialization.TYPES.values())
PLAIN: dict[type, list[Any]] = {
    str: ["", "Schädel a.p. \N{SNOWMAN}"],
    int: [0, -(2**63), 2**64 - 1],
    float: [0.1, -np.inf, 5e-324],
    bool: [True, False],
    bytes: [b"", b"\x00\xff\xc1"],
    NoneType: [None],
}
ARRAYS = [
    np.arange(6, dtype=np.float32).reshape(2, 3).T,  # not contiguous
    np.zeros((0, 3), np.float32),
    np.array(2.5, np.float32),
    np.array([[True, False]]),
    np.array([1, -2], ">i2"),
]


def examples(hint) -> list[Any]:  # noqa: PLR0911 (one for each form of a type)
    """Values of a type, every alternative of a union and every word of a Literal among them."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return [None, {"a": (0.5, 0.25)}, *(example for kind in TYPES for example in first(kind))]
    if hint in PLAIN:
        return PLAIN[hint]
    if origin in (Union, UnionType):
        return [value for alternative in arguments for value in examples(alternative)]
    if origin is Literal:
        return list(arguments)
    if origin is np.ndarray:
        return ARRAYS
    if origin is tuple and arguments[1:] == (...,):
        return [(), tuple(examples(arguments[0]))]
    if origin is tuple:
        return [tuple(examples(part)[0] for part in arguments)]
    if origin in (dict, Mapping):
        return [{}, dict.fromkeys(examples(arguments[0]), examples(arguments[1])[-1])]
    assert is_dataclass(hint), f"no example of {hint}: say here what crosses"
    return built(hint)


def first(kind) -> list[Any]:
    """One of them, but of those that hold others in turn none."""
    return built(kind)[:1] if not {"result", "columns"} & {field.name for field in fields(kind)} else []


def built(kind) -> list[Any]:
    """Instances in which together every field takes each of its examples, and one with the defaults."""
    hints = get_type_hints(kind)
    columns = {field.name: examples(hints[field.name]) for field in fields(kind)}
    rows = zip_longest(*columns.values(), fillvalue=MISSING)
    filled = [
        {name: columns[name][-1] if value is MISSING else value for name, value in zip(columns, row, strict=True)}
        for row in rows
    ]
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    return [kind(**row) for row in filled] + [kind(**{name: columns[name][0] for name in needed})]


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, tuple):
        for ours, theirs in zip(one, other, strict=True):
            assert_same(ours, theirs)
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other or (isnan(one) and isnan(other))


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_what_is_packed_comes_back(kind):
    made = built(kind)
    assert len(made) >= 2
    for message in made:
        assert_same(serialization.deserialize(serialization.serialize(message)), message)


def reached(hint) -> set[type]:
    """The dataclasses in a type, at any depth."""
    if is_dataclass(hint):
        inside = get_type_hints(hint)
        return {hint}.union(*(reached(inside[field.name]) for field in fields(hint)))
    return set().union(*(reached(part) for part in get_args(hint)))


@pytest.mark.parametrize(
    "answer",
    [getattr(Engine, name) for name in vars(Engine) if not name.startswith("_")]
    + [kind.run for kind in JOB_KINDS.values()],
    ids=lambda method: f"{method.__module__.rpartition('.')[2]}.{method.__name__}",
)
def test_whatever_an_engine_or_a_job_answers_with_can_cross(answer):
    assert reached(get_type_hints(answer)["return"]) <= set(TYPES)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_keep_shape_type_and_order(array):
    assert_same(serialization.deserialize(serialization.serialize(array)), array)


LONG = bytes(range(256)) * 1024


@pytest.mark.parametrize(
    "message",
    [
        LONG,
        b"",
        None,
        {},
        {"data": LONG, "frame": 3},
        {"kind": "explain", "arguments": {"data": LONG, "note": LONG[:9]}},
    ],
    ids=["long", "empty", "nothing", "no values", "question", "nested"],
)
def test_parts_are_what_serialize_gives_and_hold_long_bytes_themselves(message):
    parts = serialization.message_parts(message)
    assert b"".join(parts) == serialization.serialize(message)
    long = [part.obj for part in parts if isinstance(part, memoryview)]
    assert all(one is LONG for one in long)
    assert bool(long) == (LONG in (message, *nested(message)))


def nested(message):
    """The values in dicts, at any depth."""
    values = list(message.values()) if isinstance(message, dict) else []
    return values + [deeper for value in values for deeper in nested(value)]


@pytest.mark.parametrize("length", [(1 << 16) - 1, 1 << 16, (1 << 17) - 1, 1 << 17, (1 << 17) + 1, 1_000_003])
def test_a_question_of_any_length_arrives_whole(length):
    parts = serialization.message_parts({"before": 1, "data": bytes(length), "after": "the end"})
    pieces = list(client._pieces(parts))
    assert b"".join(pieces) == b"".join(parts)
    assert all(0 < len(piece) <= client._PIECE_BYTES for piece in pieces)


def test_many_short_parts_are_cut_too():
    parts = serialization.message_parts({f"label {number}": bytes(1 << 15) for number in range(40)})
    pieces = list(client._pieces(parts))
    assert b"".join(pieces) == b"".join(parts)
    assert max(map(len, pieces)) <= client._PIECE_BYTES
    assert len(pieces) < len(parts)


def test_not_a_number_crosses():
    assert np.isnan(serialization.deserialize(serialization.serialize(float("nan"))))


def test_only_plain_data_crosses():
    with pytest.raises(TypeError, match="PosixPath"):
        serialization.serialize({"path": Path("/")})
    with pytest.raises(TypeError, match="ndarray"):
        serialization.serialize(np.array([None]))
    with pytest.raises(ValueError, match="no type that crosses"):
        serialization.deserialize(serialization.serialize({"__kind__": "Popen", "args": "true"}))
