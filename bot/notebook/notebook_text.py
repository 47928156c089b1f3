"""The words of a notebook: markdown for managed cells, and the export of a whole notebook.

Cells are written by the templates in `templates/notebook/`. Every value put into one is escaped, so that text from
outside stays text: only the template's own markdown is markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.kernel.base_path import BasePath
from bot.kernel.escape import straight
from bot.kernel.locale import Locale
from bot.kernel.particles import filled
from bot.kernel.paths import TEMPLATES
from bot.notebook.cell_data import Bar, Chart, Data
from bot.notebook.drafted_summary import impact_title
from bot.notebook.head_edits import everybody
from bot.notebook.key_time_words import FOR_TEMPLATES
from bot.notebook.notebook import Notebook
from bot.notebook.public_view import public_view, public_writer
from bot.notebook.timeline import Entry
from bot.notebook.trend import trend_words
from bot.replay.script.transcript import in_words
from bot.signals.answer_text import limits
from bot.signals.question_text import source_name

_ACTIVE = re.compile(r"([\\`*_\[\]<>|~&$])")
_OWN_LINK = re.compile(r"(?<=\]\()/(?!/)[^\s)]*")
_LEADING = re.compile(r"^(\d*)([#+\-=.)]+)(?=\s|$)")
SIGNALS = ("rage_click", "dead_click", "error_click")


def counted_signals(bars: Sequence[Bar]) -> tuple[str, ...]:
    """Returns the signals that a chart shows: those that were counted, all of them where none was."""
    return tuple(signal for signal in SIGNALS if any(bar.by_signal.get(signal) for bar in bars)) or SIGNALS


class Markdown(str):
    """Text that is markdown already and is not escaped again."""

    __slots__ = ()


def escaped(value: object) -> Markdown:
    """Text as markdown that shows just this text, on one line."""
    if isinstance(value, Markdown):
        return value
    return never_a_block(inert(" ".join(straight(str(value)).split())))


def inert(text: str) -> Markdown:
    """A piece of a line in which nothing is markup."""
    return Markdown(_ACTIVE.sub(r"\\\1", text))


def never_a_block(line: str) -> Markdown:
    """A line that begins no heading, list or rule."""
    return Markdown(_LEADING.sub(r"\1\\\2", line))


def code(value: object) -> Markdown:
    """Text as a code span, its fence longer than any run of backticks in it."""
    line = " ".join(straight(str(value)).split())
    longest = max(map(len, re.findall(r"`+", line)), default=0)
    fence, pad = "`" * (longest + 1), " " if line[:1] == "`" or line[-1:] == "`" else ""
    return Markdown(f"{fence}{pad}{line}{pad}{fence}") if line else Markdown("")


def target(url: object) -> Markdown:
    """A link's address: http, https or a path of our own, anything else leads nowhere."""
    address = str(url).strip()
    if not re.match(r"https?://|/(?!/)", address, re.IGNORECASE):
        return Markdown("#")
    return Markdown(re.sub(r"[\s<>()\\\[\]\"'`|]", lambda c: f"%{ord(c[0]):02X}" if ord(c[0]) < 128 else "", address))


def quoted(text: object) -> Markdown:
    """People's markdown as a block quote."""
    return Markdown("\n".join(f"> {line}".rstrip() for line in str(text).splitlines()))


def zoned(chart: Chart, locale: Locale) -> Locale:
    """The locale that names a chart's bars: days are those of the zone in which they were cut."""
    return replace(locale, zone=Locale.of(locale.tag, chart.zone).zone) if chart.daily and chart.zone else locale


def indented(text: object) -> Markdown:
    """Markdown as the inside of a list's item."""
    return Markdown("\n".join(f"  {line}" if line else "" for line in str(text).splitlines()))


def offset(at_ms: int) -> Markdown:
    """A time in a clip: 0:03."""
    return Markdown(f"{at_ms // 60_000}:{at_ms // 1000 % 60:02}")


@dataclass(frozen=True, slots=True)
class NotebookText:
    """Writes notebooks. Build it once; `NotebookText.for_notebook` gives the writer that `merge` takes."""

    environment: Environment

    @classmethod
    @cache
    def load(cls) -> NotebookText:
        """One in a process, whose templates are compiled once."""
        environment = Environment(  # noqa: S701 - markdown, not HTML: `finalize` escapes every value
            loader=FileSystemLoader(TEMPLATES / "notebook"),
            finalize=escaped,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(markdown=Markdown, code=code, target=target, quoted=quoted, indented=indented)
        environment.filters.update(offset=offset, plain=escaped)
        environment.globals.update(SIGNALS=SIGNALS, counted_signals=counted_signals)
        environment.globals.update(hidden_words=in_words, limits=limits, source_name=source_name)
        environment.globals.update(trend_words=trend_words, zoned=zoned, impact_title=impact_title, **FOR_TEMPLATES)
        return cls(environment)

    def cell(self, data: Data, locale: Locale) -> str:
        """The markdown of a managed cell."""
        template = self.environment.get_template(f"{data.kind}.md.j2")
        return template.render(it=data, **_speech(locale)).strip()

    def head(self, notebook: Notebook, locale: Locale) -> str:
        """The markdown of a notebook's head, a table; that for customers names nobody."""
        template = self.environment.get_template("head.md.j2")
        notebook = public_view(notebook)
        internal, people = not notebook.head.for_customers, everybody(notebook)
        return template.render(it=notebook, internal=internal, people=people, **_speech(locale)).strip()

    def own_head(self, notebook: Notebook) -> str:
        """The same in the language that the notebook keeps."""
        return self.head(notebook, notebook.locale)

    def entry(self, entry: Entry, locale: Locale) -> str:
        """The markdown of one entry of a timeline: what a person wrote over it, or what happened."""
        words = self.environment.get_template("_entries.j2").module
        text = _speech(locale)["_"]
        names = self.environment.get_template("_names.j2").module
        return str(words.text_of(entry, text, names, locale)).strip()  # type: ignore[attr-defined]  # a macro

    def hint(self, section: str, locale: Locale) -> str:
        """What belongs into a section, for whoever is about to write it; empty for sections the bot fills."""
        return self.environment.get_template("hints.md.j2").render(section=section, **_speech(locale)).strip()

    def writer(self, locale: Locale) -> partial[str]:
        return partial(self.cell, locale=locale)

    def for_notebook(self, notebook: Notebook) -> Callable[[Data], str]:
        """What writes this notebook's cells: a notebook keeps the language it was opened in, and who may read it."""
        write = self.writer(notebook.locale)
        return public_writer(write) if notebook.head.for_customers else write

    def postmortem(self, name: str, locale: Locale) -> str:
        """The text of a template of post-mortems that came with the bot, in a language."""
        return self.environment.get_template(f"postmortems/{name}.md.j2").render(**_speech(locale))

    def to_markdown(self, notebook: Notebook, locale: Locale, *, base_url: str = "") -> str:
        """The whole notebook as one markdown text. Managed cells are preceded by their marker, a comment.

        With `base_url`, links to our own pages and files lead there from wherever the text is read.
        """
        parts, base = [f"# {escaped(notebook.title)}"], BasePath.of(base_url)
        for cell in notebook.shown:
            text = _OWN_LINK.sub(lambda own: base.absolute(own[0]), cell.markdown) if base_url else cell.markdown
            parts.append(f"<!-- replaybook:{cell.marker} -->\n{text}" if cell.marker else text)
        opened = locale.text("Opened %(when)s", when=locale.dated_moment(notebook.created))
        return (
            "\n\n".join([parts[0], f"_{opened}_", self.head(notebook, locale), *(part for part in parts[1:] if part)])
            + "\n"
        )


def _speech(locale: Locale) -> dict[str, object]:
    def text(message: str, **values: object) -> Markdown:
        translated = locale.text(message)
        return Markdown(
            filled(translated, {name: escaped(value) for name, value in values.items()}) if values else translated
        )

    def plural(one: str, many: str, n: int, **values: object) -> Markdown:
        words = {name: escaped(value) for name, value in values.items()}
        return Markdown(filled(locale.form(one, many, n), {"n": locale.number(n), **words}))

    return {"_": text, "ngettext": plural, "locale": locale}
