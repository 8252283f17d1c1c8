"""Random chains of transformations, against a model that is nothing but lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.data.values import Dataset, elements, mapped


class Model:
    """A dataset as the list of its elements: numbers, pairs of these, or batches of these."""

    def __init__(self, values, ordered=True):
        self.values = values
        self.ordered = ordered

    def take(self, count):
        return self.values if count < 0 else self.values[:count]

    def skip(self, count):
        return [] if count < 0 else self.values[count:]

    def repeat(self, count):
        return self.values * count

    def shard(self, shards, index):
        return self.values[index::shards]

    def concatenate_itself(self):
        return self.values + self.values

    def enumerate(self, start):
        return list(enumerate(self.values, start))

    def batch(self, size, drop):
        groups = [self.values[at : at + size] for at in range(0, len(self.values), size)]
        return [stacked(group) for group in groups if not drop or len(group) == size]

    def unbatch(self):
        return [row for value in self.values for row in rows(value)]

    def zip_with_itself(self):
        return [(value, value) for value in self.values]

    def pass_on(self):
        return list(self.values)


def stacked(group):
    if isinstance(group[0], tuple):
        return tuple(map(stacked, zip(*group)))
    return list(group)


def rows(value):
    return list(zip(*map(rows, value))) if isinstance(value, tuple) else value


def depth(value):
    """How many axes all components have at least."""
    if isinstance(value, tuple):
        return min(map(depth, value))
    return 1 + depth(value[0]) if isinstance(value, list) else 0


def shape(value):
    if isinstance(value, tuple):
        return tuple(map(shape, value))
    return (len(value), *shape(value[0])) if isinstance(value, list) else ()


counts = st.integers(-1, 12)
STEPS = st.one_of(
    st.tuples(st.just("take"), counts),
    st.tuples(st.just("skip"), counts),
    st.tuples(st.just("repeat"), st.integers(0, 3)),
    st.tuples(st.just("shard"), st.integers(1, 3), st.integers(0, 2)),
    st.tuples(st.just("batch"), st.integers(1, 4), st.booleans()),
    st.tuples(st.just("enumerate"), st.integers(-2, 5)),
    st.sampled_from([(name,) for name in ("unbatch", "concatenate", "zip", "cache", "map")]),
    st.sampled_from([("prefetch", 2), ("shuffle", 1), ("rebatch", 3)]),
)


def apply(step, dataset, values):
    """The dataset and the list after a step; both unchanged where the step makes no sense."""
    name, *arguments = step
    model = Model(values)
    if name in ("take", "skip", "repeat", "enumerate"):
        return getattr(dataset, name)(*arguments), getattr(model, name)(*arguments)
    if name == "shard":
        shards, index = arguments[0], arguments[1] % arguments[0]
        return dataset.shard(shards, index), model.shard(shards, index)
    if name == "batch":
        if len(set(map(str, map(shape, values)))) > 1:
            return dataset, values
        return dataset.batch(*arguments), model.batch(*arguments)
    if name in ("unbatch", "rebatch"):
        if not values or depth(values[0]) == 0:
            return dataset, values
        flat = Model(model.unbatch())
        if name == "unbatch":
            return dataset.unbatch(), flat.values
        if len(set(map(str, map(shape, flat.values)))) > 1:
            return dataset, values
        return dataset.rebatch(3), flat.batch(3, False)
    if name == "concatenate":
        return dataset.concatenate(dataset), model.concatenate_itself()
    if name == "zip":
        return Dataset.zip(dataset, dataset), model.zip_with_itself()
    if name == "map":
        return mapped(dataset), values
    return getattr(dataset, name)(*arguments), values


@given(st.integers(0, 12), st.lists(STEPS, max_size=6))
def test_chains_give_what_lists_give(count, steps):
    dataset, values = Dataset.range(count), list(range(count))
    for step in steps:
        dataset, values = apply(step, dataset, values)
        if len(values) > 500:
            break
    for _ in range(2):
        assert elements(dataset) == values
    size = int(dataset.cardinality())
    assert size in (len(values), -2)


@given(
    st.integers(0, 30),
    st.lists(STEPS.filter(lambda step: step[0] not in ("batch", "rebatch")), max_size=2),
    st.integers(1, 40),
    st.integers(1, 7),
)
def test_shuffled_chains_have_the_same_elements(count, steps, buffer_size, batch_size):
    dataset, values = Dataset.range(count), list(range(count))
    for step in steps:
        dataset, values = apply(step, dataset, values)
    shuffled = dataset.shuffle(buffer_size)
    order = elements(shuffled)
    assert sorted(order, key=repr) == sorted(values, key=repr)
    batches = elements(shuffled.batch(batch_size))
    assert len(batches) == -(-len(values) // batch_size)
    assert sorted((row for batch in batches for row in rows(batch)), key=repr) == sorted(
        values, key=repr
    )
    # Positions: nothing comes out before it has been in the buffer.
    positions = elements(dataset.enumerate().shuffle(buffer_size).map(lambda n, _: n))
    assert all(p - step < buffer_size for step, p in enumerate(positions))
