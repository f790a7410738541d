"""Walking through one pass of backpropagation through time, without a terminal.

The walk is a cursor in a ``core.trace.Trace``: going back is ``index - 1``, and exact. Commands in
words (``commands``) move it; the screen's keys, its command line and ``--script`` share them.
"""
