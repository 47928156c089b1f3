"""Who owns what was clicked: owners.yaml first, then whoever else knows, such as a catalog of services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.backlog.feature import Feature
from bot.backlog.owners import Clicked, Owners


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
