r"""Regular expressions in RE2's syntax, which TensorFlow uses, on Python's `re`.

The pattern is translated: where the two agree it stays, where they differ (`$`, `\z`, `\s`,
`[[:alpha:]]`, `\pL`, flags in the middle) it is written out, and what RE2 does not know
(look-around, back-references, possessive repetition) is an error here too. Where `re` might take
much longer than RE2, which is linear in the text, `linear_regex` matches instead.

Source:
    RE2's syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from glassbrook.engine.interpreter.linear_regex import LinearPattern, Match, ways
from glassbrook.errors import InvalidArgumentError, shortened

__all__ = ["decode", "encode", "pattern_of", "replaced", "rewrite_of"]

Ranges = list[tuple[int, int]]

_LAST = sys.maxunicode
# Bytes that are not UTF-8 are decoded to these code points, and match nothing.
_STRAY = r"\ud800-\udfff"
_MOST_REPEATS = 1000
# How many ways `re` may have to try, and a length of texts on which even nested ones are few.
_MOST_WAYS = 1e9
_SHORT = 12


def decode(text: bytes) -> str:
    """Text from UTF-8; stray bytes are kept in a form that `encode` turns back."""
    return text.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The inverse of `decode`."""
    return text.encode("utf-8", "surrogateescape")


def _ascii(*pairs: str) -> Ranges:
    return [(ord(pair[0]), ord(pair[-1])) for pair in pairs]


_DIGIT = _ascii("09")
_WORD = _ascii("09", "AZ", "__", "az")
_SPACE = _ascii("\t\n", "\f\r", "  ")
_PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_POSIX = {
    "alnum": _ascii("09", "AZ", "az"),
    "alpha": _ascii("AZ", "az"),
    "ascii": _ascii("\x00\x7f"),
    "blank": _ascii("\t\t", "  "),
    "cntrl": _ascii("\x00\x1f", "\x7f\x7f"),
    "digit": _DIGIT,
    "graph": _ascii("!~"),
    "lower": _ascii("az"),
    "print": _ascii(" ~"),
    "punct": _ascii("!/", ":@", "[`", "{~"),
    "space": _ascii("\t\r", "  "),
    "upper": _ascii("AZ"),
    "word": _WORD,
    "xdigit": _ascii("09", "AF", "af"),
}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _complement(ranges: Iterable[tuple[int, int]]) -> Ranges:
    result: Ranges = []
    start = 0
    for low, high in sorted(ranges):
        if low > start:
            result.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _LAST:
        result.append((start, _LAST))
    return result


@functools.cache
def _category(name: str) -> tuple[tuple[int, int], ...]:
    """The code points of a Unicode general category, such as L or Lu."""
    result: Ranges = []
    for point in range(_LAST + 1):
        if unicodedata.category(chr(point)).startswith(name):
            if result and result[-1][1] == point - 1:
                result[-1] = (result[-1][0], point)
            else:
                result.append((point, point))
    return tuple(result)


def _class_text(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


@dataclass(frozen=True)
class _Flags:
    ignore_case: bool = False
    multi_line: bool = False
    dot_all: bool = False
    ungreedy: bool = False


_FLAG_NAMES = {"i": "ignore_case", "m": "multi_line", "s": "dot_all", "U": "ungreedy"}


class _Translator:
    """Reads an RE2 pattern from left to right and writes the pattern for `re`."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0
        self.flags = _Flags()
        # For each open group: the flags to go back to.
        self.outer_flags: list[_Flags] = []
        self.output: list[str] = []
        self.has_operand = False

    def error(self, reason: str) -> InvalidArgumentError:
        return InvalidArgumentError(
            f"strings: invalid regular expression {self.pattern!r}: {reason}. "
            "The syntax is that of RE2: https://github.com/google/re2/wiki/Syntax"
        )

    def take(self, text: str) -> bool:
        """Whether `text` comes next; if so, it is passed."""
        if self.pattern.startswith(text, self.place):
            self.place += len(text)
            return True
        return False

    def next(self) -> str:
        if self.place >= len(self.pattern):
            raise self.error("it ends in the middle")
        self.place += 1
        return self.pattern[self.place - 1]

    def write(self, text: str) -> None:
        """An operand, to which a repetition may apply."""
        self.output.append(f"(?i:{text})" if self.flags.ignore_case else text)
        self.has_operand = True

    def translate(self) -> str:
        while self.place < len(self.pattern):
            self.step(self.next())
        if self.outer_flags:
            raise self.error("missing )")
        return "".join(self.output)

    def step(self, char: str) -> None:
        match char:
            case "\\":
                self.escape()
            case "[":
                self.write(self.character_class())
            case "(":
                self.open_group()
            case ")":
                if not self.outer_flags:
                    raise self.error("unexpected )")
                self.flags = self.outer_flags.pop()
                self.output.append(")")
                self.has_operand = True
            case "|":
                self.output.append("|")
                self.has_operand = False
            case "." if self.flags.dot_all:
                self.write(f"[^{_STRAY}]")
            case ".":
                self.write(rf"[^\n{_STRAY}]")
            case "^":
                self.write("(?m:^)" if self.flags.multi_line else r"\A")
            case "$":
                self.write(r"(?=\n|\Z)" if self.flags.multi_line else r"\Z")
            case "*" | "+" | "?":
                self.repeat(char)
            case "{":
                self.counted_repeat()
            case _:
                self.write(re.escape(char))

    def repeat(self, operator: str) -> None:
        if not self.has_operand:
            raise self.error(f"no argument for repetition operator: {operator}")
        is_lazy = self.take("?")
        if self.place < len(self.pattern) and self.pattern[self.place] in "*+?":
            raise self.error(f"bad repetition operator: {operator}{self.pattern[self.place]}")
        self.output.append(operator + ("?" if is_lazy != self.flags.ungreedy else ""))
        self.has_operand = True

    def counted_repeat(self) -> None:
        found = re.compile(r"(\d+)(,(\d*))?\}").match(self.pattern, self.place)
        if not found:
            self.write(r"\{")
            return
        self.place = found.end()
        least, most = int(found[1]), int(found[3] or 0)
        if max(least, most) > _MOST_REPEATS or (found[3] and most < least):
            raise self.error(f"invalid repetition size: {{{found[0]}")
        self.repeat("{" + found[0])

    def open_group(self) -> None:
        start = self.place - 1
        self.has_operand = False
        if not self.take("?"):
            self.outer_flags.append(self.flags)
            self.output.append("(")
            return
        if self.take("P<"):
            end = self.pattern.find(">", self.place)
            name = self.pattern[self.place : end]
            if end < 0 or not re.fullmatch(r"\w+", name):
                raise self.error("invalid named capture group")
            self.place = end + 1
            self.outer_flags.append(self.flags)
            # Numbers are enough: a rewrite refers to groups by number only.
            self.output.append("(")
            return
        found = re.compile(r"([imsU]*)(-([imsU]+))?([:)])").match(self.pattern, self.place)
        if not found:
            raise self.error(f"invalid perl operator: {self.pattern[start : self.place + 1]}")
        self.place = found.end()
        changed = {_FLAG_NAMES[name]: True for name in found[1]}
        changed |= {_FLAG_NAMES[name]: False for name in found[3] or ""}
        if found[4] == ":":
            self.outer_flags.append(self.flags)
            self.output.append("(?:")
        self.flags = replace(self.flags, **changed)

    def escape(self) -> None:
        if self.take("Q"):
            end = self.pattern.find("\\E", self.place)
            literal = self.pattern[self.place : end if end >= 0 else None]
            self.place = end + 2 if end >= 0 else len(self.pattern)
            for char in literal:
                self.write(re.escape(char))
            return
        char = self.pattern[self.place : self.place + 1]
        if char and char in "AzbB":
            self.place += 1
            texts = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?a:\B)"}
            self.write(texts[char])
        elif char == "C":
            self.place += 1
            self.write(r"(?s:.)")
        else:
            self.write(f"[{_class_text(self.escaped_ranges())}]")

    def escaped_ranges(self) -> Ranges:
        """What an escape inside or outside of a class stands for."""
        char = self.next()
        if char.lower() in _PERL:
            ranges = _PERL[char.lower()]
            return ranges if char.islower() else _complement(ranges)
        if char in "pP":
            return self.unicode_class(char == "P")
        point = self.escaped_point(char)
        return [(point, point)]

    def escaped_point(self, char: str) -> int:
        """The one character that an escape stands for."""
        if char in _CONTROL:
            return ord(_CONTROL[char])
        if char == "x":
            found = re.compile(r"\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2})").match(
                self.pattern, self.place
            )
            if not found or int(found[1] or found[2], 16) > _LAST:
                raise self.error("invalid escape sequence: \\x")
            self.place = found.end()
            return int(found[1] or found[2], 16)
        octal = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.pattern, self.place - 1)
        if octal:
            self.place = octal.end()
            return int(octal[0], 8)
        if char.isalnum() or char == "_":
            raise self.error(f"invalid escape sequence: \\{char}")
        return ord(char)

    def unicode_class(self, is_negated: bool) -> Ranges:
        if self.take("{"):
            end = self.pattern.find("}", self.place)
            name = self.pattern[self.place : max(end, self.place)]
            self.place = end + 1
        else:
            name = self.next()
        if name.startswith("^"):
            name, is_negated = name[1:], not is_negated
        if not re.fullmatch(r"[LMNPSZC][a-z]?|Any", name):
            raise self.error(
                f"\\p{{{name}}} is not known here: expected a general category such as L or Lu"
            )
        ranges = [(0, _LAST)] if name == "Any" else list(_category(name))
        return _complement(ranges) if is_negated else ranges

    def character_class(self) -> str:
        is_negated = self.take("^")
        ranges: Ranges = []
        is_first = True
        while is_first or not self.take("]"):
            is_first = False
            found = re.compile(r"\[:(\^?)(\w+):\]").match(self.pattern, self.place)
            if found:
                if found[2] not in _POSIX:
                    raise self.error(f"invalid character class range: {found[0]}")
                self.place = found.end()
                posix = _POSIX[found[2]]
                ranges += _complement(posix) if found[1] else posix
                continue
            ranges += self.class_item()
        if is_negated:
            return f"[^{_class_text(ranges)}{_STRAY}]"
        return f"[{_class_text(ranges)}]"

    def class_item(self) -> Ranges:
        """One character, an escape, or a range from one character to another."""
        start = self.place
        if self.place >= len(self.pattern):
            raise self.error("missing ]")
        char = self.next()
        low = self.escaped_ranges() if char == "\\" else [(ord(char), ord(char))]
        is_range = self.pattern.startswith("-", self.place) and not self.pattern.startswith(
            "-]", self.place
        )
        if not is_range or len(low) > 1 or low[0][0] != low[0][1]:
            return low
        self.place += 1
        char = self.next()
        high = self.escaped_ranges() if char == "\\" else [(ord(char), ord(char))]
        if len(high) > 1 or high[0][1] < low[0][0]:
            raise self.error(f"invalid character class range: {self.pattern[start : self.place]}")
        return [(low[0][0], high[0][1])]


class Pattern:
    """A pattern that matches in a time that is bounded, on texts of any length.

    Attributes:
        groups: how many groups it has.
    """

    def __init__(self, pattern: str, translated: str) -> None:
        self._pattern, self._translated = pattern, translated
        self._quick = re.compile(translated)
        self._longest = max(int(_MOST_WAYS ** (1 / ways(translated))), _SHORT)
        self.groups = self._quick.groups

    @functools.cached_property
    def _linear(self) -> LinearPattern:
        try:
            return LinearPattern(self._translated)
        except OverflowError as error:
            raise InvalidArgumentError(
                f"strings: the regular expression {shortened(self._pattern)} is refused: {error}. "
                "Write * or + in the place of large counts."
            ) from None

    def _matcher(self, text: str) -> re.Pattern[str] | LinearPattern:
        return self._quick if len(text) <= self._longest else self._linear

    def search(self, text: str, place: int) -> re.Match[str] | Match | None:
        """The first match from a place on."""
        return self._matcher(text).search(text, place)

    def fullmatch(self, text: str) -> re.Match[str] | Match | None:
        """The match of the whole text, if it matches."""
        return self._matcher(text).fullmatch(text)


@functools.lru_cache(maxsize=512)
def pattern_of(pattern: str) -> Pattern:
    """The compiled form of a pattern in RE2's syntax.

    Raises:
        InvalidArgumentError: it is not a regular expression.
    """
    translator = _Translator(pattern)
    try:
        return Pattern(pattern, translator.translate())
    except (re.error, OverflowError, RecursionError) as error:
        raise translator.error(str(error)) from None


@functools.lru_cache(maxsize=512)
def rewrite_of(rewrite: str, groups: int) -> tuple[str | int, ...]:
    r"""The parts of a replacement: literal text, and numbers of groups for ``\0`` to ``\9``.

    Raises:
        InvalidArgumentError: another escape, or a group that the pattern does not have.
    """
    parts: list[str | int] = []
    for part in re.findall(r"\\.?|[^\\]+", rewrite, re.DOTALL):
        if not part.startswith("\\"):
            parts.append(part)
        elif part == "\\\\":
            parts.append("\\")
        elif len(part) == 2 and part[1] in "0123456789":
            if int(part[1]) > groups:
                raise InvalidArgumentError(
                    f"strings: the rewrite {rewrite!r} names group {part[1]}, but the pattern has "
                    f"{groups} groups."
                )
            parts.append(int(part[1]))
        else:
            raise InvalidArgumentError(
                f"strings: invalid escape {part!r} in the rewrite {rewrite!r}: expected \\0 to \\9 "
                "for a group, or \\\\ for a backslash."
            )
    return tuple(parts)


def replaced(
    pattern: Pattern, rewrite: tuple[str | int, ...], text: str, replace_global: bool
) -> str:
    """What matches replaced; an empty match right behind another match does not count."""
    output: list[str] = []
    place, last_end = 0, -1
    while place <= len(text) and (found := pattern.search(text, place)):
        output.append(text[place : found.start()])
        place = found.end()
        if found.start() == place == last_end:
            output.append(text[place : place + 1])
            place += 1
            continue
        output.extend(
            part if isinstance(part, str) else found.group(part) or "" for part in rewrite
        )
        last_end = place
        if not replace_global:
            break
    output.append(text[place:])
    return "".join(output)
