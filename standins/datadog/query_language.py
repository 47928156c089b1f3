"""A strict reader of RUM's query language: what Datadog might guess at is refused here.

query  = any of:  term term          both           term OR term    either       -term, NOT term   not
term   = ( query )  |  facet:value  |  facet:( value OR value … )
value  = "quoted"   |  bare text with * for anything, ? for one letter and \\ before special letters
       | >1 >=1 <1 <=1  |  [1 TO 2]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from standins.datadog.denied import DatadogDenied


@dataclass(frozen=True, slots=True)
class Exactly:
    text: str


@dataclass(frozen=True, slots=True)
class Like:
    """A pattern: literal pieces, and the marks between them (`*` or `?`)."""

    pieces: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def pattern(self) -> re.Pattern[str]:
        between = {"*": ".*", "?": "."}
        ends = [re.escape(self.pieces[0])]
        for mark, piece in zip(self.marks, self.pieces[1:], strict=True):
            ends += [between[mark], re.escape(piece)]
        return re.compile("".join(ends), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Between:
    low: float
    high: float
    open_low: bool = False
    open_high: bool = False


Value = Exactly | Like | Between


@dataclass(frozen=True, slots=True)
class Match:
    facet: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    query: Query


@dataclass(frozen=True, slots=True)
class Every:
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Either:
    queries: tuple[Query, ...]


Query = Match | Not | Every | Either
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<not>-(?=[@(a-z])|NOT\b)|(?P<word>OR\b|AND\b|TO\b)|(?P<colon>:)
    |(?P<quoted>"(?:[^"\\]|\\["\\])*")|(?P<range>\[\s*[\d.*-]+\s+TO\s+[\d.*-]+\s*\])|(?P<compare>[<>]=?-?\d+(?:\.\d+)?)
    |(?P<bare>(?:\\.|[^\s?><:="~/\\()\[\]{}!*]|[*?])+))""",
    re.VERBOSE | re.DOTALL,
)
_FACET = re.compile(r"@?[A-Za-z_][\w.]*")


def read(text: str) -> Query:
    """Reads a query. Raises DatadogDenied (400) for anything else."""
    return _QueryReader(text).query()


class _QueryReader:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def query(self) -> Query:
        query = self._either()
        if self._at < len(self._tokens):
            raise _invalid(f"nothing may follow {self._tokens[self._at - 1][1]!r}")
        return query

    def _next(self, *kinds: str) -> str | None:
        """Takes the next token if it is of one of the kinds, and returns its text."""
        if self._at < len(self._tokens) and self._tokens[self._at][0] in kinds:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _takes(self, word: str) -> bool:
        """Takes the next token if it is this word."""
        is_next = self._tokens[self._at : self._at + 1] == [("word", word)]
        self._at += is_next
        return is_next

    def _either(self) -> Query:
        parts = [self._every()]
        while self._takes("OR"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self) -> Query:
        parts = [self._term()]
        while self._takes("AND") or (self._at < len(self._tokens) and self._tokens[self._at][0] in _STARTS):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _term(self) -> Query:
        if self._next("not"):
            return Not(self._term())
        if self._next("open"):
            query = self._either()
            self._expect("close")
            return query
        facet = self._expect("bare")
        if not _FACET.fullmatch(facet):
            raise _invalid(f"{facet!r} is no facet")
        self._expect("colon")
        return Match(facet, self._values())

    def _values(self) -> tuple[Value, ...]:
        if not self._next("open"):
            return (self._value(),)
        values = [self._value()]
        while self._takes("OR"):
            values.append(self._value())
        self._expect("close")
        return tuple(values)

    def _value(self) -> Value:
        if quoted := self._next("quoted"):
            return Exactly(re.sub(r"\\(.)", r"\1", quoted[1:-1]))
        if bounds := self._next("range"):
            low, high = (float(bound) for bound in bounds[1:-1].split("TO"))
            return Between(low, high)
        if compared := self._next("compare"):
            return _compared(compared)
        return _like(self._expect("bare"))

    def _expect(self, kind: str) -> str:
        text = self._next(kind)
        if text is None:
            raise _invalid(f"{kind} is missing at token {self._at + 1}")
        return text


_STARTS = ("open", "not", "bare")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            raise _invalid(f"{text[at : at + 20]!r}")
        tokens.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return tokens


def _compared(text: str) -> Between:
    number = float(text.lstrip("<>="))
    if text.startswith(">"):
        return Between(number, float("inf"), open_low="=" not in text)
    return Between(float("-inf"), number, open_high="=" not in text)


def _like(text: str) -> Value:
    pieces, marks = [""], []
    for letter in re.findall(r"\\.|.", text, re.DOTALL):
        if letter in ("*", "?"):
            marks.append(letter)
            pieces.append("")
        else:
            pieces[-1] += letter[-1]
    return Like(tuple(pieces), tuple(marks)) if marks else Exactly(pieces[0])


def _invalid(why: str) -> DatadogDenied:
    return DatadogDenied(400, f"Query is invalid: {why}")
