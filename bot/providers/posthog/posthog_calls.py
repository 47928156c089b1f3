"""The requests to PostHog as values, and its answers as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import msgspec


class Asked(StrEnum):
    """What a query is for: completes "when asked for …"."""

    NUMBERS = "numbers"
    NAMES = "names of targets"
    VERSIONS = "versions"
    VALUES = "values"
    MOMENTS = "moments for a clip"
    FACTS = "facts about the project’s clicks"


QUERY, RECORDINGS, PROJECT = "query:read", "session_recording:read", "project:read"
"""The scopes that a key needs."""


@dataclass(frozen=True, slots=True)
class PostHogCall:
    """All of them are reads. `path` follows the project's; a `body` is sent as JSON.

    `group` names what shares a rate limit; `what` completes "when asked for …".
    """

    path: str
    scope: str
    group: str
    what: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None


class QueryRows(msgspec.Struct):
    """`has_more`: there are more rows than the query's own limit."""

    results: list[list[Any]]
    has_more: bool | None = msgspec.field(name="hasMore", default=None)


class ProjectAnswer(msgspec.Struct):
    """None for a switch that was never touched, which is off."""

    name: str = ""
    session_recording_opt_in: bool | None = None
    capture_dead_clicks: bool | None = None
    autocapture_exceptions_opt_in: bool | None = None


class SnapshotSource(msgspec.Struct):
    source: str
    blob_key: str | None = None


class SnapshotSources(msgspec.Struct):
    sources: list[SnapshotSource] = []


class ListedRecording(msgspec.Struct):
    id: str
    ongoing: bool | None = None


class RecordingPage(msgspec.Struct):
    results: list[ListedRecording] = []


def query_call(query: str, values: Mapping[str, Any], what: Asked = Asked.NUMBERS) -> PostHogCall:
    body = {
        "query": {"kind": "HogQLQuery", "query": query, "values": dict(values)},
        "refresh": "force_blocking",
        "name": "replaybook",
    }
    return PostHogCall("query/", QUERY, "query", what, body=body)


def project_call() -> PostHogCall:
    return PostHogCall("", PROJECT, "project", "the project")


def newest_recordings_call(limit: int, days: int) -> PostHogCall:
    """Of the last days. Without a time PostHog lists those of three days."""
    path, parameters = "session_recordings/", (("limit", str(limit)), ("date_from", f"-{days}d"))
    return PostHogCall(path, RECORDINGS, "recordings", "recordings", query=parameters)


def snapshots_call(session_id: str, first: int | None = None, last: int | None = None) -> PostHogCall:
    """Without keys, what there is of the session; with both, these blobs and those between them."""
    keys: tuple[tuple[str, str], ...] = ()
    if first is not None and last is not None:
        keys = (("source", "blob_v2"), ("start_blob_key", str(first)), ("end_blob_key", str(last)))
    path = f"session_recordings/{quote(session_id, safe='')}/snapshots"
    return PostHogCall(path, RECORDINGS, "snapshots", "the recording", query=keys)
