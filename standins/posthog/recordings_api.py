"""Recordings: their list, one, and its snapshots."""

from __future__ import annotations

import re
from datetime import timedelta

from aiohttp import web

from standins.posthog.posthog_denied import PostHogDenied
from standins.posthog.posthog_world import PostHogWorld, allowed, only
from standins.posthog.snapshot_blobs import StoredRecording, as_iso

SCOPE = "session_recording:read"
MOST_LISTED = 100
LISTED_FROM = "-3d"


def routes() -> list[web.RouteDef]:
    base = "/api/projects/{project}/session_recordings"
    return [
        web.get(f"{base}/", _listed),
        web.get(f"{base}/{{session}}/", _one),
        web.get(f"{base}/{{session}}/snapshots", _snapshots),
        web.get(f"{base}/{{session}}/snapshots/", _snapshots),
    ]


async def _listed(request: web.Request) -> web.Response:
    world = allowed(request, SCOPE, "listing")
    asked = only(request, "limit", "offset", "date_from")
    limit, offset = min(int(asked.get("limit", 20)), MOST_LISTED), int(asked.get("offset", 0))
    since = world.clock() - timedelta(days=_days(asked.get("date_from", LISTED_FROM)))
    ends = {session: stored.blobs[-1].end for session, stored in world.recordings.items()}
    listed = [session for session, end in ends.items() if end >= since.timestamp() * 1000]
    newest = sorted(listed, key=ends.__getitem__, reverse=True)
    page = [_meta(session, world.recordings[session]) for session in newest[offset : offset + limit]]
    return web.json_response({"results": page, "has_next": len(newest) > offset + limit, "version": 4})


def _days(text: str) -> int:
    found = re.fullmatch(r"-(\d{1,4})d", text, re.ASCII)
    if found is None:
        raise PostHogDenied(400, "The stand-in knows only dates such as -30d")
    return int(found[1])


async def _one(request: web.Request) -> web.Response:
    world = allowed(request, SCOPE, "listing")
    only(request)
    session = request.match_info["session"]
    return web.json_response(_meta(session, _recording(world, session)))


async def _snapshots(request: web.Request) -> web.Response:
    """Without a source, what there is; with one, the blobs from one key to another, both of which must be named."""
    world = allowed(request, SCOPE, "snapshots")
    asked = only(request, "source", "start_blob_key", "end_blob_key")
    recording = _recording(world, request.match_info["session"])
    if "source" not in asked:
        return web.json_response({"sources": recording.sources()})
    if asked["source"] != "blob_v2":
        raise PostHogDenied(400, "Invalid source must be one of [blob_v2, blob_v2_lts, None]")
    try:
        first, last = int(asked["start_blob_key"]), int(asked["end_blob_key"])
    except KeyError:
        raise PostHogDenied(400, "Must provide both start_blob_key and end_blob_key") from None
    except ValueError:
        raise PostHogDenied(400, "Blob key must be an integer") from None
    if last - first + 1 > world.most_blobs:
        raise PostHogDenied(400, f"Cannot request more than {world.most_blobs} blob keys at once")
    if not 0 <= first <= last < len(recording.blobs):
        raise PostHogDenied(404, "Block index out of range")
    data = b"".join(blob.data for blob in recording.blobs[first : last + 1])
    return web.Response(body=data, content_type="application/jsonl")


def _recording(world: PostHogWorld, session: str) -> StoredRecording:
    if session not in world.recordings:
        raise PostHogDenied(404, "Not found.")
    return world.recordings[session]


def _meta(session: str, recording: StoredRecording) -> dict[str, object]:
    begin, end = recording.blobs[0].start, recording.blobs[-1].end
    return {
        "id": session,
        "distinct_id": recording.distinct_id,
        "start_time": as_iso(begin),
        "end_time": as_iso(end),
        "recording_duration": (end - begin) // 1000,
        "snapshot_source": "web",
        "ongoing": False,
    }
