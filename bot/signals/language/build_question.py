"""From clauses to a question: what was asked, what stays from the question before, and what had to be assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lark import Token

from bot.signals.language.asked_history import USUAL
from bot.signals.language.clauses import (
    SIGNALS,
    Bare,
    Compare,
    Excluded,
    Facets,
    FilterClause,
    Limit,
    NamedClause,
    Timed,
    TopClause,
    refuse_absence,
)
from bot.signals.language.comparison import TWO_YEARS, compared_period, of_two_years, whole_year
from bot.signals.language.counted import asked_metric
from bot.signals.language.dates import Assumptions, Hours
from bot.signals.language.hours_of_day import hours_of
from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import Lexicon, key
from bot.signals.language.named_things import Name, bare_problem, is_facet, named
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.question_shapes import SUSPECT, WORST
from bot.signals.language.ranges import AT_PRESENT, NOW_IS_HOUR, OPEN, OPEN_BEGINNING, OPEN_DAYS
from bot.signals.language.shaped_questions import (
    BY_MINUTE,
    as_of_now,
    assumed_always,
    assumed_periods,
    default_period,
    shaped,
)
from bot.signals.periods import Clock, Span, cut, previous
from bot.signals.question import ALL_SIGNALS, GroupBy, Metric, Period, Question, Signal

BROADER = "“%(what)s” can’t be told from other devices with the same system, so all of those are counted."
DEFAULT_DAYS = 7
_OTHER_STEPS = frozenset({"second", "week", "month"})
"""Steps of time that people ask for and no series has."""


@dataclass(slots=True)
class QuestionParts:
    """Collects clauses and makes the question of them. Raises Puzzled."""

    text: str
    clock: Clock
    lexicon: Lexicon
    facets: Facets
    tokens: list[Token]
    signals: list[Signal] = field(default_factory=list)
    broad: bool = False
    excluded: list[Excluded] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    hours: Hours | None = None
    period_text: str = ""
    """How the period was typed."""
    compare: Compare | None = None
    group: GroupBy | None = None
    dimension: GroupBy | None = None
    ranked: bool = False
    top: int | None = None
    limit: int | None = None
    names: list[Name] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    assumed: Assumptions = field(default_factory=list)
    bare: str = ""
    """The kind of thing that is named alone ("buttons"), as it was typed."""

    def add(self, clause: Any) -> None:
        """Takes in one clause; tokens that are looked at later, such as METRIC, need no handler."""
        handler = _HANDLERS.get(clause.type if isinstance(clause, Token) else type(clause))
        if handler is not None:
            handler(self, clause)

    def _add_signal(self, token: Token) -> None:
        """ "frustration" is all of them, unless one is named beside it ("rage click signals")."""
        if str(token) == "all":
            self.broad = True
        else:
            self.signals += SIGNALS[str(token)]

    def _add_period(self, clause: Timed) -> None:
        if isinstance(clause.span, Hours):
            taken, self.hours = self.hours is not None, clause.span
        else:
            taken = bool(self.spans)
            self.spans.append(clause.span)
            if clause.span.unit == OPEN:
                self.assumed.append((OPEN_BEGINNING, {"n": OPEN_DAYS}))
        if taken:
            raise Puzzled("I found two periods; say one, or compare with “vs”.", at=clause.text)
        self.period_text = clause.text

    def _add_comparison(self, clause: Compare) -> None:
        if self.compare is not None:
            raise Puzzled("I can compare with one period at a time.", at=clause.text)
        self.compare = clause

    def _add_group(self, token: Token) -> None:
        if self.group is not None:
            raise Puzzled("I can group by one thing at a time.", at=raw(token, self.text))
        typed = raw(token, self.text)
        if str(token) == "person":
            raise Puzzled(
                "I count people and don’t list them; ask how many, or group by browser, country or version.", at=typed
            )
        step = str(token).removeprefix("1 ")
        if step in _OTHER_STEPS or " " in step:
            raise Puzzled("I count by the minute, by the hour or by the day, not “%(what)s”.", at=typed, what=typed)
        self.group = GroupBy(step)
        self.shapes += [BY_MINUTE + typed] if self.group is GroupBy.MINUTE else []

    def _add_shape(self, token: Token) -> None:
        if token.startswith(SUSPECT):
            self._tell_broader(token)
        self.shapes.append(str(token))

    def _add_ranking(self, _: Token) -> None:
        self.ranked = True

    def _add_top(self, clause: TopClause) -> None:
        self.ranked = True
        self.top = clause.count or self.top
        self.signals += SIGNALS.get(clause.what, ())

    def _add_limit(self, clause: Limit) -> None:
        self.limit = clause.count

    def _rank(self, kind: GroupBy, typed: str) -> None:
        if self.dimension not in {None, kind}:
            raise Puzzled("I can group by one thing at a time.", at=typed)
        self.dimension, self.bare = kind, typed

    def _add_exception(self, token: Token) -> None:
        self._tell_broader(token)
        self.facets.exclude(token, raw(token, self.text))

    def _add_filter(self, clause: FilterClause | Token) -> None:
        if isinstance(clause, Token):
            self._tell_broader(clause)
        self.facets.add(clause)

    def _tell_broader(self, token: Token) -> None:
        """ "iPad" is told as iOS, of which iPhones are a part as well."""
        typed = raw(token, self.text)
        if key(typed) in self.lexicon.narrower:
            self.assumed.append((BROADER, {"what": typed}))

    def _add_names(self, clause: NamedClause) -> None:
        for name in named(clause, self.text, self.lexicon):
            if name.dimension is not None and name.text == "":
                self._rank(name.dimension, raw(clause.tokens[-1], self.text))
            else:
                self.names.append(name)

    def question(self, base: Question | None) -> Question:
        base = None if WORST in self.shapes else base  # it asks about everything
        metric = asked_metric(self.tokens, self.signals) or (base.metric if base else Metric.SIGNALS)
        others = ALL_SIGNALS if self.broad or base is None else base.signals
        left_of = others if (self.broad or base) and not self.signals and metric is Metric.SIGNALS else ()
        refuse_absence(self.excluded, self.text, whole=left_of, alone=not (self.signals or self.broad or base))
        period = self._period(base)
        target, view = self._target_and_view()
        group, top = self._ranking(base.group_by if base else None)
        start = base or Question(period)
        filters, either, without = self.facets.onto(base)
        question = replace(
            start,
            period=period,
            signals=self._signals(others),
            target=target.text if target else start.target,
            exact=target.exact if target else start.exact,
            view=view.text if view else start.view,
            metric=metric,
            compare=self._compared(period, base),
            group_by=group or start.group_by,
            top=top or (start.top if group is None else None),
            filters=filters,
            either=either,
            without=without,
            suspect=start.suspect if group is None else "",
            text=self.text,
        )
        self.assumed += assumed_always(self.shapes)
        return shaped(question, self.shapes, self.clock)

    def _signals(self, otherwise: tuple[Signal, ...]) -> tuple[Signal, ...]:
        left = set(self.signals or otherwise).difference(*(clause.kinds for clause in self.excluded))
        kept = tuple(signal for signal in ALL_SIGNALS if signal in left)
        if not kept:
            raise Puzzled("No signal is left to count.", at=self.text)
        return kept

    def _target_and_view(self) -> tuple[Name | None, Name | None]:
        views = [name for name in self.names if name.dimension is GroupBy.VIEW]
        targets = [name for name in self.names if name.dimension is not GroupBy.VIEW]
        for kind in (views, targets):
            if len(kind) > 1:
                raise Puzzled("I can look at one target at a time.", at=kind[1].text)
        return next(iter(targets), None), next(iter(views), None)

    def _ranking(self, before: GroupBy | None) -> tuple[GroupBy | None, int | None]:
        """`before` is what the question before was grouped by: "top 3" is of those."""
        if (
            self.group is not None
            and self.dimension not in {None, self.group}
            and is_facet(self.tokens, self.bare, self.text)
        ):
            raise Puzzled("I can group by one thing at a time.", at=self.bare)
        if self.dimension is not None and not self.ranked and self.limit is None:
            raise bare_problem(self.tokens, self.bare, self.text)
        group = self.group or self.dimension
        top = self.top or self.limit
        if group is None and top is not None:
            group = before or GroupBy.TARGET
        return group, top

    def _period(self, base: Question | None) -> Period:
        if self.hours is not None:
            day = self.spans[0] if self.spans else None
            return cut(
                hours_of(day, self.hours, self.clock, self.period_text, self.assumed), self.clock, self.period_text
            )
        if self.spans:
            return self._named_period(base)
        usual = default_period(self.shapes, self.clock, base)
        if usual is not None:
            self.assumed += assumed_periods(self.shapes)
            return usual
        if base is not None:
            return base.period
        against = self.compare.against if self.compare else None
        if self.compare and isinstance(against, Span) and against.unit not in {"", "range", "rolling", OPEN}:
            self.assumed.append(("No period was given, so the current one is taken.", {}))
            return cut(self.clock.calendar(0, against.unit), self.clock, self.compare.text)
        self.assumed.append(("No period was given, so the last 7 days are taken.", {}))
        return Period(self.clock.back(DEFAULT_DAYS, "day"), self.clock.now)

    def _named_period(self, base: Question | None) -> Period:
        if self.spans[0].unit == AT_PRESENT and base is not None:
            return as_of_now(base.period, self.clock)
        self.assumed += [(NOW_IS_HOUR, {"what": self.period_text})] if self.spans[0].unit == AT_PRESENT else []
        span = whole_year(self.spans[0], self.compare, self.clock)
        self.assumed += [(TWO_YEARS, {})] if of_two_years(span, self.compare) else []
        return cut(span, self.clock, self.period_text)

    def _compared(self, period: Period, base: Question | None) -> Period | None:
        if USUAL in self.shapes:  # held against the usual, whatever the question before was held against
            if self.compare is not None:
                raise Puzzled("These are two questions: ask one at a time.", at=self.compare.text)
            return None
        if self.compare is not None:
            return compared_period(self.compare, period, self.clock)
        if base is None or base.compare is None:
            return None
        return base.compare if period == base.period else previous(period)

    @property
    def empty(self) -> bool:
        """Whether nothing was asked."""
        signals = self.signals or self.broad or self.excluded
        period = self.spans or self.hours or self.compare
        metric = any(token.type == "METRIC" for token in self.tokens)
        return not (
            self.names or signals or period or self.facets or self.group or self.ranked or metric or self.shapes
        )


_HANDLERS: dict[str | type, Callable[[QuestionParts, Any], None]] = {
    "SHAPE": QuestionParts._add_shape,
    **dict.fromkeys(("SIGNAL", "ADJ"), QuestionParts._add_signal),
    "GROUP": QuestionParts._add_group,
    "WHICH": QuestionParts._add_ranking,
    "FACETS": lambda parts, token: parts._rank(GroupBy(str(token)), raw(token, parts.text)),
    **dict.fromkeys(("VALUE", "FILTER", FilterClause), QuestionParts._add_filter),
    "EXCEPT": QuestionParts._add_exception,
    Excluded: lambda parts, clause: parts.excluded.append(clause),
    Timed: QuestionParts._add_period,
    Compare: QuestionParts._add_comparison,
    TopClause: QuestionParts._add_top,
    Limit: QuestionParts._add_limit,
    Bare: lambda parts, clause: parts._rank(GroupBy(str(clause.token)), raw(clause.token, parts.text)),
    NamedClause: QuestionParts._add_names,
}
