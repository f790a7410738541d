"""The panes of the stepper: each draws one ``View`` and nothing else."""
