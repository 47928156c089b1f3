"""RUM events as rows of our tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from bot.kernel.clock import Clock
from bot.kernel.page_path import page_path
from bot.providers.local.batch import Batch, SessionSeen, Surroundings
from bot.providers.local.sdk_events import SdkEvent

LONGEST = {"id": 128, "name": 300, "selector": 500, "message": 1000, "path": 500, "label": 100}
"""Characters that are kept; what is longer is cut."""
_EARLIEST_MS = 946_684_800_000  # the year 2000
_FUTURE_MS = 86_400_000  # a browser's clock may run ahead; a day is enough
_SIGNAL = {"rage_tap": "rage_click", "error_tap": "error_click"}
_COUNTED = ("click", "tap")
_SCALAR = str | int | float
Fields = dict[str, Any] | None


def url_path(url: str | None) -> str:
    """Returns the page of an address as questions name it: senders give the full address."""
    return page_path(url)[: LONGEST["path"]]


def cut(text: str | None, kind: str) -> str:
    if not text:
        return ""
    if "\0" in text:
        text = text.replace("\0", "")
    return text[: LONGEST[kind]]


def plausible(moment_ms: float, now_ms: float) -> bool:
    return _EARLIEST_MS <= moment_ms <= now_ms + _FUTURE_MS


@dataclass(slots=True)
class SessionUser:
    """Who a session belongs to, read once for the events of a delivery that say the same.

    `nameless` are those who are known by their browser or their session alone. `last` is what the session was last
    heard to be, apart from its times.
    """

    session: str
    person: str
    nameless: bool
    attributes: str
    usr: Fields
    context: Fields
    last: tuple[Surroundings, str, float] | None = None
    exact: bool = field(init=False)

    def __post_init__(self) -> None:
        """Equal texts are the same; equal numbers and booleans may have been written differently."""
        self.exact = all(type(value) is str for part in (self.usr, self.context) for value in (part or {}).values())

    def is_of(self, event: SdkEvent) -> bool:
        return self.exact and self.usr == event.usr and self.context == event.context


class Rows:
    """Turns deliveries into batches. `salt` keys the hash that stands for a person."""

    def __init__(self, salt: bytes, clock: Clock) -> None:
        self._salt = salt
        self._clock = clock
        self.person = lru_cache(maxsize=50_000)(self._person)

    def _person(self, who: str) -> str:
        """Returns 16 hex digits. Without the salt nobody finds out who it is by trying names."""
        return hashlib.blake2b(who.encode("utf-8", "replace"), key=self._salt, digest_size=8).hexdigest()

    def now_ms(self) -> float:
        """Returns when a delivery arrives that is read now, in epoch ms."""
        return self._clock().timestamp() * 1000

    def rum(self, events: Iterable[SdkEvent], around: Surroundings, sample: bool = False) -> tuple[Batch, int]:
        """Returns a batch, and how many events were left out because their time or ids make no sense.

        `around` is what the request itself says (browser, country); what an event says is stronger.
        """
        batch, skipped, now = Batch(), 0, self.now_ms()
        places: dict[tuple[str | None, ...], Surroundings] = {}
        users: dict[str, SessionUser] = {}
        for event in events:
            session = cut(event.session.id, "id")
            if not (plausible(event.date, now) and session and event.view.id):
                skipped += 1
                continue
            user = users.get(session)
            if user is None or not user.is_of(event):
                user = users[session] = self._user(session, event)
            self._event(batch, event, _surroundings(event, around, places), user, sample, now)
        return batch, skipped

    def _event(
        self, batch: Batch, event: SdkEvent, where: Surroundings, user: SessionUser, sample: bool, now: float
    ) -> None:
        attributes = user.attributes if event.type in {"view", "action"} else "{}"
        rate = event.internal.configuration.session_sample_rate
        known, date = batch.sessions.get(user.session), event.date
        last = (where, attributes, rate)
        if known is not None and user.last == last:
            known.widen(date)
        else:
            user.last = last
            marks = (attributes, sample, user.nameless, rate)
            batch.session(SessionSeen(user.session, user.person, where, date, date, now, *marks))
        human = event.session.type == "user"
        if event.type == "action" and event.action and event.action.type in _COUNTED and human:
            _action(batch, event, where, user, sample)
        elif event.type == "error" and event.error and human:
            _error(batch, event, where, sample)
        elif event.type == "view" and human:
            _view(batch, event, where, sample)
        else:
            _other(batch, event)

    def _user(self, session: str, event: SdkEvent) -> SessionUser:
        usr = event.usr or {}
        ids = (usr.get("id"), usr.get("anonymous_id"), session)
        place, who = next((place, id) for place, id in enumerate(ids) if id not in (None, ""))
        person = self.person(str(who)[: LONGEST["id"]])
        return SessionUser(session, person, place > 0, _attributes(event), event.usr, event.context)


def _surroundings(
    event: SdkEvent, around: Surroundings, known: dict[tuple[str | None, ...], Surroundings]
) -> Surroundings:
    """Nearly all events of a delivery ran in the same place, so each place is read once."""
    columns = (
        event.application.id,
        event.service,
        event.version,
        event.ddtags,
        event.browser.name if event.browser else "",
        event.os.name if event.os else "",
        _device(event.device.type) if event.device else "",
        event.geo.country_iso_code if event.geo else "",
    )
    where = known.get(columns)
    if where is None:
        where = known[columns] = _sent_surroundings(*columns).over(around)
    return where


def _device(kind: str | None) -> str:
    """Returns what Datadog shows for what the SDK sends: `Desktop` for `desktop`."""
    if not kind or not kind.islower():
        return kind or ""
    return "TV" if kind == "tv" else kind.replace("_", " ").title()


def _sent_surroundings(
    application: str | None, service: str | None, version: str | None, tags: str | None, *client: str | None
) -> Surroundings:
    tagged = dict(tag.split(":", 1) for tag in (tags or "").split(",") if ":" in tag)
    return Surroundings(
        cut(application, "id"),
        cut(service or tagged.get("service"), "label"),
        cut(tagged.get("env"), "label"),
        cut(version or tagged.get("version"), "label"),
        *(cut(value, "label") for value in client),
    )


def _attributes(event: SdkEvent) -> str:
    """What the application says about the user, for filters such as plan:pro. Names and addresses stay out."""
    private = ("id", "name", "email", "anonymous_id")
    pairs = [(f"usr.{key}", value) for key, value in (event.usr or {}).items() if key not in private]
    pairs += list((event.context or {}).items())
    fields = {cut(key, "label"): cut(str(value), "label") for key, value in pairs[:30] if isinstance(value, _SCALAR)}
    return msgspec.json.encode(fields).decode()


def _action(batch: Batch, event: SdkEvent, where: Surroundings, user: SessionUser, sample: bool) -> None:
    action, details = event.action, event.internal.action
    if action is None:
        return
    selector = details.target.selector if details else ""
    sent = action.id if isinstance(action.id, str) else ""
    key = sent or _derived_id(event, "click", action.target.name, selector)
    types = {_SIGNAL.get(kind, kind) for kind in action.frustration.type}
    row = (
        key,
        event.date,
        user.session,
        cut(event.view.id, "id"),
        user.person,
        cut(action.target.name, "name"),
        cut(selector, "selector"),
        "rage_click" in types,
        "dead_click" in types,
        "error_click" in types,
        0,
        _small(action.error.count),
        details.position.x if details else 0.0,
        details.position.y if details else 0.0,
        url_path(event.view.url),
        cut(event.view.name, "name"),
        *where.row,
        sample,
        False,
        _small(event.internal.document_version),
        user.nameless,
    )
    batch.action(key, row)


def _derived_id(event: SdkEvent, *content: str | None) -> str:
    """Returns the id of an event that was sent without one, by what it says: sent again it is the same one."""
    return "/".join([event.session.id, event.view.id, repr(event.date), *(part or "" for part in content)])


def _error(batch: Batch, event: SdkEvent, where: Surroundings, sample: bool) -> None:
    error, joined = event.error, event.action.id if event.action else ""
    if error is None:
        return
    message = error.message if not error.type or error.type in error.message else f"{error.type}: {error.message}"
    key = error.id or _derived_id(event, "error", error.source, message)
    for action in (joined[:10] or [""]) if isinstance(joined, list) else [joined]:
        batch.errors[(key, action)] = (
            key,
            action or None,
            event.date,
            cut(event.session.id, "id"),
            cut(event.view.id, "id"),
            cut(message, "message"),
            cut(error.type, "label"),
            cut(error.source, "label"),
            url_path(event.view.url),
            where.version,
            sample,
            False,
        )


def _view(batch: Batch, event: SdkEvent, where: Surroundings, sample: bool) -> None:
    view = event.view
    batch.view(
        (
            view.id,
            event.date,
            _small(event.internal.document_version),
            cut(event.session.id, "id"),
            url_path(view.url),
            cut(view.name, "name"),
            where.version,
            view.time_spent / 1e9,
            view.is_active,
            _small(view.action.count),
            _small(view.error.count),
            _small(view.frustration.count),
            sample,
        )
    )


def _other(batch: Batch, event: SdkEvent) -> None:
    part = event.resource or event.long_task or event.vital or event.action or event.error
    name = part.id if part and isinstance(part.id, str) else ""
    kind = event.type if event.session.type == "user" else event.session.type
    session = cut(event.session.id, "id")
    key = f"{kind}/{name}" if name else f"{kind}/{session}/{event.view.id}/{event.date}"
    custom = event.action.target.name if event.type == "action" and event.action else ""
    batch.others[key] = (name or key, event.date, session, cut(kind, "label"), cut(custom, "name"))


def _small(number: int) -> int:
    return max(0, min(number, 2**31 - 1))
