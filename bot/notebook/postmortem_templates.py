"""The templates of post-mortems: which sections a new notebook has, what they are called, and what they hold.

A template is a Markdown file: its title, then a heading for each section and below it what is to be written there. A
comment behind a heading names the facts that go into the section:

    # Lightweight
    ## What happened <!-- summary -->
    Two or three sentences that someone outside the team understands.
    ## Who was hit <!-- impact, seen -->

The three that come with the bot are in `templates/notebook/postmortems/`. Those of a team's own folder are text and
nothing else: nothing in them is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.kernel.errors import Misunderstood
from bot.kernel.escape import visible
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Heading
from bot.notebook.head import Severity
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem import KNOWN_SECTIONS

SHIPPED = ("full", "lightweight", "customers")
DEFAULT = "full"
MOST_BYTES = 50_000
MOST_SECTIONS = 40
MOST_FILES = 30
_SECTION = re.compile(r"##(?!#)\s*(.*?)\s*(?:<!--\s*([^<>]*?)\s*-->)?\s*")
_FOR_CUSTOMERS = re.compile(r"<!--\s*for customers\s*-->", re.I)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class PostmortemTemplate:
    """`name` is that of its file without the ending, `title` what people choose it by."""

    name: str
    title: str
    sections: tuple[Heading, ...]
    for_customers: bool = False


@dataclass(frozen=True, slots=True)
class PostmortemTemplates:
    """Every template there is. `own` are a team's, which go before ours of the same name."""

    text: NotebookText
    own: Mapping[str, PostmortemTemplate] = field(default_factory=dict)
    by_severity: Mapping[Severity, str] = field(default_factory=dict)

    @classmethod
    def load(cls, text: NotebookText, folder: Path | None, by_severity: Iterable[str]) -> PostmortemTemplates:
        """`by_severity` are pairs such as `1=full`. Raises Misunderstood with one sentence for what can't be used."""
        own = _own(folder) if folder else {}
        chosen = {}
        for pair in by_severity:
            level, _, name = pair.partition("=")
            if name not in own and name not in SHIPPED:
                names = ", ".join(sorted({*own, *SHIPPED}))
                raise Misunderstood(
                    "There is no post-mortem template “%(name)s”; there are %(names)s.", at=name, name=name, names=names
                )
            chosen[Severity(int(level))] = name
        return cls(text, own, chosen)

    def all(self, locale: Locale) -> list[PostmortemTemplate]:
        """The shipped ones first, as they are now in a language."""
        names = (*SHIPPED, *(name for name in self.own if name not in SHIPPED))
        return [self.named(name, locale) for name in names]

    def named(self, name: str, locale: Locale) -> PostmortemTemplate:
        """The default one for a name that nothing has (any more)."""
        if name in self.own:
            return self.own[name]
        name = name if name in SHIPPED else DEFAULT
        return read_template(name, self.text.postmortem(name, locale))

    def chosen(self, wanted: str, severity: Severity | None, locale: Locale) -> PostmortemTemplate:
        """The one that a channel wants, else that of the severity, else the default."""
        known = wanted if wanted in self.own or wanted in SHIPPED else ""
        by_severity = self.by_severity.get(severity, "") if severity is not None else ""
        return self.named(known or by_severity or DEFAULT, locale)


def read_template(name: str, text: str) -> PostmortemTemplate:
    """Raises Misunderstood with the file and the line."""
    title, for_customers = "", False
    sections: list[tuple[str, tuple[str, ...], list[str]]] = []
    for number, line in enumerate(map(str.strip, visible(text).splitlines()), 1):
        if match := _SECTION.fullmatch(line):
            sections.append((match[1][:100], _holds(name, number, match[2] or ""), []))
            if not match[1] and not sections[-1][1]:
                raise Misunderstood("%(file)s, line %(line)s: the section has no title.", file=name, line=number)
        elif line.startswith("# ") and not sections:
            title = line[2:].strip()[:60]
        elif _FOR_CUSTOMERS.fullmatch(line) and not sections:
            for_customers = True
        elif line and sections:
            sections[-1][2].append(line)
    _check(name, sections)
    headings = _headings(sections)
    return PostmortemTemplate(name, title or name, headings, for_customers)


def _holds(name: str, number: int, names: str) -> tuple[str, ...]:
    holds = tuple(each.strip() for each in names.split(",") if each.strip())
    for each in holds:
        if each not in KNOWN_SECTIONS:
            raise Misunderstood(
                "%(file)s, line %(line)s: there are no facts called “%(name)s”; there are %(names)s.",
                file=name,
                line=number,
                name=each[:40],
                names=", ".join(KNOWN_SECTIONS),
            )
    return holds


def _check(name: str, sections: list[tuple[str, tuple[str, ...], list[str]]]) -> None:
    if not sections:
        raise Misunderstood("%(file)s has no sections; each begins with “## ” and its title.", file=name)
    if len(sections) > MOST_SECTIONS:
        raise Misunderstood("%(file)s has more than %(n)s sections.", file=name, n=MOST_SECTIONS)
    held = [each for _, holds, _ in sections for each in holds]
    twice = next((each for each in held if held.count(each) > 1), None)
    if twice:
        raise Misunderstood("%(file)s names “%(name)s” twice; facts go into one section.", file=name, name=twice)


def _headings(sections: list[tuple[str, tuple[str, ...], list[str]]]) -> tuple[Heading, ...]:
    headings: list[Heading] = []
    for title, holds, hint in sections:
        section = holds[0] if holds else f"own-{len(headings) + 1}"
        headings.append(Heading(section, title=title, hint=" ".join(hint)[:1000], holds=holds[1:]))
    return tuple(headings)


def _own(folder: Path) -> dict[str, PostmortemTemplate]:
    """Raises Misunderstood for a folder that isn't there, and for the first file that can't be used."""
    if not folder.is_dir():
        raise Misunderstood("There is no folder %(folder)s for post-mortem templates.", at=str(folder), folder=folder)
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".md" and path.is_file())
    if len(paths) > MOST_FILES:
        raise Misunderstood("%(folder)s has more than %(n)s templates.", folder=folder, n=MOST_FILES)
    return {path.stem: _read(path) for path in paths}


def _read(path: Path) -> PostmortemTemplate:
    if not _NAME.fullmatch(path.stem):
        raise Misunderstood("%(file)s: a template’s name has small letters, digits, - and _ alone.", file=path.name)
    if path.stat().st_size > MOST_BYTES:
        raise Misunderstood("%(file)s is too long for a template: more than %(n)s bytes.", file=path.name, n=MOST_BYTES)
    try:
        text = path.read_text("utf-8")
    except (UnicodeDecodeError, OSError):
        raise Misunderstood("%(file)s can’t be read as text in UTF-8.", file=path.name) from None
    if any(not character.isprintable() and character not in "\n\r\t" for character in text):
        raise Misunderstood("%(file)s holds characters that nobody can see.", file=path.name)
    template = read_template(path.name, text)
    return PostmortemTemplate(path.stem, template.title.removesuffix(".md"), template.sections, template.for_customers)
