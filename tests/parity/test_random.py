"""Expressions drawn at random, the same on every run: what no one thought of writing down."""

from __future__ import annotations

import random

from tests.parity.support import Either, either, rows

DRAWN = 150
SHAPES = ([], [1], [3], [4, 1], [3, 4], [1, 4], [2, 3, 4], [2, 1, 4], [0, 4], [5, 0, 2])


def shape(draw: random.Random) -> list[int]:
    return draw.choice(SHAPES)


def one_slice(draw: random.Random) -> str:
    bounds = ["", *(str(number) for number in range(-6, 7))]
    step = draw.choice(["", "", "1", "2", "-1", "-2", "3"])
    return f"{draw.choice(bounds)}:{draw.choice(bounds)}" + (f":{step}" if step else "")


def index(draw: random.Random, rank: int) -> str:
    parts = []
    for _ in range(draw.randint(0, rank)):
        integer = str(draw.randint(-3, 2))
        parts.append(draw.choice([integer, one_slice(draw), one_slice(draw), f"c({integer})"]))
    for extra in ("...", "None"):
        if draw.random() < 0.3:
            parts.insert(draw.randint(0, len(parts)), extra)
    return ", ".join(parts) or "..."


def indexing(draw: random.Random) -> str:
    size = draw.choice([[3], [3, 4], [2, 3, 4], [2, 3, 2, 3]])
    return f"numbers({size})[{index(draw, len(size))}]"


def indexing_gradient(draw: random.Random) -> str:
    size = draw.choice([[3], [3, 4], [2, 3, 4]])
    return f"grad(lambda x: x[{index(draw, len(size))}] ** 2, numbers({size}))"


def broadcasting(draw: random.Random) -> str:
    operator = draw.choice("+ - * / // % ** < >= == !=".split())
    return f"numbers({shape(draw)}) {operator} numbers({shape(draw)})"


def broadcasting_gradient(draw: random.Random) -> str:
    operator = draw.choice("+ - * / **".split())
    both = f"numbers({shape(draw)}) + 9.0, numbers({shape(draw)})"
    return f"grad(lambda x, y: x {operator} y, {both})"


def reducing(draw: random.Random) -> str:
    name = draw.choice("sum mean max min prod logsumexp".split())
    axes = draw.choice([None, 0, 1, -1, 2, -2, [0, 1], [0, -1], [1, 2], []])
    keep = draw.choice([True, False])
    options = f"axis={axes}, keepdims={keep}"
    if draw.random() < 0.5:
        return f"tf.reduce_{name}(numbers({shape(draw)}), {options})"
    return f"grad(lambda x: tf.reduce_{name}(x, {options}), numbers({shape(draw)}))"


def reshaping(draw: random.Random) -> str:
    size, target = shape(draw), draw.choice(SHAPES)
    if target and draw.random() < 0.6:
        target = list(target)
        target[draw.randrange(len(target))] = -1
    return f"tf.reshape(numbers({size}), {target})"


def multiplying(draw: random.Random) -> str:
    sides = [draw.choice([[3, 4], [4, 3], [2, 3, 4], [2, 4, 3], [1, 4, 4], [4]]) for _ in range(2)]
    flips = f"transpose_a={draw.random() < 0.5}, transpose_b={draw.random() < 0.5}"
    call = f"tf.matmul(x, y, {flips})"
    return f"grad(lambda x, y: {call}, numbers({sides[0]}), numbers({sides[1]}))"


def joining(draw: random.Random) -> str:
    axis = draw.randint(-3, 2)
    name = draw.choice(["concat", "stack"])
    return f"tf.{name}([numbers({shape(draw)}), numbers({shape(draw)})], axis={axis})"


def gathering(draw: random.Random) -> str:
    size = draw.choice([[3], [3, 4], [2, 3, 4]])
    places = draw.choice(["[0]", "[2, 0]", "[[1, 0], [0, 0]]", "1", "[0, 3]"])
    options = f"axis={draw.randint(-2, 2)}"
    return f"grad(lambda x: tf.gather(x, {places}, {options}) * 2.0, numbers({size}))"


MAKERS = (
    indexing,
    indexing_gradient,
    broadcasting,
    broadcasting_gradient,
    reducing,
    reshaping,
    multiplying,
    joining,
    gathering,
)


def numbers(tf):
    """Small positive numbers, no two alike, so that no maximum is a tie."""

    def made(size):
        count = tf.reduce_prod(tf.constant(size, tf.int32))
        return tf.reshape(tf.range(1.0, 1.0 + tf.cast(count, tf.float32)) / 4.0, size)

    return made


def drawn() -> list[Either]:
    lines: dict[str, None] = {}
    for maker in MAKERS:
        draw = random.Random(maker.__name__)
        lines.update(dict.fromkeys(maker(draw) for _ in range(DRAWN)))
    return either("\n".join(lines), rtol=1e-5, numbers=numbers)


@rows("random", drawn())
def test_random(case: Either) -> None:
    case.check()
