"""Functions of strings; the expected values are TensorFlow's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassbrook import errors
from glassbrook.ops import strings as ops
from glassbrook.tensor import constant


def value_of(tensor: Any) -> Any:
    if hasattr(tensor, "to_list"):
        return tensor.to_list()
    value = tensor.numpy()
    return value.tolist() if isinstance(value, np.ndarray) else value


VALUES: list[tuple[Callable[[], Any], Any]] = [
    (lambda: ops.lower("HeLLo"), b"hello"),
    (lambda: ops.lower("É"), "É".encode()),
    (lambda: ops.lower("É", encoding="utf-8"), "é".encode()),
    (lambda: ops.lower([["A"]]), [[b"a"]]),
    (lambda: ops.upper(["a", "Bé"]), [b"A", "Bé".encode()]),
    (lambda: ops.upper("ß", encoding="utf-8"), b"SS"),
    (lambda: ops.upper(b"\xff", encoding="utf-8"), b"\xef\xbf\xbd"),
    (lambda: ops.length("é中"), 5),
    (lambda: ops.length("é中", unit="UTF8_CHAR"), 2),
    (lambda: ops.length(b"\xff\xc3\xa9", unit="UTF8_CHAR"), 2),
    (lambda: ops.length(["a", "bcd", ""]), [1, 3, 0]),
    (lambda: ops.join(["a", "b"]), b"ab"),
    (lambda: ops.join(["a", "b"], separator="-"), b"a-b"),
    (lambda: ops.join([["a", "b"], ["c", "d"]], "/"), [b"a/c", b"b/d"]),
    (lambda: ops.join(["x", ["a", "b"]]), [b"xa", b"xb"]),
    (lambda: ops.join(constant([["a", "b"], ["c", "d"]])), [b"ac", b"bd"]),
    (lambda: ops.join([constant("a")]), b"a"),
    (lambda: ops.join([]), b""),
    (lambda: ops.reduce_join(["a", "b"], separator=","), b"a,b"),
    (lambda: ops.reduce_join(["a", "b"], keepdims=True), [b"ab"]),
    (lambda: ops.reduce_join([["a", "b"], ["c", "d"]]), b"abcd"),
    (lambda: ops.reduce_join([["a", "b"], ["c", "d"]], axis=0), [b"ac", b"bd"]),
    (lambda: ops.reduce_join([["a", "b"], ["c", "d"]], axis=[1, 0], separator="-"), b"a-b-c-d"),
    (lambda: ops.reduce_join([["a", "b"], ["c", "d"]], axis=[0, 1]), b"acbd"),
    (lambda: ops.reduce_join([["a", "b"], ["c", "d"]], -1, True), [[b"ab"], [b"cd"]]),
    (lambda: ops.split("a b  c"), [b"a", b"b", b"c"]),
    (lambda: ops.split(" a b "), [b"a", b"b"]),
    (lambda: ops.split("a,b,,c", sep=","), [b"a", b"b", b"", b"c"]),
    (lambda: ops.split("a,b,c", sep=",", maxsplit=1), [b"a", b"b,c"]),
    (lambda: ops.split(""), []),
    (lambda: ops.split("", sep=","), [b""]),
    (lambda: ops.split(" a b  c ", maxsplit=1), [b"a", b"b  c "]),
    (lambda: ops.split(" a b  c ", sep=" "), [b"", b"a", b"b", b"", b"c", b""]),
    (lambda: ops.split("abc", sep=""), [b"abc"]),
    (lambda: ops.split("a b", maxsplit=0), [b"a b"]),
    (lambda: ops.split("a--b--", sep="--"), [b"a", b"b", b""]),
    (lambda: ops.split(["a b", "c d"]), [[b"a", b"b"], [b"c", b"d"]]),
    (lambda: ops.split(["a b c", "", "d"]), [[b"a", b"b", b"c"], [], [b"d"]]),
    (lambda: ops.split([["a b", "c"], ["d", "e"]]), [[[b"a", b"b"], [b"c"]], [[b"d"], [b"e"]]]),
    (lambda: ops.split([["a b"], ["c d"]]), [[[b"a", b"b"]], [[b"c", b"d"]]]),
    (lambda: ops.bytes_split("é"), [b"\xc3", b"\xa9"]),
    (lambda: ops.bytes_split(["ab", "cd"]), [[b"a", b"b"], [b"c", b"d"]]),
    (lambda: ops.unicode_split("é中", "UTF-8"), ["é".encode(), "中".encode()]),
    (lambda: ops.unicode_split(b"a\xff", "UTF-8", errors="ignore"), [b"a"]),
    (lambda: ops.unicode_decode("aé", "UTF-8"), [97, 233]),
    (lambda: ops.unicode_decode(b"a\xff", "UTF-8", replacement_char=63), [97, 63]),
    (lambda: ops.unicode_encode([97, 233], "UTF-8"), "aé".encode()),
    (lambda: ops.unicode_encode([[97], [-1]], "UTF-8", "ignore"), [b"a", b""]),
    (lambda: ops.substr("hello", 1, 3), b"ell"),
    (lambda: ops.substr("hello", -3, 2), b"ll"),
    (lambda: ops.substr("hello", 1, 100), b"ello"),
    (lambda: ops.substr("hello", 5, 1), b""),
    (lambda: ops.substr("hello", 1, -1), b"ello"),
    (lambda: ops.substr("hello", -5, 2), b"he"),
    (lambda: ops.substr("", 0, 1), b""),
    (lambda: ops.substr(["hello", "world"], [0, 1], [1, 2]), [b"h", b"or"]),
    (lambda: ops.substr("é中a", 1, 1, unit="UTF8_CHAR"), "中".encode()),
    (lambda: ops.substr("héllo", 1, -1, unit="UTF8_CHAR"), b""),
    (lambda: ops.substr("héllo", -5, 1, unit="UTF8_CHAR"), b"h"),
    (lambda: ops.strip("  a b \n"), b"a b"),  # noqa: B005
    (lambda: ops.strip("\x0b a\x00 "), b"a\x00"),  # noqa: B005
    (lambda: ops.as_string(1.5), b"1.500000"),
    (lambda: ops.as_string(True), b"true"),
    (lambda: ops.as_string(True, width=7), b"true"),
    (lambda: ops.as_string([1.0, 2.25]), [b"1.000000", b"2.250000"]),
    (lambda: ops.as_string(3.14159, precision=2), b"3.14"),
    (lambda: ops.as_string(3.14159, precision=3, scientific=True), b"3.142e+00"),
    (lambda: ops.as_string(3, width=5), b"    3"),
    (lambda: ops.as_string(3, width=5, fill="0"), b"00003"),
    (lambda: ops.as_string(3.5, width=10, fill="0"), b"003.500000"),
    (lambda: ops.as_string(3.5, width=10, fill="-"), b"3.500000  "),
    (lambda: ops.as_string(3.5, width=10, fill="+"), b" +3.500000"),
    (lambda: ops.as_string(3.5, width=10, fill="#"), b"  3.500000"),
    (lambda: ops.as_string(1e10), b"10000000000.000000"),
    (lambda: ops.as_string(1e10, scientific=True), b"1.000000e+10"),
    (lambda: ops.as_string(1e10, shortest=True), b"1e+10"),
    (lambda: ops.as_string(3.5, precision=3, shortest=True), b"3.5"),
    (lambda: ops.as_string(constant(0.1, "float16")), b"0.099976"),
    (lambda: ops.as_string(constant(0.1, "float64"), precision=12), b"0.100000000000"),
    (lambda: ops.as_string(float("nan")), b"nan"),
    (lambda: ops.as_string(constant(-np.float32("nan"))), b"-nan"),
    (lambda: ops.as_string(float("-inf")), b"-inf"),
    (lambda: ops.as_string(constant(2**63, "uint64")), b"9223372036854775808"),
    (lambda: ops.as_string(constant([1, 255], "uint8")), [b"1", b"255"]),
    (lambda: ops.as_string("a"), b"a"),
    (lambda: ops.as_string("a", width=5), b"    a"),
    (lambda: ops.to_number("3.5"), 3.5),
    (lambda: ops.to_number(["1", "2e3", " 4 "]), [1.0, 2000.0, 4.0]),
    (lambda: ops.to_number("3", "int32"), 3),
    (lambda: ops.to_number(" +5\n", "int32"), 5),
    (lambda: ops.to_number("-7", "int64"), -7),
    (lambda: ops.to_number("4294967295", "uint32"), 2**32 - 1),
    (lambda: ops.to_number("-INF"), -np.inf),
    (lambda: ops.to_number("Infinity", "float64"), np.inf),
    (lambda: ops.to_number("1e400"), np.inf),
    (lambda: ops.to_number("1e-50"), 0.0),
    (lambda: ops.to_number(".5"), 0.5),
    (lambda: ops.to_number("5."), 5.0),
    (lambda: ops.to_number("0x10"), 16.0),
    (lambda: ops.to_number("0x1p3"), 8.0),
    (lambda: ops.regex_full_match(["abc", "abcd"], "abc|abcd"), [True, True]),
    (lambda: ops.regex_full_match(["abc", "abcd", "ab"], "a.c"), [True, False, False]),
    (lambda: ops.regex_full_match(["", "a\n"], "a?"), [True, False]),
    (lambda: ops.format("x={}", constant([1, 2])), b"x=[1 2]"),
    (lambda: ops.format("{} {}", (constant(1), constant(2.5))), b"1 2.5"),
    (lambda: ops.format("x={} {}", (constant([1.5, 2]), constant(["a"]))), b'x=[1.5 2] ["a"]'),
    (lambda: ops.format("x={}", constant(np.arange(20))), b"x=[0 1 2 ... 17 18 19]"),
    (lambda: ops.format("{}", constant([[1, 2], [3, 4]])), b"[[1 2]\n [3 4]]"),
    (lambda: ops.format("{}", constant(np.arange(9)), summarize=-1), b"[0 1 2 3 4 5 6 7 8]"),
    (lambda: ops.format("{}", constant([True, False])), b"[1 0]"),
    (lambda: ops.format("x=%s", constant(3.0), placeholder="%s"), b"x=3"),
    (lambda: ops.format("no tensors", []), b"no tensors"),
]


@pytest.mark.parametrize(("call", "expected"), VALUES, ids=range(len(VALUES)))
def test_value(call: Callable[[], Any], expected: Any) -> None:
    assert value_of(call()) == expected


def test_nan_is_a_number() -> None:
    assert np.isnan(ops.to_number(["nan", "+NaN"]).numpy()).all()


REPLACEMENTS: list[tuple[Any, str, str, Any]] = [
    ("hello world", "o", "0", b"hell0 w0rld"),
    ("abc", "(a)(b)", r"\2\1", b"bac"),
    (["a1", "b22"], r"\d+", "#", [b"a#", b"b#"]),
    ("abc", "", "-", b"-a-b-c-"),
    ("abxd", "x*", "-", b"-a-b-d-"),
    ("abc", "b", r"[\0]", b"a[b]c"),
    ("abc", "b", "\\\\", b"a\\c"),
    ("a\n", "a$", "x", b"a\n"),
    ("a\nb", "(?m)^", "x", b"xa\nxb"),
    ("a\nb", "(?m)$", "x", b"ax\nbx"),
    ("a\nb", ".", "x", b"x\nx"),
    ("a\nb", "(?s).", "x", b"xxx"),
    ("a\nb", "(?s-s:.)", "x", b"x\nx"),
    ("a1_é", r"\w", "x", "xxxé".encode()),
    ("aé中", ".", " ", b"   "),
    ("a\u00a0b c\x0bd", r"\s", "", "a\u00a0bc\x0bd".encode()),
    ("a.b!", "[[:punct:]]", "", b"ab"),
    ("ab1", "[[:^alpha:]]", "x", b"abx"),
    ("aé1", r"\pL", "x", b"xx1"),
    ("aé1", r"\p{L}+", "x", b"x1"),
    ("aé1", r"\PL", "x", "aéx".encode()),
    ("aé1", r"[^\p{^L}]", "x", b"xx1"),
    ("aB", r"\p{Lu}", "x", b"ax"),
    ("ABCb", "(?i)b", "x", b"AxCx"),
    ("ÉAé", "(?i)é", "x", b"xAx"),
    ("abAB", "a(?i)b|c", "x", b"xAB"),
    ("aBCC", "a(?i)b|c", "x", b"xxx"),
    ("aab", "(?i:A)+(b)", r"\1", b"b"),
    ("aaa", "a+?", "x", b"xxx"),
    ("aaa", "(?U)a+", "x", b"xxx"),
    ("aaa", "(?U)a+?", "x", b"x"),
    ("aaaa", "a{2}", "x", b"xx"),
    ("aaaa", "a{3,}", "x", b"x"),
    ("a{,2}", "a{,2}", "x", b"x"),
    ("a{b", "a{b", "x", b"x"),
    ("]-^", "[]^-]", "x", b"xxx"),
    ("a-b", r"[\w-]", "x", b"xxx"),
    ("a]b", r"[^\]]", "x", b"x]x"),
    ("\x41\u4e2d", r"\x41\x{4e2d}", "x", b"x"),
    ("S", r"\123", "x", b"x"),
    ("a.b*c", r"\Q.b*\E", "x", b"axc"),
    ("ab ab", r"\bab\z", "x", b"ab x"),
    ("abab", r"\Aab", "x", b"xab"),
    ("ab", "(?P<first>a)(?P<second>b)", r"\2\1", b"ba"),
    ("ab", "(a)|(b)", r"[\1\2]", b"[a][b]"),
    (b"\xff\x00a", ".", "x", b"\xffxx"),
    (b"\xff\xfea", "[^b]", "x", b"\xff\xfex"),
    ("", "^$", "x", b"x"),
    ("a|b", r"\|", "-", b"a-b"),
    ("ab", "(|a)b?", "x", b"xax"),
]


@pytest.mark.parametrize(("text", "pattern", "rewrite", "expected"), REPLACEMENTS)
def test_regex_replace(text: Any, pattern: str, rewrite: str, expected: Any) -> None:
    assert value_of(ops.regex_replace(text, pattern, rewrite)) == expected


def test_regex_replace_once_and_with_tensors() -> None:
    assert value_of(ops.regex_replace("aa", "a", "b", replace_global=False)) == b"ba"
    assert value_of(ops.regex_replace("abc", constant("b"), constant("x"))) == b"axc"
    assert value_of(ops.regex_replace("abc", b"b", b"x")) == b"axc"


BAD_PATTERNS = [
    "(",
    ")",
    "a)",
    "[",
    "[a",
    "*",
    "a**",
    "a|*",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?>a)",
    "(?#a)",
    r"(a)\1",
    r"\8",
    r"\Z",
    r"\y",
    "\\",
    r"\x{110000}",
    r"\xg",
    "a{2,1}",
    "a{1001}",
    "[z-a]",
    "[[:foo:]]",
    r"\p{Greek}",
    "(?z)",
    "(?P<a",
    "(?<a>b)",
]


@pytest.mark.parametrize("pattern", BAD_PATTERNS)
def test_a_bad_pattern_is_found_at_once(pattern: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="invalid regular expression"):
        ops.regex_replace("a", pattern, "")
    with pytest.raises(errors.InvalidArgumentError, match="invalid regular expression"):
        ops.regex_full_match("a", pattern)


FAILURES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: ops.lower(1), TypeError, "expected strings"),
    (lambda: ops.upper(constant([1.0])), TypeError, "as_string"),
    (lambda: ops.lower("x", encoding="foo"), ValueError, "encoding"),
    (lambda: ops.length("a", unit="foo"), ValueError, "unit"),
    (lambda: ops.length(1), TypeError, "expected strings"),
    (lambda: ops.join([["a", "b"], ["c", "d", "e"]]), errors.ShapeError, "same shape"),
    (lambda: ops.join(["a", 1]), TypeError, "expected strings"),
    (lambda: ops.join(["a"], separator=["a"]), errors.ShapeError, "one string"),
    (lambda: ops.reduce_join(["a"], axis=1), errors.OutOfRangeError, "axis 1"),
    (lambda: ops.unicode_split("a", "UTF-16"), ValueError, "UTF-8"),
    (lambda: ops.unicode_split(b"\xff", "UTF-8", errors="strict"), ValueError, "decode"),
    (lambda: ops.unicode_encode([-1], "UTF-8", errors="strict"), ValueError, "code point"),
    (lambda: ops.unicode_encode([1.0]), ValueError, "integers"),
    (lambda: ops.substr("hello", 6, 1).numpy(), ValueError, "pos 6"),
    (lambda: ops.substr("hello", -6, 1).numpy(), ValueError, "pos -6"),
    (lambda: ops.substr("hé", 3, 1, unit="UTF8_CHAR").numpy(), ValueError, "pos 3"),
    (lambda: ops.substr("a", 0, 1, unit="foo"), ValueError, "unit"),
    (lambda: ops.substr(["a", "b"], [0, 0, 0], 1), errors.ShapeError, "shapes"),
    (lambda: ops.as_string(3, precision=2), ValueError, "floats"),
    (lambda: ops.as_string(3, scientific=True), ValueError, "floats"),
    (lambda: ops.as_string(True, precision=3), ValueError, "floats"),
    (lambda: ops.as_string(3.5, shortest=True, scientific=True), ValueError, "both"),
    (lambda: ops.as_string(3.5, fill="x"), ValueError, "fill"),
    (lambda: ops.as_string(3.5, fill="00"), ValueError, "fill"),
    (lambda: ops.to_number("3", "uint8"), TypeError, "out_type"),
    (lambda: ops.to_number("3", "string"), TypeError, "out_type"),
    (lambda: ops.regex_replace("a", "a", r"\1"), ValueError, "group 1"),
    (lambda: ops.regex_replace("a", "a", r"\n"), ValueError, "escape"),
    (lambda: ops.regex_replace("a", "a", "\\"), ValueError, "escape"),
    (lambda: ops.regex_replace("a", ["a", "b"], ""), errors.ShapeError, "one string"),
    (lambda: ops.format("x={}", [constant(1), constant(2)]), ValueError, "2 tensors"),
    (lambda: ops.format("{} {}", constant(1)), ValueError, "2 placeholders"),
]


@pytest.mark.parametrize(("call", "kind", "text"), FAILURES, ids=range(len(FAILURES)))
def test_error(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text) as raised:
        call()
    assert isinstance(raised.value, errors.GlassbrookError)


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        *((text, "float32") for text in ("", "abc", "1e", "1_0", "1 2", "1,000", "1d5", "1.5f")),
        *((text, "int32") for text in ("", "3.5", "99999999999", "0x10", "--5", "- 5", "inf")),
        ("-1", "uint32"),
        ("", "float64"),
        ("9" * 30, "int64"),
        ("0x", "float32"),
        ("0x1p99999", "float64"),
    ],
)
def test_what_is_no_number(text: str, dtype: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="not a number"):
        ops.to_number(text, dtype).numpy()


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_empty(shape: tuple[int, ...]) -> None:
    x = constant(np.empty(shape, object))
    assert ops.lower(x).numpy().shape == shape
    assert ops.length(x).numpy().shape == shape
    assert ops.regex_replace(x, "a", "b").numpy().shape == shape
    assert ops.split(x).shape.as_list() == [*shape, None]
    assert ops.to_number(x).numpy().shape == shape
    assert ops.join([x, x]).numpy().shape == shape
    assert value_of(ops.reduce_join(constant(np.empty(0, object)))) == b""


def test_shapes_and_dtypes_are_known_before_the_values() -> None:
    x = constant([["a", "b"]])
    assert ops.length(x).dtype == "int32"
    assert ops.length(x).shape == (1, 2)
    assert ops.to_number(x, "int64").dtype == "int64"
    assert ops.regex_full_match(x, "a").dtype == "bool"
    assert ops.split("a b").dtype == "string"


def test_every_code_point_can_be_matched() -> None:
    text = "".join(map(chr, [0, 10, 127, 128, 0xD7FF, 0xE000, 0xFFFD, sys.maxunicode]))
    assert value_of(ops.regex_replace(text, "(?s).", "x")) == b"x" * len(text)
