"""Candidates for a clip: actions with the signals asked for, in sessions whose recording is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from bot.providers.local.filters import conditions
from bot.providers.local.sql import Values
from bot.signals.answer import TargetMatch
from bot.signals.question import Question, Signal
from bot.signals.source import Moment

LOOKED_AT = 1000
"""Newest candidates whose recordings are checked for being complete."""
Query = Callable[[str, dict[str, Any]], Awaitable[list[tuple[Any, ...]]]]


class StoredSegment(NamedTuple):
    """A stored piece. Times are in epoch milliseconds; `stream` names a run that is numbered on its own."""

    session_id: str
    stream: str
    seq: int
    first_ms: int
    last_ms: int
    full_snapshot: bool


async def find(query: Query, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
    """Returns candidates, complete ones first, then newest first."""
    values = Values()
    wanted = [f"moment >= {values.add(question.period.start)}", f"moment < {values.add(question.period.end)}"]
    wanted += [f"({' OR '.join(question.signals) or 'false'})", *conditions(question, targets, values)]
    statement = _MOMENTS.format(wanted=" AND ".join(wanted), limit=LOOKED_AT)
    rows = await query(statement, values.by_name)
    sessions = list(dict.fromkeys(row[0] for row in rows))
    segments = await query(_SEGMENTS, {"sessions": sessions}) if sessions else []
    by_session: dict[str, list[StoredSegment]] = defaultdict(list)
    for segment in map(StoredSegment._make, segments):
        by_session[segment.session_id].append(segment)
    moments = [_moment(row, by_session[row[0]], question.period.start.tzinfo) for row in rows]
    return sorted(moments, key=lambda moment: (not moment.complete, -moment.at.timestamp()))[:limit]


def covered(segments: Sequence[StoredSegment], view_id: str, moment_ms: int) -> bool:
    """Whether the pieces reach from a full snapshot to the moment without a gap in their numbers."""
    streams: dict[str, list[StoredSegment]] = defaultdict(list)
    for segment in segments:
        streams[segment.stream].append(segment)
    return any(_reaches(sorted(run, key=lambda piece: piece.seq), moment_ms) for run in streams.values())


def _reaches(run: Sequence[StoredSegment], moment_ms: int) -> bool:
    expected: int | None = None
    for piece in run:
        if piece.full_snapshot and piece.first_ms <= moment_ms:
            expected = piece.seq
        if expected is None:
            continue
        if piece.seq != expected:
            expected = None
            continue
        if moment_ms <= piece.last_ms:
            return True
        expected += 1
    return False


def _moment(row: tuple[Any, ...], segments: Sequence[StoredSegment], zone: tzinfo | None) -> Moment:
    session, view, at_ms, rage, dead, error, target, clicks, first_ms, message, *rest = row
    flags = ((Signal.RAGE, rage), (Signal.DEAD, dead), (Signal.ERROR, error))
    path, version, browser, country, device, person, sample = rest
    return Moment(
        session_id=session,
        view_id=view,
        at=datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone),
        signals=tuple(signal for signal, on in flags if on),
        target=target,
        clicks=clicks or (0 if rage else 1),  # a sender that doesn't count the clicks of a rage click leaves it open
        seconds_in=max(0.0, (at_ms - first_ms) / 1000),
        complete=covered(segments, view, at_ms),
        error=message or "",
        view=path or "",
        version=version or "",
        browser=browser,
        country=country,
        device=device,
        person=person,
        sample=sample,
    )


_MOMENTS = """
WITH hit AS MATERIALIZED (
  SELECT * FROM actions
  WHERE {wanted} AND session_id IN (SELECT session_id FROM segments)
  ORDER BY moment DESC LIMIT {limit}
), joined AS (
  SELECT action_id, arg_min(message, errors.moment) AS message
  FROM errors JOIN hit ON hit.id = errors.action_id GROUP BY action_id
)
SELECT session_id, view_id, epoch_ms(moment), rage_click, dead_click, error_click, target, clicks,
  epoch_ms(sessions.first_moment), message, hit.view_path, hit.version, hit.browser, hit.country, hit.device,
  hit.person, hit.sample
FROM hit JOIN sessions ON sessions.id = hit.session_id LEFT JOIN joined ON joined.action_id = hit.id
ORDER BY moment DESC
"""
_SEGMENTS = """
SELECT session_id, if(format = 'rrweb', '', view_id) AS stream, seq, epoch_ms(moment), epoch_ms(last_moment),
  full_snapshot
FROM segments WHERE session_id IN (SELECT unnest($sessions)) ORDER BY moment
"""
