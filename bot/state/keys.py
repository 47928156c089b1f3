"""The name of every key in Redis, and nothing else names one.

A name is plain text, its parts joined by colons: first the team (the workspace), so that one bot serves many, then what
it is, then which one. Things that belong to the bot and to no team begin with `all`. A colon inside a part is written
as `%3A`, and a NUL, which Postgres doesn't take, as `%00`. Keys that one script or transaction touches together carry
the team in braces, so that Redis Cluster keeps them on one node.

Each name says what type its value has, who writes it, and when it ends. How long records live is in `records.py`.
"""

from __future__ import annotations

ALL = "all"


def key(team: str, *parts: str) -> str:
    return ":".join(_escaped(part) for part in (team, *parts))


def tagged(team: str, *parts: str) -> str:
    """A key that a script touches together with others of the team."""
    return ":".join((f"{{{_escaped(team)}}}", *(_escaped(part) for part in parts)))


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace(":", "%3A").replace("\0", "%00")


def unescaped(part: str) -> str:
    """A part of a name, as it was before it became one."""
    return part.replace("%00", "\0").replace("%3A", ":").replace("%25", "%")


def once(team: str, *meaning: str) -> str:
    """An effect that happens once, named by what it means: `once("T1", "C1", "1700.1", "clip")`.

    String: the result. Written by `Once`; ends after 30 days, or what its caller names.
    """
    return tagged(team, "once", *meaning)


def lock(guarded: str) -> str:
    """The lock that guards another key. String: its owner's token. Written by `held`; ends with its lease."""
    return f"{guarded}:lock"


def record(team: str, kind: str, name: str) -> str:
    """A versioned record: `record("T1", "request", "R42")`.

    Hash of version and data. Written by `Records`; lives as long after its last change as its kind does.
    """
    return key(team, "record", kind, name)


EVERY_RECORD, EVERY_PAGE = "*:record:*", f"{ALL}:page:*"
"""Patterns of the keys of all records."""


def page(token: str) -> str:
    """The answer that a page shows: a record of the kind `page`."""
    return key(ALL, "page", token)


def delivery(team: str, meaning: str) -> str:
    """What became of a message: its state and its ts.

    Hash, written by the outbox; ends 30 days after its last change.
    """
    return tagged(team, "delivery", meaning)


def posted(team: str, channel: str, ts: str) -> str:
    """What a message of ours means, by where Slack put it. String, written by the outbox; ends after a day."""
    return key(team, "posted", channel, ts)


def order(team: str, kind: str) -> str:
    """The newest things of a kind, by the order in which they were created."""
    return key(team, "order", kind)


def outgoing(team: str, channel: str) -> str:
    """The messages waiting for one channel, in order.

    List, written by the outbox. A message leaves it when it is sent or given up; ends 30 days after the last one came.
    """
    return tagged(team, "outgoing", channel)


def outgoing_due(team: str) -> str:
    """Channels with something waiting, by the time they may be served again.

    Sorted set, written by the outbox; a channel leaves it when its list is empty.
    """
    return tagged(team, "outgoing-due")


def newest(team: str, channel: str, target: str) -> str:
    """The newest update waiting for one message. String, written by the outbox; ends when it is sent, or in 30 days."""
    return tagged(team, "newest", channel, target)


def upload(team: str, digest: str) -> str:
    """A file on its way to Slack.

    Hash, written by the outbox; its bytes end when Slack has them, the rest in a week.
    """
    return key(team, "upload", digest)


def block(team: str, kind: str) -> str:
    """Whether the workspace takes blocks of this type. String, written by the outbox; ends after a week."""
    return key(team, "block", kind)


def running(team: str, channel: str, meaning: str) -> str:
    """Who answers a question in a channel right now, or did a moment ago.

    String: the question's id. Written by `Leases`; ends with the lease, two minutes at most.
    """
    return key(team, "running", channel, meaning)


REQUESTS_DUE, NOTEBOOKS_DUE, WATCHES_DUE, DIGESTS_DUE = "requests-due", "notebooks-due", "watches-due", "digests-due"
AUDIT, HOMES_DUE = "audit", "homes-due"
DUE_INDEXES = (REQUESTS_DUE, NOTEBOOKS_DUE, WATCHES_DUE, DIGESTS_DUE, AUDIT, HOMES_DUE)
"""Indexes: open requests to owners; notebooks whose facts are counted again; watches and live answers; channels with
open follow-ups, for their weekly list; entries of the audit log by their time; people who have the home tab open."""


def due(team: str, index: str) -> str:
    """What of one of these indexes the clock looks at again, by time.

    Sorted set, written by `DueIndex`; a name leaves it when it is closed or ended, or when its record has ended.
    """
    return key(team, index)


def person(team: str, user: str) -> str:
    """A Slack user's profile. String, written by `People`; ends after an hour."""
    return key(team, "profile", user)


def team_settings(team: str) -> str:
    """A copy of what a workspace's admins chose. String, written by `TeamRecords`; ends after a minute."""
    return key(team, "team-settings")


def group_members(team: str, group: str) -> str:
    """Who is in a user group. String, written by `People`; ends after an hour."""
    return key(team, "group-members", group)


def shared(team: str, channel: str) -> str:
    """Whether another organization is in a channel. String, written by `People`; ends after ten minutes."""
    return key(team, "shared", channel)


def channel_guests(team: str, channel: str) -> str:
    """Whether guests are in a channel. String, written by `ChannelGuests`; ends after a minute."""
    return key(team, "channel-guests", channel)


def people_standing(team: str) -> str:
    """Who of a workspace is a guest. Hash by person, written by `ChannelGuests`; ends after an hour."""
    return key(team, "people-standing", "all")


def sees(team: str, user: str, channel: str) -> str:
    """Whether a person may know what is in a channel. String, written by `People`; ends after ten minutes."""
    return key(team, "sees", user, channel)


def org_workspaces(team: str) -> str:
    """The workspaces of an organization. String, written by `org_workspaces`; ends after ten minutes."""
    return key(team, "org-workspaces")


def channel_members(team: str, channel: str) -> str:
    """Who is in a channel. Set, written by `ChannelAccess`; ends after a minute."""
    return key(team, "channel-members", channel)


def person_channels(team: str, user: str) -> str:
    """The channels a person is in. String, written by `ChannelAccess`; ends after a minute."""
    return key(team, "person-channels", user)


def person_standing(team: str, user: str) -> str:
    """Whether a person is a full member of the workspace. String, written by `ChannelAccess`; ends after a minute."""
    return key(team, "person-standing", user)


def page_place(kind: str, name: str) -> str:
    """The channel that a page belongs to. String, written by `PagePlaces`; ends after an hour."""
    return key(ALL, "page-place", kind, name)


def file_places(name: str) -> str:
    """The pages that showed a file. Set, written by `PagePlaces`; ends a day after the last of them was seen."""
    return key(ALL, "file-places", name)


def job(id: str) -> str:
    """How often a job was begun and failed. Its id begins with the team already.

    Hash, written by the queue's runner; ends with the job, or in a week.
    """
    return key(ALL, "job", id)


def duty(name: str) -> str:
    """What one process does at a time, whichever it is. Nothing lies here but its lock."""
    return key(ALL, "duty", name)


def inbox(id: str) -> str:
    """A delivery from Slack, while a handler works on it.

    Hash, written by the inbox; ends when it is handled, or in six hours; of one that may come
    again, that it was is kept for 15 minutes more.
    """
    return tagged(ALL, "inbox", id)


def limit(provider: str, site: str, group: str) -> str:
    """How many requests a provider still takes from us.

    String, written by its client; ends when the count starts anew.
    """
    return key(ALL, "limit", provider, site, group)


REFUSED_PEOPLE = key(ALL, "refused-people")
"""Hashes of people and sessions of whom the intake takes nothing, by when that ends.

Sorted set, written by `replaybook forget`; a hash leaves it after its day, and all of it ends a day after the last one.
"""


def intake_rate(sender: str) -> str:
    """When a sender of events has used up none of its rate any more, in epoch milliseconds.

    String, written by `SharedQuotas`; ends after two minutes.
    """
    return tagged(ALL, "intake", sender, "rate")


def intake_bytes(sender: str, day: str) -> str:
    """Bytes that a sender of events has sent on a day. String, written by `SharedQuotas`; ends after two days."""
    return tagged(ALL, "intake", sender, "bytes", day)


def print_page(team: str, digest: str) -> str:
    """A page that waits to be printed as PDF. String: compressed HTML. Written by `PdfRecords`; ends in ten minutes."""
    return key(team, "print-page", digest)


def printed_pdf(team: str, digest: str) -> str:
    """The PDF of a page, or the sentence that says why there is none.

    String, written by `PdfRecords`; a PDF ends after an hour, a sentence within a minute.
    """
    return key(team, "printed-pdf", digest)


TEAMS = key(ALL, "teams")
"""Workspaces that have or had anything waiting or open.

Set, written by `KnownTeams`; one short id for each workspace, for ever.
"""

BOTS = key(ALL, "bots")
"""The bots and workers that run, what each answers from and where its files are.

Hash, written by `registered`; one leaves it when it ends, and all of it ends a minute after the last one was killed.
"""

RENDERING = key(ALL, "rendering")
"""Whether any worker renders clips. String, written by `rendering_here`; ends six seconds after the last one does."""

INBOX_ALIVE = tagged(ALL, "inbox-alive")
"""Deliveries in work, by the time they were renewed last.

Sorted set, written by the inbox; a delivery leaves it when it is handled or given up.
"""

INBOX_OWNERS = tagged(ALL, "inbox-owners")
"""The process that handles each delivery. Hash, written by the inbox; a delivery leaves it as it leaves INBOX_ALIVE."""

WAKE = key(ALL, "outgoing-wake")
"""A channel of publish and subscribe, not a key: the team for which something new waits."""
