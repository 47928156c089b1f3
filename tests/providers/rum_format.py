"""What DataDog/rum-events-format (schemas/rum) says of the fields that our events may have.

A table of its facts: `*` marks a field that must be there if what holds it is, `[]` an element of a list. Fields that
the format doesn't name are allowed, as there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any], bool]
_UUID = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}")


def text(value: Any) -> bool:
    return isinstance(value, str)


def uuid(value: Any) -> bool:
    return text(value) and _UUID.fullmatch(value) is not None


def uuids(value: Any) -> bool:
    return uuid(value) or (isinstance(value, list) and all(map(uuid, value)))


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: Any) -> bool:
    """An integer, also where JSON writes it as `3.0`."""
    return number(value) and value == int(value)


def size(value: Any) -> bool:
    return whole(value) and value >= 0


def later(value: Any) -> bool:
    return number(value) and value >= 0


def percent(value: Any) -> bool:
    return number(value) and 0 <= value <= 100


def thing(value: Any) -> bool:
    return isinstance(value, dict)


def one_of(*values: Any) -> Check:
    return lambda value: any(value == known and isinstance(value, type(known)) for known in values)


_METHODS = one_of("POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT")
_ERROR_SOURCES = one_of("network", "source", "console", "logger", "agent", "webview", "custom", "report")
_SENDERS = one_of(
    *("android", "ios", "browser", "flutter", "react-native", "roku", "unity"),
    *("kotlin-multiplatform", "electron", "rum-cpp", "maui"),
)
COMMON: dict[str, Check] = {
    "date*": size,
    "application*": thing,
    "application.id*": uuid,
    "service": text,
    "version": text,
    "ddtags": text,
    "source": _SENDERS,
    "session*": thing,
    "session.id*": uuid,
    "session.type*": one_of("user", "synthetics", "ci_test"),
    "session.has_replay": boolean,
    "view*": thing,
    "view.id*": uuid,
    "view.url*": text,
    "view.name": text,
    "view.referrer": text,
    "usr": thing,
    "usr.id": text,
    "usr.name": text,
    "usr.email": text,
    "usr.anonymous_id": text,
    "account.id*": text,
    "tab.id*": uuid,
    "connectivity.status*": one_of("connected", "not_connected", "maybe"),
    "connectivity.effective_type": one_of("slow-2g", "2g", "3g", "4g"),
    "display.viewport.width*": number,
    "display.viewport.height*": number,
    "synthetics.test_id*": text,
    "synthetics.result_id*": text,
    "os": thing,
    "os.name*": text,
    "os.version*": text,
    "os.version_major*": text,
    "device": thing,
    "device.type": one_of("mobile", "desktop", "tablet", "tv", "gaming_console", "bot", "other"),
    "context": thing,
    "_dd*": thing,
    "_dd.format_version*": one_of(2),
    "_dd.configuration.session_sample_rate*": percent,
    "_dd.configuration.session_replay_sample_rate": percent,
    "_dd.browser_sdk_version": text,
    "_dd.sdk_name": text,
}
_IN_ACTIONS: dict[str, Check] = {"action.id*": uuids}
BY_TYPE: dict[str, dict[str, Check]] = {
    "action": {
        "action*": thing,
        "action.id": uuid,
        "action.type*": one_of("custom", "click", "tap", "scroll", "swipe", "application_start", "back"),
        "action.loading_time": size,
        "action.target.name*": text,
        "action.frustration.type*": lambda value: isinstance(value, list),
        "action.frustration.type[]": one_of("rage_click", "dead_click", "error_click", "rage_tap", "error_tap"),
        **{f"action.{part}.count*": size for part in ("error", "crash", "long_task", "resource")},
        "view.in_foreground": boolean,
        "_dd.action.position.x*": whole,
        "_dd.action.position.y*": whole,
        "_dd.action.target.selector": text,
        "_dd.action.target.width": whole,
        "_dd.action.target.height": whole,
        "_dd.action.name_source": one_of(
            "custom_attribute", "mask_placeholder", "standard_attribute", "text_content", "mask_disallowed", "blank"
        ),
    },
    "error": {
        **_IN_ACTIONS,
        "error*": thing,
        "error.id": uuid,
        "error.message*": text,
        "error.source*": _ERROR_SOURCES,
        "error.type": text,
        "error.stack": text,
        "error.is_crash": boolean,
        "error.handling": one_of("handled", "unhandled"),
        "error.resource.method*": _METHODS,
        "error.resource.status_code*": size,
        "error.resource.url*": text,
    },
    "view": {
        **{f"view.{part}*": thing for part in ("action", "error", "resource")},
        **{f"view.{part}.count*": size for part in ("action", "error", "resource", "frustration", "long_task")},
        "view.time_spent*": size,
        "view.is_active": boolean,
        "view.loading_time": size,
        "_dd.document_version*": whole,
        "privacy.replay_level*": one_of("allow", "mask", "mask-user-input"),
    },
    "resource": {
        **_IN_ACTIONS,
        "resource*": thing,
        "resource.id": uuid,
        "resource.type*": one_of(
            *("document", "xhr", "beacon", "fetch", "css", "js", "image", "font", "media", "other", "native")
        ),
        "resource.url*": text,
        "resource.method": _METHODS,
        "resource.status_code": size,
        "resource.duration": size,
        "resource.size": size,
    },
    "long_task": {
        **_IN_ACTIONS,
        "long_task*": thing,
        "long_task.id": uuid,
        "long_task.duration*": size,
        "long_task.start_time": later,
        "long_task.blocking_duration": size,
        "long_task.entry_type": one_of("long-task", "long-animation-frame"),
        "long_task.is_frozen_frame": boolean,
    },
}


def faults(event: dict[str, Any]) -> list[str]:
    """Returns the fields that the format forbids as they are, or that are missing."""
    own = BY_TYPE.get(str(event.get("type")))
    return ["type"] if own is None else sorted(set(_faults(event, COMMON | own)))


def _faults(event: dict[str, Any], fields: dict[str, Check]) -> Iterator[str]:
    for field, allows in fields.items():
        path = field.removesuffix("*")
        *above, last = path.removesuffix("[]").split(".")
        holder = _at(event, above)
        if holder is not None and not isinstance(holder, dict):
            yield ".".join(above)
        elif holder is not None and last in holder:
            values = holder[last] if path.endswith("[]") else [holder[last]]
            if not isinstance(values, list) or not all(map(allows, values)):
                yield path
        elif holder is not None and field.endswith("*"):
            yield path


def _at(event: Any, path: list[str]) -> Any:
    """Returns what is at a path; None where it isn't there."""
    for name in path:
        if not isinstance(event, dict) or name not in event:
            return None
        event = event[name]
    return event
