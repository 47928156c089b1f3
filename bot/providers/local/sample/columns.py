"""Visits and clicks as columns of the store's tables."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from bot.providers.local.sample import shop
from bot.providers.local.sample.crowd import KOREA, Clicks, Visits

Array = np.ndarray[Any, Any]
Columns = dict[str, Array]


def sessions(who: Visits, last: Array) -> Columns:
    """`last` is the time of each session's last action."""
    return {
        "id": who.id,
        "person": _people(who),
        **_around(who),
        "first_moment": who.start,
        "last_moment": last,
        "received": last,
        "attributes": _all(who, "{}"),
        "sample": np.full(len(who.start), True),
        "nameless": np.full(len(who.start), False),
        "sample_rate": np.full(len(who.start), 100, "float32"),
    }


def actions(who: Visits, what: Clicks) -> Columns:
    count = len(what.visit)
    pressed = zip(who.id[what.visit], what.moment, what.button, strict=True)
    per_visit = {name: values[what.visit] for name, values in _around(who).items()}
    english, korean, selector = (_of_button(what, field) for field in ("name", "korean", "selector"))
    return {
        "id": np.array([f"{visit}/{moment}/{button}" for visit, moment, button in pressed], dtype=object),
        "moment": what.moment,
        "session_id": who.id[what.visit],
        "view_id": who.id[what.visit],
        "person": _people(who)[what.visit],
        "target": np.where(who.country[what.visit] == KOREA, korean, english),
        "selector": selector,
        "rage_click": what.rage,
        "dead_click": what.dead,
        "error_click": what.error,
        "clicks": what.clicks.astype("int32"),
        "errors": what.error.astype("int32"),
        "x": np.full(count, 60, "float32"),
        "y": np.full(count, 20, "float32"),
        "view_path": np.array(shop.PAGES, dtype=object)[what.page],
        "view_name": np.full(count, "", dtype=object),
        **per_visit,
        "sample": np.full(count, True),
        "derived": np.full(count, False),
        "document": np.full(count, 0, "int32"),
        "nameless": np.full(count, False),
    }


def _of_button(what: Clicks, field: str) -> Array:
    values = np.array([getattr(button, field) for button in shop.BUTTONS_ALL], dtype=object)
    return cast(Array, values[what.button])


def errors(what: Clicks, acts: Columns) -> Columns:
    """Returns one error for each action that has one: the fault of its button."""
    hit = np.flatnonzero(what.error)
    count, message = len(hit), _of_button(what, "fault")[hit]
    return {
        "id": np.array([f"{action}/error" for action in acts["id"][hit]], dtype=object),
        "action_id": acts["id"][hit],
        "moment": what.moment[hit],
        "session_id": acts["session_id"][hit],
        "view_id": acts["view_id"][hit],
        "message": message,
        "kind": np.array([text.partition(":")[0] if ":" in text else "" for text in message], dtype=object),
        "source": np.full(count, "source", dtype=object),
        "view_path": acts["view_path"][hit],
        "version": acts["version"][hit],
        "sample": np.full(count, True),
        "derived": np.full(count, False),
    }


def _people(who: Visits) -> Array:
    return np.array([f"shopper-{number:05d}" for number in who.shopper], dtype=object)


def _around(who: Visits) -> Columns:
    browser, os, device = zip(*shop.CLIENTS, strict=True)
    return {
        "application": _all(who, shop.APPLICATION),
        "service": _all(who, shop.SERVICE),
        "env": _all(who, shop.ENV),
        "version": np.where(who.broken, np.array(shop.AFTER, dtype=object), np.array(shop.BEFORE, dtype=object)),
        "browser": np.array(browser, dtype=object)[who.client],
        "os": np.array(os, dtype=object)[who.client],
        "device": np.array(device, dtype=object)[who.client],
        "country": np.array(list(shop.COUNTRIES), dtype=object)[who.country],
    }


def _all(who: Visits, value: str) -> Array:
    return np.full(len(who.start), value, dtype=object)
