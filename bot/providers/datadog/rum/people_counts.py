"""People from numbers of ids: RUM counts ids, and not everybody has one.

A person is a user id; where the page names no user, the browser's anonymous id (SDK 6 and newer); where there is
neither, a session. So the same is counted twice more where not everybody is named: of events that name a user, and of
events without either id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.providers.datadog.rum.rum_event import RumEvent
from bot.signals.answer import Counts
from bot.signals.question import Signal

USER, BROWSER, SESSION = "@usr.id", "@usr.anonymous_id", "@session.id"


class PeopleIds(Enum):
    """What an account's events name people by. Values are the names and clauses of the requests that count them."""

    USERS = ("",)
    BROWSERS = ("", "named")
    SESSIONS = ("", "named", "bare")


CLAUSES = {"": "", "named": f" {USER}:*", "bare": f" -{USER}:* -{BROWSER}:*"}
NAMED_OTHERWISE = {PeopleIds.USERS: f" -{USER}:*", PeopleIds.BROWSERS: CLAUSES["bare"]}
"""The clause that finds events for which these ids aren't enough."""


@dataclass(frozen=True, slots=True)
class IdCounts:
    """How many events there are, and how many distinct ids in them."""

    events: int = 0
    sessions: int = 0
    users: int = 0
    browsers: int = 0


@dataclass(frozen=True, slots=True)
class BucketCounts:
    """The numbers of one bucket without its signals. `nameless` are sessions in which nobody is named."""

    actions: int = 0
    people: int = 0
    sessions: int = 0
    nameless: int = 0

    def counts(self, by_signal: Mapping[Signal, int] | None = None) -> Counts:
        return Counts(dict(by_signal or {}), self.actions, self.people, self.sessions)


def bucket_counts(every: IdCounts, named: IdCounts | None = None, bare: IdCounts | None = None) -> BucketCounts:
    """Returns the numbers of a bucket: of all of its events, of those that name a user, of those without any id.

    Without `named` everybody is. A browser or a session that was named once is that user, and a session is one person.
    """
    named, bare = named or every, bare or IdCounts()
    nameless = max(0, every.sessions - named.sessions)
    browsers = max(0, every.browsers - named.browsers)
    people = every.users + min(browsers + bare.sessions, nameless)
    return BucketCounts(every.events, min(people, every.sessions) or every.sessions, every.sessions, nameless)


def count_events(events: Sequence[RumEvent]) -> BucketCounts:
    """Counts events that are at hand in the same way."""
    named = [event for event in events if event.usr.get("id")]
    bare = [event for event in events if not event.usr.get("id") and not event.usr.get("anonymous_id")]
    return bucket_counts(*map(_ids, (events, named, bare)))


def _ids(events: Sequence[RumEvent]) -> IdCounts:
    sessions = {event.session.id for event in events if event.session.id}
    users, browsers = ({str(event.usr[id]) for event in events if event.usr.get(id)} for id in ("id", "anonymous_id"))
    return IdCounts(len(events), len(sessions), len(users), len(browsers))
