"""The screens: what is arranged together, and the questions that are asked over it."""
