"""Connect tensors to a network although operations of it have names that Keras gave twice.

Keras names what has no name by its kind, and numbers these names for each process, beginning anew. It refuses a network
in which two operations have one name: so an operation that is put behind a network from a file (`relu`) may
have the name of one in the file (DenseNet121 of keras.applications has a layer `relu`).
"""

from itertools import count
from typing import Any

import keras


def connected_network(
    inputs: Any,  # noqa: ANN401 (what keras.Model takes)
    outputs: Any,  # noqa: ANN401
    of: keras.Model | None = None,
    name: str | None = None,
) -> keras.Model:
    """Return the network from inputs to outputs; an operation whose name another has is given one of its own.

    inputs, outputs: symbolic tensors in the structures that keras.Model takes. of: the network whose operations keep
    their names, since others know them by these.
    """
    kept = set() if of is None else set(map(id, of.operations))
    taken: set[str] = set()
    for operation in sorted(_behind(outputs), key=lambda one: id(one) not in kept):
        given = operation.name
        if given in taken:
            operation.name = next(other for number in count(1) if (other := f"{given}_{number}") not in taken)
        taken.add(operation.name)
    return keras.Model(inputs, outputs, name=name)


def _behind(outputs: Any) -> list[keras.Operation]:  # noqa: ANN401
    """Return the operations that outputs come from, those nearest to the outputs last."""
    found, uses = dict[int, keras.Operation](), set[tuple[int, int]]()
    waiting = keras.tree.flatten(outputs)
    while waiting:
        operation, use, _ = waiting.pop()._keras_history
        if operation is not None and (id(operation), use) not in uses:
            uses.add((id(operation), use))
            found[id(operation)] = operation
            waiting += operation._inbound_nodes[use].input_tensors
    return list(reversed(found.values()))
