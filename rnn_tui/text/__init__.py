"""Corpora, vocabulary, the held-out split, batches that carry the state, and safe display."""
