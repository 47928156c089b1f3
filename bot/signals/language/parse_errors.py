"""Errors within the parser; `parse` raises Misunderstood for each of them, in the asker's language."""

from __future__ import annotations

from collections.abc import Sequence


class Puzzled(Exception):
    """`message` is the text of a catalog with the values to fill in; `at` the part of the question that it is about.

    `instead` are questions that may have been meant, and so are `templates`, texts of a catalog with their values;
    `most_offered` are told at most. Where it is `narrowable`, the question without some of its words may be
    offered, too.
    """

    def __init__(self, message: str, *, at: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.instead: tuple[str, ...] = ()
        self.templates: tuple[tuple[str, dict[str, str]], ...] = ()
        self.most_offered = 2
        self.narrowable = True
        self.values = values


class UnsureWord(Puzzled):
    """A word that is in no list and that nothing marks as a name."""

    def __init__(self, word: str) -> None:
        super().__init__("I don’t know what “%(word)s” means here.", at=word, word=word)


class Misplaced(Puzzled):
    """Words that are known, where they make no sense."""

    def __init__(self, words: str) -> None:
        super().__init__("I don’t see what “%(word)s” belongs to here.", at=words, word=words)


class Early(Puzzled):
    """A period of which nothing has passed yet."""

    def __init__(self, when: str) -> None:
        super().__init__("“%(what)s” hasn’t happened yet.", at=when, what=when)


class UnlikeAlternatives(Puzzled):
    """A word for "or" between values of different facets, or a value and a name."""

    def __init__(self, word: str) -> None:
        super().__init__(
            "I can’t count what is one or the other of two different things: ask for each side of “%(word)s” alone.",
            at=word,
            word=word,
        )


class NotInThere(Puzzled):
    """A longer time to compare with, in which the hours of the period are not to be found."""

    def __init__(self, when: str) -> None:
        super().__init__(
            "“%(what)s”: the hours of the period can’t be found in there; name another day or time.", at=when, what=when
        )


class SeveralZones(Puzzled):
    """An abbreviation that several time zones share. `places` are the offset of each and the code of its country."""

    def __init__(self, zone: str, places: Sequence[tuple[str, str]]) -> None:
        super().__init__("“%(zone)s” may be %(zones)s: say which.", at=zone, zone=zone)
        self.places = tuple(places)


class UnreadableWord(Puzzled):
    """A word of time or of counting that is known and has no reading."""

    def __init__(self, word: str) -> None:
        super().__init__(
            "I can’t work with “%(word)s”: leave it out, give dates instead, or put it in quotes if it is a name.",
            at=word,
            word=word,
        )


class UncountedWord(Puzzled):
    """A word for what people ask for and nobody counts here."""

    def __init__(self, word: str) -> None:
        super().__init__(
            "I count rage, dead and error clicks and whom they hit, and nothing of “%(word)s”.", at=word, word=word
        )
