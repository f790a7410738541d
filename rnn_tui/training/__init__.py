"""The run as a process: trainer, session, server, and the client that talks to it.

``trainer`` is pure and synchronous; ``session`` owns a run directory and answers requests;
``server`` gives a session a socket and a process; ``client`` is the other end, ``protocol``
what travels between the two, ``views`` what a pane on a screen can ask to see.
"""
