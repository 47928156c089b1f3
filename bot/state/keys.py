"""The name of every key in Redis, and nothing else names one.

A name is plain text, its parts joined by colons: first the team (the workspace), so that one bot serves many, then what
it is, then which one. Things that belong to the bot and to no team begin with `all`. A colon inside a part is written
as `%3A`. Names hold no hash tags: scripts that touch several keys say so, and a Cluster is for later.
"""

from __future__ import annotations


def key(team: str, *parts: str) -> str:
    return ":".join(part.replace("%", "%25").replace(":", "%3A") for part in (team, *parts))


def once(team: str, *meaning: str) -> str:
    """An effect that happens once, named by what it means: `once("T1", "C1", "1700.1", "clip")`."""
    return key(team, "once", *meaning)


def lock(guarded: str) -> str:
    """The lock that guards another key."""
    return f"{guarded}:lock"


def record(team: str, kind: str, name: str) -> str:
    """A versioned record: `record("T1", "request", "R42")`."""
    return key(team, "record", kind, name)


def order(team: str, kind: str) -> str:
    """The newest things of a kind, by the order in which they were created."""
    return key(team, "order", kind)


def effect(team: str, meaning: str) -> str:
    """What became of a message: its state and its ts."""
    return key(team, "effect", meaning)


def outgoing(team: str, channel: str) -> str:
    """The messages waiting for one channel, in order."""
    return key(team, "outgoing", channel)


def newest(team: str, channel: str, target: str) -> str:
    """The newest update waiting for one message."""
    return key(team, "newest", channel, target)


def upload(team: str, digest: str) -> str:
    """A file on its way to Slack."""
    return key(team, "upload", digest)


def block(team: str, kind: str) -> str:
    """Whether the workspace takes blocks of this type."""
    return key(team, "block", kind)


def running(team: str, channel: str, meaning: str) -> str:
    """Who answers a question in a channel right now, or did a moment ago."""
    return key(team, "running", channel, meaning)


def page(token: str) -> str:
    """The answer that a page shows."""
    return key("all", "page", token)


def job(id: str) -> str:
    """How often a job was begun and failed. Its id begins with the team already."""
    return key("all", "job", id)


def heard(id: str) -> str:
    """What Slack told us, while a handler is at it."""
    return key("all", "heard", id)


def limit(provider: str, site: str, group: str) -> str:
    """How many requests a provider still takes from us, until the key expires."""
    return key("all", "limit", provider, site, group)


def person(team: str, user: str) -> str:
    """A Slack user's profile, kept for a while."""
    return key(team, "person", user)


DUE = "all:outgoing:due"  # channels with something waiting, by the time they may be served again
WAKE = "all:outgoing:wake"  # published when something new waits
HEARD = "all:heard:held"  # what handlers are at, by the time their process was last alive
OPEN_REQUESTS = "all:requests:open"  # requests to owners, by the time the clock looks at them again
