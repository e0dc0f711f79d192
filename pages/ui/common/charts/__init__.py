"""Charts that pages share, one a module: each has a plain Plotly figure and the rows of its table.

A figure takes several series, name -> data, to draw several models in one chart; style.py gives each series its colour
and dash in order.
"""

# Streamlit imports pandas late, on whichever thread first needs it, and Plotly takes what then is in sys.modules: a
# page opened at that moment failed on a module half imported. Imported here, it is whole before any figure is drawn.
import pandas  # type: ignore[import-untyped]  # noqa: F401
