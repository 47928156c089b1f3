"""Slack messages and modals from Jinja2 templates.

A template has a block `text` (notification and screen reader) and a block `blocks`: a stream of JSON objects, one a
Block Kit block, each written by a macro of `templates/_blocks.j2`. A stream needs no commas, so loops are free, and
stray text between two blocks raises. A modal has the blocks `title`, `submit`, `close` and `blocks`.

Autoescape stays on: text from outside can't become a mention or a link. Slack decodes `&amp; &lt; &gt;` and nothing
else, so the filter `mrkdwn` gives the quotes back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup, escape

from bot.runtime.locale import Locale
from bot.runtime.paths import TEMPLATES

JsonObject = dict[str, Any]


def mrkdwn(text: object) -> str:
    return str(text).strip().replace("&#34;", '"').replace("&#39;", "'")


def stream(text: object) -> list[Any]:
    """Read JSON values written one after another. Raises ValueError on anything between them."""
    decoder, values, rest = json.JSONDecoder(), [], str(text).lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def cut(text: object, length: int) -> str:
    """At most `length` characters, the last an ellipsis where something is missing."""
    whole = str(text)
    return whole if len(whole) <= length else whole[: length - 1].rstrip() + "…"


def code(text: object, length: int = 80) -> Markup:
    """Untrusted text as a code span: Slack has no escape for * _ ~ and `, so backticks become a look-alike."""
    shown = cut(" ".join(str(text).split()), length).replace("`", "ˋ")
    return Markup("`") + escape(shown or " ") + Markup("`")


def words(text: object, length: int = 160) -> Markup:
    """Untrusted text as running words: what mrkdwn would read as a mark gets an invisible neighbour and stays text."""
    shown = escape(cut(" ".join(str(text).split()), length))
    return Markup(re.sub(r"([*_~`])", "\u2060\\1\u2060", shown))


def plain(text: object) -> str:
    """JSON text for a plain_text field, where nothing is parsed and so nothing is escaped."""
    return text.unescape() if isinstance(text, Markup) else str(text)


@dataclass(frozen=True, slots=True)
class Messages:
    """Renders messages by name: `messages.message("signals/answer", locale, answer=…)`."""

    environment: Environment

    @classmethod
    def load(cls) -> Messages:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
        )
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        environment.filters.update(mrkdwn=mrkdwn, stream=stream, cut=cut, code=code, words=words, plain=plain)
        macros = vars(environment.get_template("_blocks.j2").module)
        environment.globals.update({name: macro for name, macro in macros.items() if not name.startswith("_")})
        return cls(environment)

    def message(self, name: str, locale: Locale, **values: object) -> JsonObject:
        """`{"text": …, "blocks": […]}` for chat.postMessage and its kin."""
        part = self._parts(name, locale, values)
        return {"text": mrkdwn(part("text")), "blocks": stream(part("blocks"))}

    def modal(self, name: str, locale: Locale, callback_id: str, private: str = "", **values: object) -> JsonObject:
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

    def home(self, name: str, locale: Locale, **values: object) -> JsonObject:
        return {"type": "home", "blocks": stream(self._parts(name, locale, values)("blocks"))}

    def text(self, name: str, locale: Locale, **values: object) -> str:
        """A plain sentence: the block `text` alone."""
        return plain(Markup(mrkdwn(self._parts(name, locale, values)("text"))))

    def _parts(self, name: str, locale: Locale, values: Mapping[str, object]) -> Callable[[str], str]:
        template = self.environment.get_template(f"{name}.j2")
        context = template.new_context({**values, **_words(locale)})
        return lambda block: _block(template, context, block)


def _block(template: Template, context: Context, block: str) -> str:
    return Markup("".join(template.blocks[block](context))) if block in template.blocks else Markup("")


def _words(locale: Locale) -> JsonObject:
    """What a template speaks with. `_` and `ngettext` escape their values, so a translation may hold mrkdwn."""

    def text(message: str, **values: object) -> Markup:
        return Markup(locale.text(message)) % values if values else Markup(locale.text(message))

    def plural(one: str, many: str, n: int, **values: object) -> Markup:
        return Markup(locale.form(one, many, n)) % {"n": locale.number(n), **values}

    return {"_": text, "ngettext": plural, "locale": locale}


def _plain_text(text: str) -> JsonObject:
    return {"type": "plain_text", "text": plain(Markup(text))}
