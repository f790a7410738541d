"""The words of sampling, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GLOSSARY: Final[Mapping[str, str]] = {
    "surprise": "−log₂ of the probability that the network gave to a character, in bits, at"
    " temperature 1 and without cut-offs: 0 where it was sure, 1 where it would have tossed a"
    " coin. A prompt is scored like what was drawn.",
    "bpc": "bits per character, the mean surprise of a text; bpb where a symbol is a byte.",
    "entropy": "the surprise to be expected of a distribution, −Σ p log₂ p, in bits.",
    "perplexity (ppl)": "2 to the bits per character: so many equally probable characters would"
    " surprise as much.",
    "temperature": "the logits are divided by it: below 1 the likely gets likelier, 0 always"
    " takes the likeliest, above 1 the unlikely gets its chance, infinity makes all alike.",
    "top-k": "only the k most probable characters can be drawn; 0: all (Fan et al. 2018).",
    "top-p": "only the most probable that together reach p can be drawn; 1: all (Holtzman et"
    " al. 2020).",
    "rank": "the place of a character among all by its probability, from 1.",
    "branch": "another character in one place, and on from the very state that was kept there:"
    " draw number d uses random number d of the seed in every branch.",
    "side by side": "the same prompt and the same random numbers at several temperatures, or"
    " with several networks: what differs, differs by those alone.",
    "unit": "one number of the hidden state. Its colour on the text is what it was after each"
    " character.",
    "r": "Pearson's correlation of a unit with a property over the run's own text: 1 where they"
    " rise and fall together, −1 where one falls as the other rises.",
}
