"""The app: a client of a run's server that draws what it is told.

``history`` keeps what arrived, ``feed`` asks for more at the app's own rate, ``widgets`` draw with
the help of ``renderables``, ``screens`` arrange them.
"""
