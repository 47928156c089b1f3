"""From what people type to a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from lark import Lark, Token, Tree, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError
from lark.lexer import Lexer

from bot.kernel.locale import Locale
from bot.signals.language.build_question import QuestionParts
from bot.signals.language.clauses import Clauses, Facets
from bot.signals.language.clock_digits import mark_clock_digits
from bot.signals.language.disambiguate import disambiguate
from bot.signals.language.help import blamed_truly, misunderstood, narrowed
from bot.signals.language.lexer import TokenReader, raw
from bot.signals.language.lexicon import LexiconEntry, key, lexicon
from bot.signals.language.name_words import mark_name_words
from bot.signals.language.named_things import compared_names, trouble, unknown_word
from bot.signals.language.named_versions import assumed_versions, name_versions
from bot.signals.language.parse_errors import Misplaced, Puzzled, UnlikeAlternatives, UnsureWord
from bot.signals.language.quoted_names import with_quotes
from bot.signals.language.scan import scanner
from bot.signals.language.seen_versions import dotted_date, foreign_version, versioned
from bot.signals.language.zones import ASSUMED_ZONE, one_zone, split_zones
from bot.signals.periods import Clock
from bot.signals.question import Question

LONGEST_QUESTION = 1000
"""Characters. A question is a sentence or two; what is longer was pasted by mistake."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that this workspace knows, from its settings and from recent clicks.

    `presets` maps a phrase to a facet and its value ("paying users" to plan, paid); `facets` may be used as
    `facet:value` beside the usual ones. `targets` and `views` make the examples, and may be named without "on".
    """

    targets: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    presets: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def entries(self) -> dict[str, LexiconEntry]:
        names = {key(name): LexiconEntry("NAME", name, name) for name in self.targets if name}
        return names | {
            key(name): LexiconEntry("VALUE", f"{facet}={value}", name) for name, (facet, value) in self.presets.items()
        }


NOTHING = KnownNames()
_OPENING = frozenset(
    {"PREVIOUS", "BEFORE", "SHIFT", "BETWEEN", "FROM", "SINCE", "UNTIL", "STRETCH", "LAST", "THIS", "NOT"}
)
"""Tokens that a refusal names together with what doesn't fit behind them."""
_HOUR_FOLLOWS = frozenset({"SINCE", "FROM", "UNTIL", "TO", "BEFORE", "PREVIOUS", "AFTER"})
_BEHIND_HOURS = frozenset({"SINCE_P", "FROM_P", "UNTIL_P", "TO_P"})


class _Tokens(Lexer):
    """Hands the grammar the tokens that were made already."""

    def __init__(self, _: object) -> None:
        pass

    def lex(self, tokens: list[Token]) -> Iterator[Token]:  # type: ignore[override]
        return iter(tokens)


@lru_cache
def grammar() -> Lark:
    """Built once, by `prepare` or when the first question comes (some 80 ms)."""
    rules = files("bot.signals.language").joinpath("question.lark").read_text("utf-8")
    return Lark(rules, parser="lalr", lexer=_Tokens, maybe_placeholders=False, propagate_positions=True)


def prepare() -> None:
    """Reads words and patterns and builds the grammar, so that the first question needn't wait for them."""
    scanner()
    lexicon()
    grammar()


def names_signals(text: str) -> bool:
    """Whether a text names any kind of signal, or says that something broke; one that doesn't is about all of them."""
    tokens = mark_name_words(TokenReader(lexicon()).tokens(text), text)
    return any(token.type in {"SIGNAL", "ADJ", "BROKEN"} for token in tokens)


def parse(
    text: str,
    *,
    now: datetime,
    locale: Locale,
    versions: Mapping[str, datetime] | None = None,
    base: Question | None = None,
    known: KnownNames = NOTHING,
) -> Question:
    """Returns the question that the text asks at `now` (aware), in the locale's zone and week.

    `versions` tells when each version was first seen, for "since v2.31" and "since the deploy". With `base`, the text
    changes that question ("and yesterday?", "only Safari") and leaves the rest. Raises Misunderstood, and nothing else,
    whatever the text.
    """
    line = " ".join(text.split())[: LONGEST_QUESTION + 1]
    parser = _QuestionParser(now, locale, versions or {}, base, known, known.entries())
    try:
        return parser.question(line)
    except Puzzled as problem:
        problem = narrowed(blamed_truly(problem, parser.words), line, parser.tokens(line), parser.reads)
        if not problem.templates:
            alone = isinstance(problem, Misplaced) and not problem.instead
            problem.instead += with_quotes(line, parser.words(line), problem.at, parser.reads, labels=alone)
        raise misunderstood(problem, line, locale, known.targets, known.views, parser.reads) from None


@dataclass(frozen=True, slots=True)
class _QuestionParser:
    """Reads texts at one moment, for one asker, on one base. `names` are those of `known`."""

    now: datetime
    locale: Locale
    versions: Mapping[str, datetime]
    base: Question | None
    known: KnownNames
    names: Mapping[str, LexiconEntry]

    def words(self, text: str) -> list[Token]:
        return mark_clock_digits(TokenReader(lexicon(), self.names).tokens(text), text)

    def tokens(self, text: str) -> list[Token]:
        return disambiguate(split_zones(self._versioned(text))[0], text)

    def _versioned(self, text: str) -> list[Token]:
        return name_versions(self.words(text), text, self.versions)

    def question(self, text: str) -> Question:
        """Raises Puzzled, which blames the word that nobody knows where there is one."""
        tokens = self.tokens(text)
        try:
            return self._question(text, tokens)
        except VisitError as error:
            raise _puzzle(error.orig_exc, tokens, text) from None
        except (Puzzled, OverflowError) as error:
            raise _puzzle(error, tokens, text) from None

    def _question(self, text: str, tokens: list[Token]) -> Question:
        words, own = lexicon(), self.locale.zone
        dated = dotted_date(self.words(text), text, self.versions)
        if problem := foreign_version(tokens, text, self.versions) or dated:
            raise problem
        named = one_zone(split_zones(self.words(text))[1], text)
        zone = named.zone if named else own
        clock = Clock(self.now.astimezone(zone), zone, self.locale.first_weekday)
        facets = frozenset({*self.known.facets, *(facet for facet, _ in self.known.presets.values())})
        parts = QuestionParts(text, clock, words, Facets(words, facets), tokens)
        day_first = None if self.locale.year_first else self.locale.day_first
        clauses = Clauses(clock, self.versions, day_first, text, parts.assumed)
        parts.assumed += assumed_versions(tokens, text)
        question = _read(text, tokens, parts, clauses, self.base)
        if named:
            question = named.told_in(question, own, self.now, text)
            parts.assumed.append((ASSUMED_ZONE, {"zone": named.typed}))
        assumed = tuple(self.locale.text(message, **values) for message, values in parts.assumed)
        return replace(question, assumed=assumed)

    def reads(self, text: str) -> bool:
        try:
            self.question(text)
        except Puzzled:
            return False
        return True


def _read(text: str, tokens: list[Token], parts: QuestionParts, clauses: Clauses, base: Question | None) -> Question:
    if len(text) > LONGEST_QUESTION:
        raise Puzzled("A question may have at most %(n)s characters.", n=LONGEST_QUESTION)
    for clause in clauses.transform(_tree(tokens, text)):
        parts.add(clause)
    if parts.empty:
        raise Puzzled("I found no question in that.", at=text)
    return parts.question(base)


def _tree(tokens: list[Token], text: str) -> Tree[Token]:
    try:
        return grammar().parse(tokens)
    except UnexpectedToken as error:
        end = error.token.type == "$END"
        at = len(tokens) if end else next((at for at, token in enumerate(tokens) if token is error.token), 0)
        raise _misfit(tokens, at, text) from None
    except UnexpectedInput as error:
        raise Puzzled("I don’t understand that.", at=text) from error


def _misfit(tokens: list[Token], at: int, text: str) -> Puzzled:
    """Returns what to say of the first token that doesn't go on from those before; it may be the end."""
    kinds = [token.type for token in tokens]
    if kinds[at : at + 1] == ["OR"]:
        return UnlikeAlternatives(raw(tokens[at], text))
    if kinds[at - 1 : at] == ["NUMBER"] and kinds[at : at + 1] not in (["WORD"], ["STRAY"], ["OPENHOURS"], ["UNREAD"]):
        return _loose_number(tokens, at - 1, text)
    for near in (at, at + 1):
        if kinds[near : near + 1] == ["NUMBER"] and kinds[near - 1] in _HOUR_FOLLOWS:
            return _loose_number(tokens, near, text)
    if at == len(tokens) or (at + 1 == len(tokens) and kinds[at] == "TO"):
        last = raw(tokens[-1], text) if tokens else ""
        return compared_names(tokens, at, text) or Puzzled("Something is missing after “%(word)s”.", at=last, word=last)
    before = tokens[at - 1] if at and kinds[at - 1] in _OPENING else tokens[at]
    behind = [other for other in tokens[at + 1 : at + 2] if other.type == "WORD"]
    unknown = [tokens[at]] if kinds[at] in {"WORD", "STRAY"} else behind
    if unknown:
        return unknown_word(unknown[0], text)
    return compared_names(tokens, at, text) or Misplaced(text[before.start_pos : tokens[at].end_pos].strip())


def _loose_number(tokens: list[Token], at: int, text: str) -> Puzzled:
    """Returns the problem with a number that nothing is counted by: an hour, the version of a browser, or neither."""
    number = raw(tokens[at], text)
    last, after = ([token.type for token in near] for near in (tokens[max(at - 1, 0) : at], tokens[at + 1 : at + 2]))
    if last == ["VALUE"]:
        return versioned(tokens[at - 1], tokens[at], text)
    if number.isdigit() and int(number) <= 24 and ({*last} & _HOUR_FOLLOWS or {*after} & _BEHIND_HOURS):
        begin, end = tokens[at].start_pos or 0, tokens[at].end_pos or 0
        hours = dict.fromkeys(hour for hour in (int(number), int(number) + 12) if hour <= 24)
        what = "Say which half of the day “%(what)s” is in: 2pm, say, or 14:00."
        problem = Puzzled(what, at=number, what=number)
        problem.instead = tuple(f"{text[:begin]}{hour:02}:00{text[end:]}" for hour in hours)
        return problem
    return Misplaced(number)


def _puzzle(error: Exception, tokens: list[Token], text: str) -> Puzzled:
    """Returns what to say: a word in no list is the trouble, whatever broke because of it."""
    if isinstance(error, OverflowError):
        error = Puzzled("That lies outside the calendar.", at=text)
    if not isinstance(error, Puzzled):
        raise error
    if isinstance(error, UnsureWord) or len(text) > LONGEST_QUESTION:
        return error
    return trouble(tokens, text) or error
