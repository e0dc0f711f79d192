"""Charts that pages share, one a module: each has a plain Plotly figure and the rows of its table.

A figure takes several series, name -> data, to draw several models in one chart; style.py gives each series its colour
and dash in order.
"""
