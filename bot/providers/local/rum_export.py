"""Exports what is stored as RUM events, as the browser SDK would have sent them, for another system to take in.

The events are valid by DataDog/rum-events-format (schemas/rum): ids that are no UUID are hashed into one, as in the
store, and an application that is known by a name has an id made of it. What isn't kept is missing: the host of an
address (`HOST` stands for it), versions of systems, synthetic tests and resources; and the SDK doesn't say how many
clicks a rage click had. People are given by the keyed hash that they are counted by, the nameless ones as browsers.
Signals that were found in recordings are exported like others.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from bot.kernel.ids import as_uuid
from bot.providers.local.event_store import EventStore
from bot.providers.local.sql import utc
from bot.signals.question import ALL_SIGNALS

JsonObject = dict[str, Any]
Row = tuple[Any, ...]
HOST = "https://shop.example"
DEVICES = frozenset({"mobile", "desktop", "tablet", "tv", "gaming_console", "bot"})
ERROR_SOURCES = frozenset({"network", "source", "console", "logger", "agent", "webview", "custom", "report"})
FORMAT = {"format_version": 2}


def events(store: EventStore, since: datetime) -> Iterator[JsonObject]:
    """Yields views, actions and errors since then, one kind after another. Blocking: reads while they are taken."""
    for statement, event in ((_VIEWS, _view), (_ACTIONS, _action), (_ERRORS, _error)):
        for row in store.stream(statement, {"since": utc(since)}):
            yield event(row)


def _common(row: Row, **internal: Any) -> JsonObject:
    """Returns what all events have, from the columns that every statement begins with; `internal` is for the SDK."""
    moment, session, replayed, person, nameless, rate, attributes, view, path, name, *place = row[:OWN]
    usr, context = _user(person, attributes, "anonymous_id" if nameless else "id")
    return {
        "date": moment,
        "source": "browser",
        **_place(*place),
        "session": {"id": session, "type": "user", "has_replay": replayed},
        "view": {"id": view, "url": f"{HOST}{path}" if path.startswith("/") else path, "name": name},
        "usr": usr,
        "context": context,
        "_dd": FORMAT | {"configuration": {"session_sample_rate": rate}} | internal,
    }


@lru_cache(maxsize=10_000)
def _place(*columns: str | None) -> JsonObject:
    """Returns what many events share: nothing in it may be changed."""
    application, service, env, version, browser, os, device, country = columns
    fields = {
        "service": service,
        "version": version,
        "ddtags": f"env:{env}" if env else None,
        "browser": {"name": browser} if browser else None,
        "os": {"name": os, "version": "", "version_major": ""} if os else None,
        "device": {"type": _device(device)} if device else None,
        "geo": {"country_iso_code": country} if country else None,
    }
    return _application(application or "") | {name: value for name, value in fields.items() if value}


def _application(name: str) -> JsonObject:
    id = as_uuid(name)
    return {"application": {"id": id} if id == name or not name else {"id": id, "name": name}}


def _device(kind: str) -> str:
    name = kind.lower().replace(" ", "_")
    return name if name in DEVICES else "other"


def _user(person: str, attributes: str, id: str) -> tuple[JsonObject, JsonObject]:
    """Returns (usr, context), taken apart again as `rows` put them together."""
    usr: JsonObject = {}
    context: JsonObject = {}
    for name, value in msgspec.json.decode(attributes or "{}").items():
        (usr if name.startswith("usr.") else context)[name.removeprefix("usr.")] = value
    return usr | ({id: person} if person else {}), context


def _view(row: Row) -> JsonObject:
    """A view of which only the name is known counts nothing and has lasted no time."""
    document, seconds, active, actions, errors, frustrations = row[OWN:]
    event = _common(row, document_version=max(1, document or 0))
    event["view"] |= {
        "time_spent": max(0, round((seconds or 0) * 1e9)),
        "is_active": bool(active),
        "action": {"count": actions or 0},
        "error": {"count": errors or 0},
        "frustration": {"count": frustrations or 0},
        "resource": {"count": 0},
    }
    return event | {"type": "view"}


def _action(row: Row) -> JsonObject:
    id, target, selector, rage, dead, error, errors, x, y = row[OWN:]
    carried = zip(ALL_SIGNALS, (rage, dead, error), strict=True)
    action = {
        "id": id,
        "type": "click",
        "target": {"name": target or ""},
        "frustration": {"type": [str(signal) for signal, is_one in carried if is_one]},
        "error": {"count": errors},
    }
    details = {"target": {"selector": selector or ""}, "position": {"x": _pixel(x), "y": _pixel(y)}}
    return _common(row, action=details) | {"type": "action", "action": action}


def _pixel(place: float | None) -> int:
    return round(place) if place and math.isfinite(place) else 0


def _error(row: Row) -> JsonObject:
    id, actions, message, kind, source = row[OWN:]
    source = source if source in ERROR_SOURCES else "custom"
    error = {"id": id, "message": message or "", "type": kind or "", "source": source}
    joined = {"action": {"id": actions}} if actions else {}
    return _common(row) | {"type": "error", "error": error, **joined}


def _uuid(column: str) -> str:
    """Returns the same as `as_uuid`, in SQL."""
    return f"coalesce(try_cast({column} AS UUID), md5({column})::UUID)"


def _head(table: str, place: str, version: str) -> str:
    """Returns the columns that all statements begin with. `place` is the table that has where it ran."""
    view = f"coalesce(nullif({table}.view_id, ''), sessions.id)"
    return f"""epoch_ms({table}.moment), {_uuid("sessions.id")}::VARCHAR,
  sessions.id IN (SELECT session_id FROM segments), coalesce({place}.person, ''),
  coalesce({place}.nameless, false), least(greatest(coalesce(sample_rate, 100), 0), 100), sessions.attributes::VARCHAR,
  {_uuid(view)}::VARCHAR,
  coalesce({table}.view_path, ''), coalesce({table}.view_name, ''),
  {place}.application, {place}.service, {place}.env, {version}.version, {place}.browser, {place}.os, {place}.device,
  {place}.country"""


OWN = 18
"""Where a statement's own columns begin."""
_ACTIONS = f"""
SELECT {_head("actions", "actions", "actions")}, actions.id::VARCHAR, target, selector, rage_click, dead_click,
  error_click, errors, x, y
FROM actions JOIN sessions ON sessions.id = actions.session_id
WHERE actions.moment >= $since ORDER BY sessions.id, actions.moment
"""
# An error has a row for each action that it is joined to.
_ERRORS = f"""
WITH event AS (
  SELECT id, session_id, min(moment) AS moment, any_value(view_id) AS view_id, any_value(view_path) AS view_path,
    '' AS view_name, list(action_id::VARCHAR) FILTER (action_id IS NOT NULL) AS actions,
    any_value(message) AS message, any_value(kind) AS kind, any_value(source) AS source, any_value(version) AS version
  FROM errors WHERE moment >= $since GROUP BY id, session_id
)
SELECT {_head("event", "sessions", "event")}, event.id::VARCHAR, actions, message, kind, source
FROM event JOIN sessions ON sessions.id = event.session_id ORDER BY sessions.id, event.moment
"""
# A sender may send views or only name them; a session without any has one. A session begins with its first view.
_VIEWS = f"""
WITH named AS (
  SELECT session_id, view_id, min(moment) AS moment, arg_min(view_path, moment) FILTER (view_path <> '') AS view_path
  FROM (
    SELECT session_id, view_id, moment, view_path FROM actions UNION ALL
    SELECT session_id, view_id, moment, view_path FROM errors UNION ALL
    SELECT session_id, view_id, moment, '' FROM segments
  ) WHERE view_id <> '' GROUP BY ALL
), seen AS (
  SELECT coalesce(named.session_id, views.session_id) AS session_id,
    coalesce(named.view_id, views.id::VARCHAR) AS view_id, least(named.moment, views.moment) AS moment,
    coalesce(nullif(views.view_path, ''), named.view_path) AS view_path, views.view_name, document,
    seconds, active, actions, errors, frustrations
  FROM named FULL JOIN views ON views.id = {_uuid("named.view_id")}
), event AS (
  SELECT sessions.id AS session_id, coalesce(view_id, sessions.id) AS view_id, view_path, view_name,
    if(row_number() OVER (PARTITION BY sessions.id ORDER BY seen.moment) = 1, least(first_moment, seen.moment),
      seen.moment) AS moment,
    document, seconds, active, actions, errors, frustrations
  FROM sessions LEFT JOIN seen ON seen.session_id = sessions.id
)
SELECT {_head("event", "sessions", "sessions")}, document, seconds, active, actions, errors, frustrations
FROM event JOIN sessions ON sessions.id = event.session_id
WHERE event.moment >= $since ORDER BY sessions.id, event.moment
"""
