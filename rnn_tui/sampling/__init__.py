"""Texts from a network, without a terminal: written, scored, branched, and looked into."""
