"""Groups of a share against what is usual for each: the same group in the period that the question compares with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.signals.answer import Counts, Group
from bot.signals.answer_text import part_of_all
from bot.signals.question import SHARED, SLICES, GroupBy, Question

_WITHOUT = frozenset({GroupBy.SIGNAL, GroupBy.ERROR, *SLICES})
"""Groupings of which the groups of one period aren't those of another, or have no base."""


def has_usual(question: Question) -> bool:
    """Whether shares of groups are compared with another period."""
    grouped = question.group_by is not None and question.group_by not in _WITHOUT
    return grouped and question.compare is not None and question.metric in SHARED


def against_usual(question: Question, groups: Sequence[Group], usual: Mapping[str, Group]) -> list[Group]:
    """Returns the groups with signals, each with its usual numbers, farthest above what they would be by these first.

    How far is counted in people, sessions or actions, as the question does: one of one isn't worse than 30 of 40.
    """
    compared = [
        replace(group, usual=_counts(usual.get(group.label)), usual_exposed=_exposed(usual.get(group.label)))
        for group in groups
        if group.counts.actions
    ]
    return sorted(compared, key=lambda group: (-_excess(question, group), group.label))


def _excess(question: Question, group: Group) -> float:
    part, everything = part_of_all(group.counts, group.exposed or Counts(), question.metric)
    before, all_before = part_of_all(group.usual or Counts(), group.usual_exposed or Counts(), question.metric)
    return part - (everything * before / all_before if all_before else 0.0)


def _counts(group: Group | None) -> Counts:
    return group.counts if group else Counts()


def _exposed(group: Group | None) -> Counts:
    return group.exposed if group and group.exposed else Counts()
