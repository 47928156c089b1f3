"""What an event of posthog-js says of a click, as expressions of HogQL that are never NULL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.signals.source import EMAIL, PERSON, SESSION, VIEW

MASKED = "Masked Element"
"""What a click is called whose element has no text that was sent; such are told apart by their selector."""
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.-]*", re.ASCII)


def text_of(name: str) -> str:
    """The property of that name as text, empty where it is missing. The name must be one of `is_property`."""
    if not is_property(name):
        raise ValueError(f"{name!r} is no name of a property")
    return f"ifNull(toString(properties.`{name}`), '')"


def is_property(name: str) -> bool:
    """Whether a facet's name can be that of a property in a query; others are of none."""
    return _NAME.fullmatch(name) is not None


SESSION_ID = text_of("$session_id")
LIB = text_of("$lib")
LIB_VERSION = text_of("$lib_version")
CLICKED = f"event = '$autocapture' AND {text_of('$event_type')} = 'click'"
_LABEL = """extract(elements_chain, '^[^;]*?attr__aria-label="([^"]*)"')"""
_ID = """extract(elements_chain, '^[^;]*?attr__id="([^"]*)"')"""
_TEXT = text_of("$el_text")
_AROUND = "arrayElement(arrayFilter(text -> text != '', elements_chain_texts), 1)"
_ADDRESS = text_of("$current_url")
_MESSAGES = (
    f"JSONExtractString({text_of('$exception_values')}, 1)",
    text_of("$exception_message"),
    f"JSONExtractString({text_of('$exception_types')}, 1)",
    text_of("$exception_type"),
)
TARGET = f"multiIf({_TEXT} != '', {_TEXT}, {_LABEL} != '', {_LABEL}, {_AROUND} != '', {_AROUND}, '{MASKED}')"
"""Its text, else its label, else the text of what is around it."""
SELECTOR = f"if({_ID} != '', concat('#', {_ID}), extract(elements_chain, '^([^:;]+)'))"
MESSAGE = f"coalesce({', '.join(f'nullIf({message}, {chr(39)}{chr(39)})' for message in _MESSAGES)}, '')"
"""Of an exception: its message, else its type."""
_ROUTE = f"startsWith(fragment({_ADDRESS}), '/') OR startsWith(fragment({_ADDRESS}), '!/')"
_PATH = f"concat(path({_ADDRESS}), if({_ROUTE}, concat('#', fragment({_ADDRESS})), ''))"


@dataclass(frozen=True, slots=True)
class EventProperties:
    """PostHog has no standard property for these three; settings name those that the page registers."""

    version: str = "version"
    env: str = "env"
    service: str = "service"

    def column(self, facet: str) -> str | None:
        """Returns the expression of a facet's value; None where no property can be called that."""
        known = {
            VIEW: _PATH,
            SESSION: SESSION_ID,
            PERSON: "distinct_id",
            EMAIL: "ifNull(toString(person.properties.email), '')",
            "version": text_of(self.version),
            "env": text_of(self.env),
            "service": text_of(self.service),
            "browser": text_of("$browser"),
            "country": text_of("$geoip_country_code"),
            "device": text_of("$device_type"),
            "os": text_of("$os"),
            "window": text_of("$window_id"),
        }
        if facet in known:
            return known[facet]
        return text_of(facet) if is_property(facet) else None
