"""Explain networks by methods that have a row in the registry and a file each.

contract      what a built method is: (images, labels) -> maps
cam, passes   the compiled passes that methods share
family        every method of the Grad-CAM family from one pass
"""

from meddx.explain.methods.registry import METHODS, QUICK, SLOW, Counterpart, Method

__all__ = ["METHODS", "QUICK", "SLOW", "Counterpart", "Method"]
