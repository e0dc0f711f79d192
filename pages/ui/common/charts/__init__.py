"""Charts common to pages, one a file: each a function from arrays to a plain Plotly figure, and its numbers as rows.

A figure takes several series, name -> data, so that models can be laid over one another; style.py gives each series
its colour and dash, in the order in which they come.
"""
