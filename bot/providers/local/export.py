"""Exports what is stored as RUM events, as the browser SDK would have sent them, for another system to take in.

What isn't kept is missing: the host of an address (`HOST` stands for it), synthetic tests and resources; and the SDK
doesn't say how many clicks a rage click had. People are given by the keyed hash that they are counted by. Signals that
were found in recordings are exported like others.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from bot.providers.local.event_store import EventStore
from bot.providers.local.sql import utc
from bot.signals.question import ALL_SIGNALS

JsonObject = dict[str, Any]
Row = tuple[Any, ...]
HOST = "https://shop.example"


def events(store: EventStore, since: datetime) -> Iterator[JsonObject]:
    """Yields views, actions and errors since then, one kind after another. Blocking: reads while they are taken."""
    for statement, event in ((_VIEWS, _view), (_ACTIONS, _action), (_ERRORS, _error)):
        for row in store.stream(statement, {"since": utc(since)}):
            yield event(row)


def _common(row: Row) -> JsonObject:
    """Returns what all events have, from the columns that every statement begins with."""
    moment, session, replayed, person, attributes, view, path, name, *place = row[:OWN]
    usr, context = _user(person, attributes)
    return {
        "date": moment,
        **_place(*place),
        "session": {"id": session, "type": "user", "has_replay": replayed},
        "view": {"id": view, "url": f"{HOST}{path}" if path.startswith("/") else path, "name": name},
        "usr": usr,
        "context": context,
    }


def _place(*columns: str | None) -> JsonObject:
    application, service, env, version, browser, os, device, country = columns
    fields = {
        "application": {"id": application} if application else None,
        "service": service,
        "version": version,
        "ddtags": f"env:{env}" if env else None,
        "browser": {"name": browser} if browser else None,
        "os": {"name": os} if os else None,
        "device": {"type": device} if device else None,
        "geo": {"country_iso_code": country} if country else None,
    }
    return {name: value for name, value in fields.items() if value}


def _user(person: str, attributes: str) -> tuple[JsonObject, JsonObject]:
    """Returns (usr, context), taken apart again as `rows` put them together."""
    usr: JsonObject = {"id": person} if person else {}
    context: JsonObject = {}
    for name, value in msgspec.json.decode(attributes or "{}").items():
        (usr if name.startswith("usr.") else context)[name.removeprefix("usr.")] = value
    return usr, context


def _view(row: Row) -> JsonObject:
    event, (seconds, active, actions, errors, frustrations) = _common(row), row[OWN:]
    if seconds is not None:
        event["view"] |= {
            "time_spent": seconds * 1e9,
            "is_active": active,
            "action": {"count": actions},
            "error": {"count": errors},
            "frustration": {"count": frustrations},
        }
    return event | {"type": "view"}


def _action(row: Row) -> JsonObject:
    id, target, selector, rage, dead, error, errors, x, y = row[OWN:]
    carried = zip(ALL_SIGNALS, (rage, dead, error), strict=True)
    action = {
        "id": id,
        "type": "click",
        "target": {"name": target},
        "frustration": {"type": [str(signal) for signal, is_one in carried if is_one]},
        "error": {"count": errors},
    }
    details = {"target": {"selector": selector}, "position": {"x": x, "y": y}}
    return _common(row) | {"type": "action", "action": action, "_dd": {"action": details}}


def _error(row: Row) -> JsonObject:
    id, actions, message, kind, source = row[OWN:]
    error = {"id": id, "message": message, "type": kind, "source": source}
    joined = {"action": {"id": actions}} if actions else {}
    return _common(row) | {"type": "error", "error": error, **joined}


def _head(table: str, place: str, version: str) -> str:
    """Returns the columns that all statements begin with. `place` is the table that has where it ran."""
    return f"""epoch_ms({table}.moment), sessions.id, sessions.id IN (SELECT session_id FROM segments),
  coalesce({place}.person, ''), sessions.attributes::VARCHAR, coalesce({table}.view_id, ''),
  coalesce({table}.view_path, ''), coalesce({table}.view_name, ''),
  {place}.application, {place}.service, {place}.env, {version}.version, {place}.browser, {place}.os, {place}.device,
  {place}.country"""


OWN = 16
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
    coalesce(nullif(views.view_path, ''), named.view_path) AS view_path, views.view_name,
    seconds, active, actions, errors, frustrations
  FROM named FULL JOIN views ON views.id = coalesce(try_cast(named.view_id AS UUID), md5(named.view_id)::UUID)
), event AS (
  SELECT sessions.id AS session_id, coalesce(view_id, sessions.id) AS view_id, view_path, view_name,
    if(row_number() OVER (PARTITION BY sessions.id ORDER BY seen.moment) = 1, least(first_moment, seen.moment),
      seen.moment) AS moment,
    seconds, active, actions, errors, frustrations
  FROM sessions LEFT JOIN seen ON seen.session_id = sessions.id
)
SELECT {_head("event", "sessions", "sessions")}, seconds, active, actions, errors, frustrations
FROM event JOIN sessions ON sessions.id = event.session_id
WHERE event.moment >= $since ORDER BY sessions.id, event.moment
"""
