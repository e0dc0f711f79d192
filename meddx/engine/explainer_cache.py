"""Cache the explanation methods of one model, each compiled when it is first asked for."""

import threading

from meddx.errors import Refused
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import Explainer
from meddx.model.loading import LoadedModel


class ExplainerCache:
    """A cache of one model's compiled explanation methods.

    Safe to use from many threads; one method is built at a time.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
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
                self._built[method] = METHODS[method].build(self._loaded.network)
            return self._built[method]
