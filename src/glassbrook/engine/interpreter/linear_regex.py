"""Regular expressions in linear time, for patterns that would keep `re` busy without end.

`re` tries one way after another. For ``(a+)+$`` on ``aaaa…b`` there are 2ⁿ of them. The machine
here follows all ways at once, one character after the other: it keeps, in the order in which `re`
would try them, the places of the pattern that may come next, each place at most once. So a text of
n characters costs n times the length of the pattern.

Source:
    Ken Thompson, Regular expression search algorithm, 1968; the order of the ways, which gives the
    same match as trying them in turn, is Rob Pike's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from re import _compiler, _parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["LinearPattern", "Match", "ways"]

_MOST_INSTRUCTIONS = 20_000
# What `ways` gives for ways whose number no power of the length bounds.
_NESTED = 1_000
# Two ways in one place double all ways, as a fourth of a power does in a text of 16 characters.
_ONE_CHOICE = 0.25
_FEW = 10

# What an instruction does; all but the first two take no character.
_ONE, _END, _CHECK, _SAVE, _JUMP, _SPLIT = range(6)

Saves = tuple[int, ...]
_Thread = tuple[int, Saves]


@dataclass(frozen=True)
class Match:
    """Where a pattern matched, with the names of `re.Match`."""

    text: str
    places: Saves

    def start(self) -> int:
        """Where the match begins."""
        return self.places[0]

    def end(self) -> int:
        """Where it ends."""
        return self.places[1]

    def group(self, number: int) -> str | None:
        """What a group matched last, or `None` if it took no part; 0 is the whole."""
        begin, end = self.places[2 * number : 2 * number + 2]
        return self.text[begin:end] if begin >= 0 <= end else None


def ways(pattern: str) -> float:
    """With which power of the text's length the ways may grow that `re` tries; many if endless.

    Example:
        >>> [ways(each) for each in ("abc", "a+b", "a*b*c*", "(a+)+")]
        [1, 2, 4, 1000]
    """
    return min(1 + _choices(_parser.parse(pattern), False), _NESTED)


def _choices(items: Any, repeated: bool) -> float:
    """How many endless repetitions there are; many if one holds what has several ways itself."""
    count: float = 0
    for kind, argument in items:
        if kind is _parser.SUBPATTERN:
            count += _choices(argument[-1], repeated)
        elif kind is _parser.BRANCH:
            if repeated:
                return _NESTED
            count += _ONE_CHOICE + max(_choices(each, False) for each in argument[1])
        elif kind in (_parser.MAX_REPEAT, _parser.MIN_REPEAT):
            least, most, body = argument
            if repeated and least != most:
                return _NESTED
            endless = most is _parser.MAXREPEAT or most - least > _FEW
            often = repeated or most is _parser.MAXREPEAT or most > _FEW
            count += _choices(body, often)
            count += 1 if endless else _ONE_CHOICE * (most - least)
    return count


class LinearPattern:
    """A pattern in the syntax of `re`, without back-references, matched in linear time.

    Args:
        pattern: the pattern.

    Attributes:
        groups: how many groups it has.

    Raises:
        OverflowError: it is too large, as its counted repetitions are written out.

    Example:
        >>> LinearPattern("(a+)+b").search("xaaab", 0).group(0)
        'aaab'
    """

    def __init__(self, pattern: str) -> None:
        tree = _parser.parse(pattern)
        self.groups: int = tree.state.groups - 1
        self._state = tree.state
        self._program: list[tuple[int, Any, int]] = []
        self._write_all(tree, ())
        self._emit(_END)

    # From the tree of the pattern to instructions.

    def _emit(self, kind: int, argument: Any = None, other: int = 0) -> int:
        if len(self._program) >= _MOST_INSTRUCTIONS:
            raise OverflowError("pattern too large: its repetitions are too many")
        self._program.append((kind, argument, other))
        return len(self._program) - 1

    def _write_all(self, items: Any, flags: Sequence[tuple[int, int]]) -> None:
        for kind, argument in items:
            if kind is _parser.SUBPATTERN:
                number, added, removed, body = argument
                if number is not None:
                    self._emit(_SAVE, 2 * number)
                self._write_all(body, (*flags, (added, removed)) if added or removed else flags)
                if number is not None:
                    self._emit(_SAVE, 2 * number + 1)
            elif kind is _parser.BRANCH:
                self._write_branches(argument[1], flags)
            elif kind in (_parser.MAX_REPEAT, _parser.MIN_REPEAT):
                self._write_repeat(argument, kind is _parser.MAX_REPEAT, flags)
            else:
                takes_one = kind not in (_parser.AT, _parser.ASSERT, _parser.ASSERT_NOT)
                self._emit(_ONE if takes_one else _CHECK, self._test(kind, argument, flags))

    def _write_branches(self, branches: Any, flags: Sequence[tuple[int, int]]) -> None:
        ends = []
        for place, branch in enumerate(branches):
            if place == len(branches) - 1:
                self._write_all(branch, flags)
                break
            split = self._emit(_SPLIT)
            self._write_all(branch, flags)
            ends.append(self._emit(_JUMP))
            self._program[split] = (_SPLIT, split + 1, len(self._program))
        for end in ends:
            self._program[end] = (_JUMP, len(self._program), 0)

    def _write_repeat(self, repeat: Any, greedy: bool, flags: Sequence[tuple[int, int]]) -> None:
        least, most, body = repeat
        for _ in range(least):
            self._write_all(body, flags)
        endless = most is _parser.MAXREPEAT
        splits = []
        for _ in range(1 if endless else most - least):
            splits.append(self._emit(_SPLIT))
            self._write_all(body, flags)
            if endless:
                self._emit(_JUMP, splits[-1])
        after = len(self._program)
        for split in splits:
            ways_on = (split + 1, after) if greedy else (after, split + 1)
            self._program[split] = (_SPLIT, *ways_on)

    def _test(self, kind: Any, argument: Any, flags: Sequence[tuple[int, int]]) -> Any:
        """What `re` makes of a single item: whether it fits at a place of a text."""
        item = _parser.SubPattern(self._state, [(kind, argument)])
        for added, removed in reversed(flags):
            item = _parser.SubPattern(
                self._state, [(_parser.SUBPATTERN, (None, added, removed, item))]
            )
        return _compiler.compile(item).match

    # Matching.

    def search(self, text: str, place: int = 0) -> Match | None:
        """The first match that begins at `place` or behind it."""
        return self._run(text, place, whole=False)

    def fullmatch(self, text: str) -> Match | None:
        """The match of the whole text, if it matches."""
        return self._run(text, 0, whole=True)

    def _run(self, text: str, place: int, whole: bool) -> Match | None:
        nothing = (-1,) * (2 * self.groups + 2)
        found: Saves | None = None
        threads: list[_Thread] = []
        seen: set[int] = set()
        for at in range(place, len(text) + 1):
            if found is None and (at == 0 or not whole):
                self._follow(0, (at, *nothing[1:]), text, at, threads, seen)
            if not threads:
                if found is not None or whole:
                    break
                seen.clear()
                continue
            following: list[_Thread] = []
            later: set[int] = set()
            for number, saves in threads:
                kind, test, _ = self._program[number]
                if kind == _END:
                    if whole and at < len(text):
                        continue
                    found = (saves[0], at, *saves[2:])
                    break  # The threads behind are ways that would be tried later.
                if at < len(text) and test(text, at):
                    self._follow(number + 1, saves, text, at + 1, following, later)
            threads, seen = following, later
        return None if found is None else Match(text, found)

    def _follow(
        self, number: int, saves: Saves, text: str, at: int, threads: list[_Thread], seen: set[int]
    ) -> None:
        """Add the instructions that take a character and can be reached without taking one."""
        pending = [(number, saves)]
        while pending:
            number, saves = pending.pop()
            if number in seen:
                continue
            seen.add(number)
            kind, argument, other = self._program[number]
            if kind in (_ONE, _END):
                threads.append((number, saves))
            elif kind == _JUMP:
                pending.append((argument, saves))
            elif kind == _SPLIT:
                pending += [(other, saves), (argument, saves)]
            elif kind == _SAVE:
                pending.append((number + 1, (*saves[:argument], at, *saves[argument + 1 :])))
            elif argument(text, at):
                pending.append((number + 1, saves))
