"""The words of backpropagation through time, one sentence each."""

from __future__ import annotations

GLOSSARY: dict[str, str] = {
    "BPTT": (
        "Backpropagation through time: the network is unrolled into one copy for each time"
        " step, all with the same weights, and the chain rule is followed from the loss back"
        " through all of them (Werbos 1990)."
    ),
    "window": (
        "The T characters that one training step reads; gradients flow inside of it and stop at"
        " its first character."
    ),
    "carried state": (
        "The hidden state at the end of one window is where the next one begins, so that the"
        " network remembers further back than gradients reach."
    ),
    "teacher forcing": (
        "While it is trained, the network is given the true character at every step, not the"
        " one it would have said itself (Williams and Zipser 1989)."
    ),
    "truncated BPTT": (
        "The incoming state is treated as a constant: whatever earlier windows could have done"
        " better for this one gets no gradient (Williams and Peng 1990)."
    ),
    "logits": (
        "The scores y, one for each symbol, before the softmax; only their differences matter."
    ),
    "softmax": (
        "Turns logits into probabilities: each becomes exp(y) over the sum of all of them; all"
        " are positive and they sum to 1."
    ),
    "cross-entropy": (
        "The loss of one character: minus the logarithm of the probability that the network"
        " gave to what really came next."
    ),
    "nats": (
        "The unit of a loss with the natural logarithm; one nat is 1.4427 bits, and guessing"
        " among V symbols costs ln V nats."
    ),
    "hidden state": (
        "The vector h that a layer hands from one time step to the next: all that it remembers"
        " (Elman 1990)."
    ),
    "gradient": (
        "For every number of an array, how much the loss changes for each unit that this number"
        " changes; d and a name is the gradient of the loss with respect to it."
    ),
    "chain rule": (
        "The derivative of a composition is the product of the derivatives: the backward pass"
        " applies it to one operation after the other, from the loss back."
    ),
    "outer product": (
        "All products of a number of one vector with a number of another, as a matrix: the"
        " gradient of a weight is what went in there times the gradient that came back out."
    ),
    "saturated": (
        "A tanh unit is saturated where |h| > 0.99: its slope 1 − h² is below 0.02, so it"
        " hardly reacts and hardly lets a gradient through."
    ),
    "vanishing gradient": (
        "Each step back multiplies by W_hhᵀ and the slopes of tanh; if that shrinks, the"
        " gradient fades exponentially and the network cannot learn what lies far back (Bengio"
        " et al. 1994)."
    ),
    "exploding gradient": (
        "If each step back stretches the gradient instead, it grows exponentially and one"
        " update can ruin the weights; clipping is the remedy (Pascanu et al. 2013)."
    ),
    "clipping": (
        "If all gradients together are longer than a limit, they are shortened alike: the"
        " direction stays, the step does not explode (Pascanu et al. 2013, algorithm 1)."
    ),
    "learning rate": (
        "η: how far each update goes along the direction that the optimiser has chosen."
    ),
    "Adam's moments": (
        "Running averages of the gradient (the mean) and of its square: each weight moves by"
        " the mean over the root of the square, so that all move about equally far (Kingma and"
        " Ba 2015)."
    ),
    "complex step": (
        "A derivative without subtraction: shift one number by i·10⁻²⁰⁰ and read the imaginary"
        " part of the loss; exact to rounding (Squire and Trapp 1998)."
    ),
    "Jacobian": (
        "The matrix of all derivatives of one vector with respect to another: row i, column j"
        " says how the j-th output changes with the i-th input, for vectors are rows here."
    ),
    "spectral radius": (
        "The largest magnitude of an eigenvalue of W_hh: below 1 a linear recurrence forgets,"
        " and with tanh gradients must vanish if the largest singular value is below 1 (Pascanu"
        " et al. 2013)."
    ),
    "credit": (
        "How much the loss of step t depends on the state at an earlier step s: the norm of"
        " dL_t/dh_s, the length of the gradient that travels back from t to s."
    ),
    "effective horizon": (
        "How many characters back the network can learn from: the lag from which on credit stays"
        " below 1% of that at lag 0; the threshold is a convention."
    ),
}
"""In the order in which they come up."""
