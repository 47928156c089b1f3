"""The words of a clip: a line for each thing that happens, a caption, and the text for people who can't see it.

What people typed is never repeated, only where they typed it. Names and errors come from the recording, so e-mail
addresses, card and phone numbers in them are hidden as in the picture. What a clip does not show of its recording is
said in words, too: what was masked, and what could not be drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.kernel.escape import visible
from bot.kernel.locale import LANGUAGES, Locale
from bot.kernel.page_path import page_path
from bot.replay.fonts import WITHOUT_FONT
from bot.replay.mask.sensitive import hidden
from bot.replay.model import ClipText, Line, Window
from bot.replay.recording import Recording
from bot.replay.script.moment import clip_ms, fast_stretches, idle_stretches
from bot.replay.script.narrator import TimelineEvent, continues, timeline_events
from bot.signals.question_text import SIGNAL_NAMES
from bot.signals.source import Moment

MAX_NAME, MAX_ERROR, MAX_ALT = 48, 140, 1_000
LEAST_NAME, MAX_CAPTION = 16, 140
"""A name beside a long error is shortened, to no less than this."""


def clip_text(recording: Recording, window: Window, locale: Locale) -> ClipText:
    """Caption, alt text and transcript in one pass over the window."""
    return _texts(recording, window, [locale])[locale.tag]


def clip_texts(recording: Recording, window: Window) -> dict[str, ClipText]:
    """The same in every language, by its tag, still in one pass."""
    return _texts(recording, window, [Locale.of(tag) for tag in LANGUAGES])


def _texts(recording: Recording, window: Window, locales: Sequence[Locale]) -> dict[str, ClipText]:
    events = timeline_events(recording, window)
    idle, fast = idle_stretches(recording, window), fast_stretches(recording, window)
    return {locale.tag: _text_in(events, idle, fast, window, locale) for locale in locales}


def _text_in(
    events: Sequence[TimelineEvent],
    idle: Sequence[tuple[int, int]],
    fast: Sequence[tuple[int, int, int]],
    window: Window,
    locale: Locale,
) -> ClipText:
    lines = [
        Line(clip_ms(event.at_ms, window, idle, fast), _line(event, window, locale), keep=_tells(event))
        for event in events
    ]
    faster = [
        Line(clip_ms(first, window, idle, fast), _faster(last - first, speed, locale), keep=True)
        for first, last, speed in fast
    ]
    caption_text = _caption(events, window, locale)
    length = _length(caption_text, round(clip_ms(window.end_ms, window, idle, fast) / 1000), faster, locale)
    together = tuple(sorted([*faster, *lines], key=lambda line: line.at_ms))
    return ClipText(caption_text, _alt(length, lines), together)


def clock(at_ms: int) -> str:
    """ "0:07"."""
    return f"{at_ms // 60_000}:{at_ms // 1000 % 60:02d}"


def _tells(event: TimelineEvent) -> bool:
    """Whether its line stays where only some have room."""
    return event.kind in ("error", "alert", "unseen") or event.main or event.failed


def _faster(span_ms: int, speed: int, locale: Locale) -> str:
    return locale.plural(
        "%(n)s second of reading or typing at %(speed)s×",
        "%(n)s seconds of reading or typing at %(speed)s×",
        round(span_ms / 1000),
        speed=speed,
    )


def clicks_text(moment: Moment, locale: Locale) -> str:
    """Returns "5 clicks"; the signals where the source doesn't count the clicks."""
    named = ", ".join(locale.text(SIGNAL_NAMES[signal]) for signal in moment.signals)
    return locale.plural("%(n)s click", "%(n)s clicks", moment.clicks) if moment.clicks else named


def _line(event: TimelineEvent, window: Window, locale: Locale) -> str:
    name = short(event.name, MAX_NAME)
    match event.kind:
        case "unseen" if window.moment:
            return clicks_text(window.moment, locale)
        case "click":
            return _click(name, event.times, locale)
        case "input":
            return locale.text("fills in %(name)s", name=name) if name else locale.text("fills in a field")
        case "page":
            return locale.text("goes to %(page)s", page=page_of(event.name))
        case "error":
            return short(event.name, MAX_ERROR)
    return {
        "scroll": locale.text("scrolls"),
        "reload": locale.text("reloads the page"),
        "alert": locale.text("a message appears"),
    }[event.kind]


def _click(name: str, times: int, locale: Locale) -> str:
    if not name:
        return locale.plural("clicks the page", "clicks the page ×%(n)s", times)
    if times == 1:
        return locale.text("clicks %(name)s", name=name)
    return locale.text("clicks %(name)s ×%(n)s", name=name, n=locale.number(times))


def _caption(events: Sequence[TimelineEvent], window: Window, locale: Locale) -> str:
    clicks = [event for event in events if event.kind in ("click", "unseen")]
    if not clicks:
        line = _line(events[0], window, locale) if events else locale.text("Session replay")
        return line if events and events[0].kind == "error" else line[:1].upper() + line[1:]
    failed = window.failed_ms if window.failed_ms is not None else clicks[0].at_ms
    main = min(clicks, key=lambda event: (not event.main, not event.failed, abs(event.at_ms - failed)))
    outcome = _outcome(main, _answers(main, events), window, locale)
    # The name gives way: what came of the click is to be read to its end.
    longest = max(LEAST_NAME, min(MAX_NAME, MAX_CAPTION - len(outcome)))
    name = short(main.name, longest) or locale.text("The page")
    if main.kind == "unseen":
        clicked = _line(main, window, locale)
    elif main.times > 1:
        clicked = locale.text("%(name)s clicked %(n)s×", name=name, n=locale.number(main.times))
    else:
        clicked = locale.text("%(name)s clicked", name=name)
    return f"{clicked}, {outcome}" if outcome else clicked


def _answers(main: TimelineEvent, events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """What follows a click, up to the next one on something else. One that is made again has the same answer."""
    answers: list[TimelineEvent] = []
    last = main
    for event in events[events.index(main) + 1 :]:
        if event.kind != "click":
            answers.append(event)
        elif continues(event, last):
            last = event
        else:
            break
    return answers


def _outcome(main: TimelineEvent, answers: Sequence[TimelineEvent], window: Window, locale: Locale) -> str:
    kinds = {event.kind for event in answers}
    if error := _error(main, answers, window):
        return short(error, MAX_ERROR)
    if "reload" in kinds:
        return locale.text("then the page is reloaded")
    if "alert" in kinds:
        return locale.text("a message appears")
    return locale.text("nothing happens") if main.dead and "error" not in kinds else ""


def _error(main: TimelineEvent, answers: Sequence[TimelineEvent], window: Window) -> str:
    """Returns the error of a click. One that the source doesn't join to it came after it, not of it."""
    shown = [event.name for event in answers if event.kind == "error"]
    moment = window.moment if main.main else None
    if moment is None:
        return shown[0] if shown else ""
    return next((name for name in shown if moment.error in name), moment.error) if moment.error else ""


def _length(caption_text: str, seconds: int, faster: Sequence[Line], locale: Locale) -> str:
    length = locale.plural(
        "Session replay of %(n)s second: %(caption)s.",
        "Session replay of %(n)s seconds: %(caption)s.",
        seconds,
        caption=caption_text,
    )
    return " ".join([length, *(f"{clock(line.at_ms)} {line.text}." for line in faster)])


def _alt(length: str, lines: Sequence[Line]) -> str:
    """What is too long loses what tells least first, from the end; errors stay."""
    left = list(lines)
    while len(text := " ".join([length, *(f"{clock(line.at_ms)} {line.text}." for line in left)])) > MAX_ALT:
        least = next((line for line in reversed(left) if not line.keep), None)
        if least is None:
            break
        left.remove(least)
    return cut(text.strip(), MAX_ALT)


def short(text: str, limit: int) -> str:
    """A recorded text that may be shown: on one line, nothing sensitive or unseen in it, not too long."""
    return cut(hidden(" ".join(visible(text).split())), limit)


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def page_of(href: str) -> str:
    """The page of an address; a query may name people."""
    return short(page_path(href), MAX_NAME)


def losses_in_words(skipped: Mapping[str, int], locale: Locale) -> str:
    """Returns what is counted in `Clip.skipped`, by kind and in a fixed order; empty when nothing was lost."""
    lost: Counter[str] = Counter()
    for what, n in skipped.items():
        lost[_kind(what)] += n
    counts = {
        "letter": locale.plural("%(n)s letter without a font", "%(n)s letters without a font", lost["letter"]),
        "canvas": locale.plural(
            "%(n)s canvas without its picture", "%(n)s canvases without their picture", lost["canvas"]
        ),
        "element": locale.plural("%(n)s element not built", "%(n)s elements not built", lost["element"]),
        "change": locale.plural("%(n)s change not shown", "%(n)s changes not shown", lost["change"]),
        "record": locale.plural("%(n)s unknown record left out", "%(n)s unknown records left out", lost["record"]),
    }
    return " · ".join(text for kind, text in counts.items() if lost[kind])


def _kind(what: str) -> str:
    if what.endswith(WITHOUT_FONT):
        return "letter"
    first = what.split(" ", maxsplit=1)[0]
    return first if first in {"canvas", "element", "change"} else "record"


def in_words(hidden: Mapping[str, int], locale: Locale) -> str:
    """Returns what was masked, by the kinds of a `MaskReport` and in a fixed order: "2 form values, 1 e-mail address".

    Empty when nothing was hidden.
    """
    counts = {
        "input": locale.plural("%(n)s form value", "%(n)s form values", hidden.get("input", 0)),
        "email": locale.plural("%(n)s e-mail address", "%(n)s e-mail addresses", hidden.get("email", 0)),
        "card": locale.plural("%(n)s card number", "%(n)s card numbers", hidden.get("card", 0)),
        "phone": locale.plural("%(n)s phone number", "%(n)s phone numbers", hidden.get("phone", 0)),
        "selector": locale.plural("%(n)s configured element", "%(n)s configured elements", hidden.get("selector", 0)),
        "image": locale.plural("%(n)s picture", "%(n)s pictures", hidden.get("image", 0)),
    }
    return ", ".join(text for kind, text in counts.items() if hidden.get(kind))
