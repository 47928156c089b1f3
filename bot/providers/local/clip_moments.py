"""Candidates for a clip: of each session whose recording is stored, the worst action with the signals asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.providers.local.filters import conditions
from bot.providers.local.sql import Values
from bot.replay.detect.click_rules import RAGE_CLICKS
from bot.signals.answer import TargetMatch
from bot.signals.question import ALL_SIGNALS, Question, Signal
from bot.signals.source import Moment

Query = Callable[[str, dict[str, Any]], Awaitable[list[tuple[Any, ...]]]]


async def find(query: Query, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
    """Returns the worst moment of each session in all of the period: complete ones first, then newest first."""
    values = Values()
    wanted = f"({' OR '.join(question.signals) or 'false'}) AND {_clicks(question, targets, values)}"
    return await _found(query, question, wanted, values, limit)


async def find_calm(query: Query, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
    """Returns a click of each session that used the targets and met no signal on them; complete ones first, too."""
    values = Values()
    clicks, signal = _clicks(question, targets, values), " OR ".join(ALL_SIGNALS)
    failed = f"SELECT session_id FROM actions WHERE ({signal}) AND {clicks}"  # noqa: S608 - our own names; values are parameters
    return await _found(query, question, f"{clicks} AND session_id NOT IN ({failed})", values, limit)


def _clicks(question: Question, targets: Sequence[TargetMatch], values: Values) -> str:
    """Everyone who used the targets in the period."""
    span = [f"moment >= {values.add(question.period.start)}", f"moment < {values.add(question.period.end)}"]
    return " AND ".join([*span, *conditions(question, targets, values)])


async def _found(query: Query, question: Question, wanted: str, values: Values, limit: int) -> list[Moment]:
    rows = await query(_MOMENTS.format(wanted=wanted, rage=RAGE_CLICKS, limit=limit), values.by_name)
    return [_moment(row, question.period.start.tzinfo) for row in rows]


def _moment(row: tuple[Any, ...], zone: tzinfo | None) -> Moment:
    session, view, at_ms, rage, dead, error, target, clicks, first_ms, message, complete, *rest = row
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
        complete=complete,
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
  SELECT * FROM actions WHERE {wanted} AND session_id IN (SELECT session_id FROM segments)
), piece AS (
  SELECT session_id, if(format = 'rrweb', '', view_id) AS stream, seq, moment, last_moment, full_snapshot
  FROM segments WHERE session_id IN (SELECT session_id FROM hit)
), numbered AS (  -- pieces that follow one another without a gap have the same `run`
  SELECT *, seq - dense_rank() OVER (PARTITION BY session_id, stream ORDER BY seq) AS run FROM piece
), span AS (  -- what can be replayed: from a full snapshot to the end of its run
  SELECT session_id, min(moment) FILTER (full_snapshot) AS first, max(last_moment) AS last
  FROM numbered GROUP BY session_id, stream, run
), joined AS (
  SELECT action_id, arg_min(message, errors.moment) AS message
  FROM errors JOIN hit ON hit.id = errors.action_id GROUP BY action_id
), whole AS (
  SELECT DISTINCT hit.id FROM hit JOIN span USING (session_id) WHERE hit.moment BETWEEN span.first AND span.last
), candidate AS (
  SELECT hit.*, coalesce(message, '') AS message, whole.id IS NOT NULL AS complete,
    if(clicks > 0, clicks, if(rage_click, {rage}, 1)) AS least_clicks
  FROM hit LEFT JOIN joined ON joined.action_id = hit.id LEFT JOIN whole ON whole.id = hit.id
), worst AS (  -- as `bot.replay.script.choice` has it
  SELECT * FROM candidate
  QUALIFY row_number() OVER (
    PARTITION BY session_id ORDER BY complete DESC, rage_click::INT + dead_click::INT + error_click::INT DESC,
      least_clicks DESC, message = '', moment, view_id, view_path, version, target, message, id
  ) = 1
)
SELECT session_id, view_id, epoch_ms(moment), rage_click, dead_click, error_click, target, clicks,
  epoch_ms(sessions.first_moment), message, complete, worst.view_path, worst.version, worst.browser, worst.country,
  worst.device, worst.person, worst.sample
FROM worst JOIN sessions ON sessions.id = worst.session_id
ORDER BY complete DESC, moment DESC, session_id LIMIT {limit}
"""
