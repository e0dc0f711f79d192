"""Read a TensorFlow SavedModel as data: the graph of its serving function, and the values of its variables.

Nothing in the folder is run: `tf.saved_model.load` is never called. Its graph is a message of
tensorflow/core/protobuf/saved_model.proto, its variables are those of the checkpoint in variables/.
"""

import inspect
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.core.protobuf import saved_model_pb2, trackable_object_graph_pb2

from meddx.errors import Refused

CALLS = ("PartitionedCall", "StatefulPartitionedCall")
"""Operations that call another function of the graph."""
VALUE_OPERATIONS = ("ReadVariableOp", "IdentityN")
"""Operations that give what they take: a variable's value, or all of several."""
REACHING_OUT = re.compile(r".*(File|PyFunc|Remote|Save|Restore|Checkpoint|Print|Queue|Dataset|Send|Recv).*")
"""Operations that read or write files, call Python or send what they take; they are refused wherever they stand."""
MOST_OPERATIONS = 200_000
"""Operations in a graph, every call of a function counted."""
MOST_CALLS_DEEP = 50
MOST_NUMBERS = 2**29
"""Numbers in all variables, and in all constants and what is made of them; 2 GiB of float32."""
_SERVING = "serving_default"
_OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"

Node = Any
"""A NodeDef of tensorflow/core/framework/node_def.proto."""
Apply = Callable[[Node, list[Any]], Any]
"""Give an operation's only output of its inputs."""


@dataclass(frozen=True)
class ServingGraph:
    """What a SavedModel answers with.

    function: the name of its serving function; functions: all by name, as FunctionDef.
    input: name and shape (None for an open side) of the only input; outputs: name -> index among the function's.
    captured: node of the object graph behind each further argument of the function.
    tensorflow: the version that wrote it.
    """

    function: str
    functions: dict[str, Any]
    input: tuple[str, tuple[int | None, ...]]
    outputs: dict[str, int]
    captured: tuple[int, ...]
    objects: Any
    constants: dict[str, Node]
    tensorflow: str


def read_graph(folder: Path) -> ServingGraph:
    """Return the graph in a SavedModel's folder. Raises Refused where it has no serving function of one image."""
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    except Exception as error:  # the parser raises whatever a broken message makes it raise
        raise Refused("model-file-broken", "saved_model.pb is cut short or damaged; copy or save it again.") from error
    for meta in saved.meta_graphs:
        if _SERVING in meta.signature_def and "serve" in meta.meta_info_def.tags:
            return _serving(meta)
    raise Refused(
        "savedmodel-signature",
        f"The SavedModel has no function {_SERVING!r}; save it with model.export or model.save('model.keras').",
    )


def _serving(meta: Any) -> ServingGraph:  # noqa: ANN401 - a MetaGraphDef
    signature, objects = meta.signature_def[_SERVING], meta.object_graph_def
    if len(signature.inputs) != 1:
        raise Refused(
            "several-inputs",
            f"The SavedModel takes {len(signature.inputs)} inputs, and only models of one image can be asked here; "
            "save one that takes the image alone.",
        )
    ((name, given),) = signature.inputs.items()
    if given.dtype != tf.float32.as_datatype_enum or len(given.tensor_shape.dim) != 4:
        kind = tf.dtypes.as_dtype(given.dtype).name
        axes = "any number of" if given.tensor_shape.unknown_rank else len(given.tensor_shape.dim)
        raise Refused(
            "not-an-image-input",
            f"Input {name!r} takes {kind} of {axes} axes, and images are float32 of 4: image, height, width and "
            "channel; save a model of images.",
        )
    function = _signature_function(objects)
    captured = tuple(objects.concrete_functions[function].bound_inputs)
    outputs = {key: int(one.name.rpartition(":")[2]) for key, one in sorted(signature.outputs.items())}
    return ServingGraph(
        function,
        {one.signature.name: one for one in meta.graph_def.library.function},
        (name, tuple(None if dim.size < 0 else dim.size for dim in given.tensor_shape.dim)),
        outputs,
        captured,
        objects,
        {node.name: node for node in meta.graph_def.node if node.op == "Const"},
        meta.meta_info_def.tensorflow_version[:40] or "unknown",
    )


def _signature_function(objects: Any) -> str:  # noqa: ANN401 - a SavedObjectGraph
    """Return the name of the function behind the serving signature."""
    place = 0
    for step in ("signatures", _SERVING):
        children = {child.local_name: child.node_id for child in objects.nodes[place].children} if objects.nodes else {}
        if not 0 <= children.get(step, -1) < len(objects.nodes):
            raise Refused(
                "savedmodel-signature",
                "The SavedModel was written by TensorFlow 1, without its functions; "
                "load it where it was made and save it with model.save('model.keras').",
            )
        place = children[step]
    name = str(objects.nodes[place].bare_concrete_function.concrete_function_name)
    if name not in objects.concrete_functions:
        raise Refused("model-file-broken", "The SavedModel's serving function is not in it; save it again.")
    return name


def operations(graph: ServingGraph) -> Iterator[tuple[Node, bool]]:
    """Yield every operation with whether an answer depends on it, of each function once.

    Raises Refused for a broken graph.
    """
    waiting, seen = [graph.function], {graph.function}
    while waiting:
        function = _function(graph, waiting.pop())
        answering = {node.name for node in operations_of_answer(function)}
        for node in function.node_def:
            yield node, node.name in answering
            if node.op in CALLS and node.attr["f"].func.name not in seen:
                seen.add(node.attr["f"].func.name)
                waiting.append(node.attr["f"].func.name)


def _function(graph: ServingGraph, name: str) -> Any:  # noqa: ANN401 - a FunctionDef
    if name not in graph.functions:
        raise _broken(f"function {name[:80]!r}")
    return graph.functions[name]


def operations_of_answer(function: Any) -> list[Node]:  # noqa: ANN401 - a FunctionDef
    """Return the operations that a function's outputs depend on, each after those that it takes.

    What they only wait for, such as the next state of a random generator, changes no answer and is left out.
    """
    nodes = {node.name: node for node in function.node_def}
    arguments = {one.name for one in function.signature.input_arg}
    order: list[Node] = []
    state: dict[str, bool] = {}  # False: its inputs are being looked at; True: in order
    waiting = [_source(one) for one in function.ret.values()]
    while waiting:
        name = waiting[-1]
        if name in arguments or state.get(name):
            waiting.pop()
            continue
        if name not in nodes:
            raise _broken(f"operation {name[:80]!r}")
        sources = [_source(one) for one in nodes[name].input if not one.startswith("^")]
        open_ones = [one for one in sources if one not in arguments and not state.get(one)]
        if not open_ones:
            state[name] = True
            order.append(nodes[name])
            waiting.pop()
        elif name in state:
            raise _broken(f"operation {name[:80]!r}, which takes its own output")
        else:
            state[name] = False
            waiting.extend(open_ones)
    return order


def evaluate(graph: ServingGraph, image: object, values: Sequence[object], apply: Apply) -> dict[str, Any]:
    """Return the graph's outputs by name, every operation but calls and variables done by `apply`.

    image: what stands for the input. values: of `captured`. Raises Refused for a graph that calls itself.
    """
    outputs = _Run(graph, apply).called(graph.function, [image, *values], 0)
    return {name: outputs[index] for name, index in graph.outputs.items()}


@dataclass
class _Run:
    """One pass through a graph. left, room: how many operations and numbers in constants it may still take."""

    graph: ServingGraph
    apply: Apply
    left: int = MOST_OPERATIONS
    room: int = field(default_factory=lambda: MOST_NUMBERS)

    def called(self, name: str, given: list[Any], depth: int) -> list[Any]:
        """Return the outputs of a function."""
        function = _function(self.graph, name)
        names = [one.name for one in function.signature.input_arg]
        if depth > MOST_CALLS_DEEP or len(names) != len(given):
            raise _broken(f"function {name[:80]!r}")
        known: dict[str, list[Any]] = {one: [value] for one, value in zip(names, given, strict=True)}
        for node in operations_of_answer(function):
            self.left -= 1
            if self.left < 0:
                raise Refused(
                    "graph-too-large",
                    f"The SavedModel's graph has more than {MOST_OPERATIONS:,} operations; use a smaller network.",
                )
            inputs = [_value(known, one) for one in node.input if not one.startswith("^")]
            if node.op in CALLS:
                known[node.name] = self.called(node.attr["f"].func.name, inputs, depth + 1)
            elif node.op in VALUE_OPERATIONS:
                known[node.name] = inputs
            else:
                known[node.name] = [made := self.apply(node, inputs)]
                self.room -= made.size if isinstance(made, np.ndarray) else 0
                if self.room < 0:
                    raise _too_many(f"{node.name[:80]!r} and the constants before it")
        return [_value(known, function.ret[one.name]) for one in function.signature.output_arg]


def _value(known: dict[str, list[Any]], reference: str) -> Any:  # noqa: ANN401 - whatever apply gives
    """Return what "operation:output:index" or the name of an argument stands for."""
    source, _, output = reference.partition(":")
    index = int(output.rpartition(":")[2] or 0)
    aside = (
        "batch_mean",
        "batch_variance",
        "reserve_space_1",
        "reserve_space_2",
        "reserve_space_3",
    )  # of FusedBatchNorm
    if index >= len(known[source]) or output.partition(":")[0] in aside:
        raise _broken(f"output {reference[:80]!r}")
    return known[source][index]


def _source(reference: str) -> str:
    return reference.partition(":")[0]


def _broken(what: str) -> Refused:
    return Refused("model-file-broken", f"The SavedModel's graph lacks {what}; save it again.")


def _too_many(what: str) -> Refused:
    return Refused("too-many-weights", f"The SavedModel states too many numbers in {what}; save the model again.")


def setting(node: Node, name: str) -> Any:  # noqa: ANN401 - what the attribute holds
    """Return an attribute of an operation. Where it is left out, as SavedModels do, TensorFlow's default."""
    if name not in node.attr or (kind := node.attr[name].WhichOneof("value")) is None:
        return inspect.signature(getattr(tf.raw_ops, node.op)).parameters[name].default
    content = getattr(node.attr[name], kind)
    if kind == "list":
        return [*content.i, *content.f]
    if kind == "type":
        return tf.dtypes.as_dtype(content)
    return content.decode() if isinstance(content, bytes) else content


def constant(node: Node) -> NDArray[Any]:
    """Return the value of a Const operation. Raises Refused for texts and for more numbers than a network has."""
    tensor = node.attr["value"].tensor
    if math.prod(dim.size for dim in tensor.tensor_shape.dim) > MOST_NUMBERS:
        raise _too_many(repr(node.name[:80]))
    value = np.asarray(tf.make_ndarray(tensor))
    if value.dtype.kind not in "fiub":
        raise Refused(
            "graph-operation", f"Constant {node.name[:80]!r} is no number; save a network that takes an image alone."
        )
    return value


def captured_values(graph: ServingGraph, folder: Path) -> list[NDArray[Any]]:
    """Return the values of the variables and constants that the serving function takes, in its order.

    Raises Refused where the checkpoint lacks one, or holds more numbers than its files have room for.
    """
    reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    shapes = reader.get_variable_to_shape_map()
    room = sum(path.stat().st_size for path in (folder / "variables").iterdir())
    keys = _checkpoint_keys(graph, reader)
    values: list[NDArray[Any]] = []
    constants = variables = 0  # numbers in them
    for index in graph.captured:
        node = graph.objects.nodes[index]
        if node.WhichOneof("kind") == "constant" and node.constant.operation in graph.constants:
            values.append(constant(graph.constants[node.constant.operation]))
            constants += values[-1].size
            if constants > MOST_NUMBERS:
                raise _too_many("its constants")
            continue
        key = keys.get(index)
        if node.WhichOneof("kind") != "variable" or key not in shapes:
            raise Refused(
                "savedmodel-variables",
                f"The SavedModel takes a {node.WhichOneof('kind') or 'part'} that is no variable of its checkpoint; "
                "save the model with model.save('model.keras').",
            )
        variables += math.prod(shapes[key])
        if variables > min(room, MOST_NUMBERS):
            raise Refused("too-many-weights", "The checkpoint states more numbers than it holds; save the model again.")
        values.append(np.asarray(reader.get_tensor(key)))
    return values


def _checkpoint_keys(graph: ServingGraph, reader: Any) -> dict[int, str]:  # noqa: ANN401 - a CheckpointReader
    """Return the checkpoint's key of each variable, by its node in the object graph; the paths to both are the same."""
    kept = trackable_object_graph_pb2.TrackableObjectGraph()
    kept.ParseFromString(bytes(reader.get_tensor(_OBJECTS)))
    keys: dict[int, str] = {}
    seen, waiting = {(0, 0)}, [(0, 0)]
    while waiting:
        mine, theirs = waiting.pop()
        for attribute in kept.nodes[theirs].attributes:
            if attribute.name == _VALUE:
                keys.setdefault(mine, attribute.checkpoint_key)
        beside = {child.local_name: child.node_id for child in kept.nodes[theirs].children}
        for child in graph.objects.nodes[mine].children:
            pair = (child.node_id, beside.get(child.local_name, -1))
            if pair[1] >= 0 and pair not in seen:
                seen.add(pair)
                waiting.append(pair)
    return keys
