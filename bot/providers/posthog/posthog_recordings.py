"""A session's recording: its blobs, as PostHog stores them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from bot.kernel.errors import Missing
from bot.providers.posthog.posthog_calls import SnapshotSources, snapshots_call
from bot.providers.posthog.posthog_client import PostHogClient
from bot.replay.formats.size_limits import MAX_STORED_BYTES, too_large

MOST_BLOBS = 20
"""That a personal key may ask for at once."""
MOST_REQUESTS = 50
"""For blobs of one recording: nearly all of what the free plan allows in an hour."""


class PostHogRecordings:
    """Each request counts against a limit that may be no more than twelve in a minute: a recording takes two, and one
    more for every twenty blobs.
    """

    def __init__(self, client: PostHogClient) -> None:
        self._client = client

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """Returns the blobs in order. Raises Missing when there are none (any more), and Unfilmable past the limit."""
        try:
            listed = await self._client.send(snapshots_call(session_id), SnapshotSources)
        except Missing:
            raise Missing("PostHog has no recording of this session, or no longer keeps it.") from None
        named = {it.blob_key for it in listed.sources if it.source == "blob_v2" and it.blob_key}
        kinds = {it.source for it in listed.sources}
        if "realtime" in kinds and not named:
            raise Missing("PostHog has not stored a recording of this session yet; try again in a few minutes.")
        if listed.sources and not named:
            raise Missing("PostHog has the recording of this session only in an archive that Replaybook doesn’t read.")
        keys = sorted(map(int, filter(_is_key, named)))
        pieces: list[bytes] = []
        size = 0
        ranges = list(islice(_ranges(keys), MOST_REQUESTS + 1))
        if len(ranges) > MOST_REQUESTS:
            raise too_large("pieces", MOST_REQUESTS * MOST_BLOBS)
        for first, last in ranges:
            pieces.append(await self._client.body(snapshots_call(session_id, first, last)))
            size += len(pieces[-1])
            if size > MAX_STORED_BYTES:
                raise too_large("bytes", MAX_STORED_BYTES)
        if not any(piece.strip() for piece in pieces):
            raise Missing("PostHog has no recording of this session, or no longer keeps it.")
        return pieces


def _is_key(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10


def _ranges(keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yields (first, last) of runs of keys without a gap, none longer than one request may be."""
    start = 0
    for at in range(1, len(keys) + 1):
        over = at == len(keys) or keys[at] != keys[at - 1] + 1 or at - start == MOST_BLOBS
        if over:
            yield keys[start], keys[at - 1]
            start = at
