"""The tiny network by hand: floats, lists and ``math``, nothing of the program.

Written down as one does it on paper: every number of the pass in the order of the walk, under the
name that it has there.
"""

from __future__ import annotations

from math import exp, log, sqrt, tanh

READ, TO_SAY = "abc", "bca"
W_xh = {"a": [0.6, -0.4], "b": [-0.3, 0.8], "c": [0.5, 0.2]}
W_hh = [[0.5, -0.3], [0.2, 0.4]]
b_h = [0.1, -0.1]
W_hy = [[1.0, -0.5, 0.2], [-0.4, 0.8, 0.3]]
b_y = [0.0, 0.1, -0.1]
h_0 = [0.4, -0.6]
CLIP, RATE = 0.5, 0.5
UNITS, SYMBOLS = range(2), range(3)


def by_hand():
    """Yield the name and the numbers, row after row, of every result of the walk."""
    h, p = [h_0], [None]
    for t in (1, 2, 3):
        u = W_xh[READ[t - 1]]
        yield f"u_{t}", u
        r = [h[t - 1][0] * W_hh[0][j] + h[t - 1][1] * W_hh[1][j] for j in UNITS]
        yield f"r_{t}", r
        z = [u[j] + r[j] + b_h[j] for j in UNITS]
        yield f"z_{t}", z
        h.append([tanh(z[j]) for j in UNITS])
        yield f"h_{t}", h[t]
        y = [h[t][0] * W_hy[0][k] + h[t][1] * W_hy[1][k] + b_y[k] for k in SYMBOLS]
        yield f"y_{t}", y
        total = exp(y[0]) + exp(y[1]) + exp(y[2])
        p.append([exp(y[k]) / total for k in SYMBOLS])
        yield f"p_{t}", p[t]
    yield from losses(p)
    parts = {name: [] for name in ("dW_xh", "dW_hh", "db_h", "dW_hy", "db_y")}
    yield from backward(h, p, parts)
    yield from what_follows(parts)


def target(t):
    return "abc".index(TO_SAY[t - 1])


def losses(p):
    each = [-log(p[t][target(t)]) for t in (1, 2, 3)]
    for t in (1, 2, 3):
        yield f"loss_{t}", [each[t - 1]]
    yield "loss", [(each[0] + each[1] + each[2]) / 3]


def backward(h, p, parts):
    future = [0.0, 0.0]
    for t in (3, 2, 1):
        dy = [(p[t][k] - (1 if k == target(t) else 0)) / 3 for k in SYMBOLS]
        yield f"dy_{t}", dy
        parts["dW_hy"].append([h[t][i] * dy[k] for i in UNITS for k in SYMBOLS])
        yield f"dW_hy^{t}", parts["dW_hy"][-1]
        parts["db_y"].append(dy)
        yield f"db_y^{t}", dy
        a = [sum(dy[k] * W_hy[i][k] for k in SYMBOLS) for i in UNITS]
        yield f"a_{t}", a
        dh = [a[i] + future[i] for i in UNITS]
        yield f"dh_{t}", dh
        dz = [dh[i] * (1 - h[t][i] ** 2) for i in UNITS]
        yield f"dz_{t}", dz
        parts["dW_hh"].append([h[t - 1][i] * dz[j] for i in UNITS for j in UNITS])
        yield f"dW_hh^{t}", parts["dW_hh"][-1]
        parts["db_h"].append(dz)
        yield f"db_h^{t}", dz
        future = [dz[0] * W_hh[i][0] + dz[1] * W_hh[i][1] for i in UNITS]
        yield f"f_{t - 1}", future
        read = READ[t - 1]
        parts["dW_xh"].append([dz[j] if symbol == read else 0.0 for symbol in "abc" for j in UNITS])
        yield f"dW_xh^{t}", parts["dW_xh"][-1]


def what_follows(parts):
    sums = {
        name: [sum(column) for column in zip(*three, strict=True)] for name, three in parts.items()
    }
    yield from sums.items()
    norm = sqrt(sum(number**2 for numbers in sums.values() for number in numbers))
    yield "norm", [norm]
    scale = min(1, CLIP / norm)
    yield "scale", [scale]
    clipped = {name: [number * scale for number in numbers] for name, numbers in sums.items()}
    yield from clipped.items()
    weights = {
        "W_xh": [*W_xh["a"], *W_xh["b"], *W_xh["c"]],
        "W_hh": [*W_hh[0], *W_hh[1]],
        "b_h": b_h,
        "W_hy": [*W_hy[0], *W_hy[1]],
        "b_y": b_y,
    }
    for name, before in weights.items():
        change = clipped[f"d{name}"]
        yield name, [w - RATE * d for w, d in zip(before, change, strict=True)]
