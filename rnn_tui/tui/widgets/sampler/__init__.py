"""The panes of the sampler."""
