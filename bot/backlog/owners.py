"""Who is responsible for what: features with their owners, found by what was clicked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.backlog.feature import Feature
from bot.backlog.owners_file import read


class Clicked(Protocol):
    """What `owner_of` needs to know of a target. `bot.signals.answer.TargetMatch` is one."""

    @property
    def name(self) -> str: ...
    @property
    def selector(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Owners:
    """All features, in the order of the file."""

    features: tuple[Feature, ...] = ()

    @classmethod
    def load(cls, path: Path, trackers: Collection[str] | None = None) -> Owners:
        """Read `owners.yaml`; `trackers` are the names that it may use, any where it isn't given.

        Raises Misunderstood with the line and the field. A missing file owns nothing.
        """
        return cls(read(path.read_text("utf-8"), path.name, trackers)) if path.exists() else cls()

    @property
    def trackers(self) -> frozenset[str]:
        """The trackers that features name."""
        return frozenset(feature.tracker for feature in self.features if feature.tracker)

    def named(self, name: str) -> Feature | None:
        return next((feature for feature in self.features if feature.name == name), None)

    def owner_of(self, targets: Iterable[Clicked], view: str = "") -> Feature | None:
        """The feature that the targets belong to: by selector before name before view, the most specific first.

        Of equals the first in the file. None when nobody owns any of them.
        """
        clicked = tuple(targets)
        best = max(self.features, key=lambda feature: _fit(feature, clicked, view), default=None)
        return best if best and any(_fit(best, clicked, view)) else None

    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Feature name → what else people call it and its selectors, for the matching of targets."""
        return {feature.name: (*feature.aliases, *feature.selectors) for feature in self.features}


def _fit(feature: Feature, clicked: tuple[Clicked, ...], view: str) -> tuple[int, int, int]:
    """How specific the match is, as (selector, name, view); all zero when there is none."""
    return (
        max((_selector_fit(feature, target.selector) for target in clicked), default=0),
        max((_name_fit(feature, target.name) for target in clicked), default=0),
        max((len(path) for path in feature.views if _under(view, path)), default=0),
    )


def _selector_fit(feature: Feature, selector: str) -> int:
    """The length of the longest of the feature's selectors that is one of the parts of the target's."""
    parts = {selector, *re.split(r"[\s>]+", selector)}
    return max((len(own) for own in feature.selectors if selector and own in parts), default=0)


def _name_fit(feature: Feature, name: str) -> int:
    return max((len(words) for words in feature.words if _says(name.casefold(), words.casefold())), default=0)


def _says(name: str, words: str) -> bool:
    """Whether a target's name holds these words: whole ones, except in scripts that join words (구매하기)."""
    if not words.isascii():
        return words in name
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", name) is not None


def _under(view: str, path: str) -> bool:
    return view == path or view.startswith(path.rstrip("/") + "/")


class OwnerSource(Protocol):
    """Knows owners that are not in owners.yaml. It never raises because it can't be reached: then it knows nobody."""

    async def owner_of(self, targets: Sequence[Clicked], view: str = "", service: str = "") -> Feature | None:
        """The feature of this view (a name or a path) or service; None when nobody is known to own it."""

    async def named(self, name: str) -> Feature | None:
        """A feature that `owner_of` gave before, by its name."""


@dataclass(frozen=True, slots=True)
class AllOwners:
    """owners.yaml wins, whatever the others know; of the others the first that knows somebody."""

    file: Owners
    others: tuple[OwnerSource, ...] = ()

    async def owner_of(
        self, targets: Iterable[Clicked], view: str = "", service: str = "", mostly: str = ""
    ) -> Feature | None:
        """`view` is the one asked about. Without it, others than the file go by where most clicks were, `mostly`."""
        clicked = tuple(targets)
        if known := self.file.owner_of(clicked, view):
            return known
        for other in self.others:
            if known := await other.owner_of(clicked, view or mostly, service):
                return known
        return None

    async def named(self, name: str) -> Feature | None:
        if known := self.file.named(name):
            return known
        for other in self.others:
            if known := await other.named(name):
                return known
        return None
