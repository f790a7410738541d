"""The first checkpoint of a run that begins with given weights."""

from __future__ import annotations

from rnn_tui.core.arrays import Params
from rnn_tui.runs.checkpoint import Checkpoint
from rnn_tui.runs.configuration import RunConfig
from rnn_tui.runs.facts import TrainedText
from rnn_tui.text.split import split
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.origin import origin_of
from rnn_tui.training.trainer import Trainer


def first_checkpoint(
    config: RunConfig, vocabulary: Vocabulary, corpus: TrainedText, params: Params
) -> Checkpoint:
    """What a trainer saves that has these weights and has not made a step.

    ``params`` have the shapes that the configuration gives; they get its dtype.
    """
    training, held_out = split(vocabulary.encode(corpus.text), config.held_out)
    trainer = Trainer(config, len(vocabulary), training, held_out)
    for name, view in trainer.params.items():
        view[...] = params[name]
    return origin_of(corpus.sha256, config).stamped(trainer.checkpoint())
