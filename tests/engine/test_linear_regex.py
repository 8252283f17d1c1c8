"""Regular expressions in linear time: they agree with `re`, and no pattern keeps them busy."""

from __future__ import annotations

import random
import re
import time

import pytest

import glassbrook as tf
from glassbrook.engine.interpreter.linear_regex import LinearPattern, ways
from glassbrook.errors import InvalidArgumentError

PATTERNS = (
    "(a+)+b",
    "a|ab",
    "(a|ab)(c|bcd)(d*)",
    "x*",
    "a{2,3}?b",
    "(?i:AB)c*",
    r"[^\n\ud800-\udfff]*b",
    r"\A(a|b)*\Z",
    r"(?a:\b)a+(?a:\b)",
    "(?m:^)a",
    r"a(?=\n|\Z)",
    "(a|b|ab)*c",
    "a??b",
    "(a)|(b)",
    "((a)|b)*",
    "a*?b",
    "(?:a|b){2}c?",
    "(?:a?b){0,2}",
)


def as_tuple(found, groups):
    if found is None:
        return None
    return (found.start(), found.end(), *(found.group(each) for each in range(groups + 1)))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_matches_are_those_of_re(pattern):
    by_re, linear = re.compile(pattern), LinearPattern(pattern)
    assert linear.groups == by_re.groups
    source = random.Random(1)
    for _ in range(150):
        text = "".join(source.choice("aabbcd\nA ") for _ in range(source.randrange(9)))
        for place in range(len(text) + 1):
            expected = as_tuple(by_re.search(text, place), by_re.groups)
            assert as_tuple(linear.search(text, place), linear.groups) == expected, (text, place)
        whole = linear.fullmatch(text)
        assert (whole is None) == (by_re.fullmatch(text) is None), text
        assert whole is None or (whole.start(), whole.end()) == (0, len(text))


def test_ways_tell_what_may_take_long():
    for pattern in ("(a+)+", "(a|aa)*", "(?:a?){30}", "(?:(?:ab*)c)*", "(a|aa){200}"):
        assert ways(pattern) == 1000, pattern
    for pattern in ("[a-z]+", r"\s*,\s*", "<[^>]+>", "(ab|cd)e?", "(?:abc)+", "a{3}"):
        assert ways(pattern) <= 3, pattern


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 3000 + "b"),
        ("(a|aa)+$", "a" * 3000 + "b"),
        ("(a*)*b", "a" * 3000),
        ("a*a*a*a*a*c", "a" * 3000),
        (r"(\w+\s?)+$", "word " * 600 + "!"),
        ("(?:a?){30}a{30}b", "a" * 60),
        ("(x+x+)+y", "x" * 200),
    ],
)
def test_no_pattern_takes_exponential_time(pattern, text):
    begin = time.perf_counter()
    assert tf.strings.regex_replace(text, pattern, "!").numpy() == text.encode()
    assert not tf.strings.regex_full_match(text, pattern).numpy()
    assert time.perf_counter() - begin < 5


def test_long_texts_are_replaced_as_short_ones():
    word = "aab ab b aaa "
    short = tf.strings.regex_replace(word, "(a+)+b", r"<\1>").numpy()
    assert short == b"<aa> <a> b aaa "
    assert tf.strings.regex_replace(word * 100, "(a+)+b", r"<\1>").numpy() == short * 100


def test_what_would_need_too_much_room_is_refused():
    with pytest.raises(InvalidArgumentError, match="too large") as caught:
        tf.strings.regex_replace("a" * 50, "((?:a?b?){200}){200}", "").numpy()
    assert "refused" in str(caught.value)
