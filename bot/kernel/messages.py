"""Slack messages and modals from Jinja2 templates.

A template has a block `text` (notification and screen reader) and a block `blocks`: a stream of JSON objects, one a
Block Kit block, each written by a macro of `templates/_blocks.j2`. A stream needs no commas, so loops are free, and
stray text between two blocks raises. A modal has the blocks `title`, `submit`, `close` and `blocks`.

Every value is inert unless a filter says otherwise (see `inert`): text from outside can't become a mention, a link or
formatting. What a template itself writes is trusted.

Times are Slack's dates, which everybody reads in their own zone (see `MessageLocale`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup

from bot.kernel.clock import Clock
from bot.kernel.escape import channel, code, code_block, cut, date, link, mention, mrkdwn, plain, quoted, words
from bot.kernel.locale import Locale
from bot.kernel.particles import filled
from bot.kernel.paths import TEMPLATES

JsonObject = dict[str, Any]
FILTERS = (channel, code, code_block, cut, link, mention, mrkdwn, plain, quoted, words)


def stream(text: object) -> list[Any]:
    """Read JSON values written one after another. Raises ValueError on anything between them."""
    decoder, values, rest = json.JSONDecoder(), [], str(text).lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def written(value: object) -> object:
    """What stands in `{{ … }}`, as it is put into the text: strings from outside are made inert."""
    return words(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@dataclass(frozen=True, slots=True)
class MessageLocale(Locale):
    """A locale for messages: times are Slack's dates with what the locale itself would say as their fallback.

    Texts with such a time in them are markup, and their other values are made inert. Days stay those of the locale's
    zone, as they are counted there.
    """

    @classmethod
    def for_readers(cls, locale: Locale) -> MessageLocale:
        """Returns the same language, zone and week, with times that each reader sees in their own zone."""
        return cls(locale.tag, locale.zone, locale.first_weekday, locale._catalog, locale._babel, locale.year)

    @property
    def _own(self) -> Locale:
        return Locale(self.tag, self.zone, self.first_weekday, self._catalog, self._babel, self.year)

    def moment(self, moment: datetime) -> str:
        return date(moment, "{date_short} {time}", self._own.moment(moment))

    def time(self, moment: datetime) -> str:
        return date(moment, "{time}", self._own.time(moment))

    def span(self, start: datetime, end: datetime) -> str:
        return Markup(" – ").join((self.moment(start), self.moment(end)))

    def text(self, message: str, /, **values: object) -> str:
        if not any(isinstance(value, Markup) for value in values.values()):
            return Locale.text(self, message, **values)
        return filled(Markup(Locale.text(self, message)), {name: written(value) for name, value in values.items()})


@cache
def _environment() -> Environment:
    """One for all clocks: a template is compiled once in a process."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=written,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters.update({each.__name__: each for each in (*FILTERS, stream)})
    macros = vars(environment.get_template("_blocks.j2").module)
    environment.globals.update({name: macro for name, macro in macros.items() if not name.startswith("_")})
    return environment


@dataclass(frozen=True, slots=True)
class Messages:
    """Renders messages by name: `messages.message("signals/answer", locale, answer=…)`.

    By `clock`, dates of another year are told with theirs, unless the locale says in which year it is read.
    """

    environment: Environment
    clock: Clock | None = None

    @classmethod
    def load(cls, clock: Clock | None = None) -> Messages:
        return cls(_environment(), clock)

    def message(self, name: str, locale: Locale, /, **values: object) -> JsonObject:
        """`{"text": …, "blocks": […]}` for chat.postMessage and its kin."""
        part = self._parts(name, locale, values)
        return {"text": mrkdwn(part("text")), "blocks": stream(part("blocks"))}

    def modal(self, name: str, locale: Locale, callback_id: str, private: str = "", /, **values: object) -> JsonObject:
        """A view for views.open. `private` comes back as private_metadata."""
        part = self._parts(name, locale, values)
        view: JsonObject = {
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": private,
            "title": _plain_text(cut(part("title").strip(), 24)),
            "close": _plain_text(cut(part("close").strip(), 24)),
            "blocks": stream(part("blocks")),
        }
        if submit := part("submit").strip():
            view["submit"] = _plain_text(cut(submit, 24))
        return view

    def home(self, name: str, locale: Locale, /, **values: object) -> JsonObject:
        return {"type": "home", "blocks": stream(self._parts(name, locale, values)("blocks"))}

    def text(self, name: str, locale: Locale, /, **values: object) -> str:
        """A plain sentence: the block `text` alone, its times in the locale's zone."""
        return plain(Markup(self._parts(name, locale, values)("text").strip()))

    def _parts(self, name: str, locale: Locale, values: Mapping[str, object]) -> Callable[[str], str]:
        template = self.environment.get_template(f"{name}.j2")
        if self.clock and not locale.year:
            locale = locale.as_of(self.clock())
        context = template.new_context({**values, **_words(locale)})
        return lambda block: _block(template, context, block)


def _block(template: Template, context: Context, block: str) -> str:
    return Markup("".join(template.blocks[block](context))) if block in template.blocks else Markup("")


def _words(locale: Locale) -> JsonObject:
    """What a template speaks with. `_` and `ngettext` make their values inert, so a translation may hold mrkdwn."""
    spoken = MessageLocale.for_readers(locale)

    def text(message: str, /, **values: object) -> str:
        translated = Markup(locale.text(message))
        return filled(translated, {name: written(value) for name, value in values.items()}) if values else translated

    def plural(one: str, many: str, /, n: int, **values: object) -> str:
        inert = {name: written(value) for name, value in values.items()}
        return filled(Markup(locale.form(one, many, n)), {"n": locale.number(n), **inert})

    return {"_": text, "ngettext": plural, "locale": spoken}


def _plain_text(text: str) -> JsonObject:
    return {"type": "plain_text", "text": plain(Markup(text))}
