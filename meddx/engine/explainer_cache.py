"""Cache the explanation methods of one model, each compiled when it is first asked for."""

import threading

import keras

from meddx.errors import Refused
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import Explainer, RunLogits


class ExplainerCache:
    """A cache of the compiled explanation methods of one network, image -> [features, logits].

    Safe to use from many threads; one method is built at a time. run: as of Method.build.
    """

    def __init__(self, network: keras.Model, run: RunLogits | None = None) -> None:
        self._network, self._run = network, run
        self._lock = threading.Lock()
        self._built: dict[str, Explainer] = {}

    def __call__(self, method: str) -> Explainer:
        """Return the method of this name.

        Raises Refused for a name that METHODS does not hold.
        """
        if method not in METHODS:
            raise Refused("no-method", f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
        with self._lock:
            if method not in self._built:
                self._built[method] = METHODS[method].build(self._network, self._run)
            return self._built[method]
