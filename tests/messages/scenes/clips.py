"""The moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.kernel.locale import Locale
from bot.replay.encode.ladder import FEWER_FRAMES, SMALLER, STILL
from bot.replay.model import Clip, Line, MaskReport, Window
from bot.replay.script.choice import choose, kind_text
from bot.replay.script.transcript import clicks_text, in_words, losses_in_words
from bot.services.clips.show_side_by_side import PanelLine
from bot.signals.answer import Top, Tops
from bot.signals.question import Signal
from bot.signals.question_text import facet_value
from bot.signals.source import Moment
from tests.messages.scenes.stage import NOW, URL, VALUE, Say, Scene, Values, answer

DEEDS = (
    (1200, "clicks Buy ×5"),
    (4100, "TypeError: cart is undefined"),
    (7300, "reloads the page"),
    (9000, "scrolls"),
    (61_000, "clicks Buy"),
)
SAID_IN_KOREAN = ("구매하기 클릭 ×5", "TypeError: cart is undefined", "페이지 새로고침", "스크롤", "구매하기 클릭")
LOST = {
    "wireframe": 3,
    "Thai letter without a font on this machine": 41,
    "canvas without a recorded picture": 2,
    "element that could not be built": 1,
    "change that could not be shown": 1,
}
CAPTIONS = {
    "en": "Buy clicked 5×, TypeError: cart is undefined",
    "ko": "구매하기 5번 클릭, TypeError: cart is undefined",
}


def clip(say: Say, locale: Locale, repeat: int = 1, hidden: int = 0) -> Clip:
    """Its words are in the asker's language already: the replay room writes them."""
    said = [text if locale.tag == "en" else SAID_IN_KOREAN[n] for n, (_, text) in enumerate(DEEDS)] * repeat
    lines = tuple(Line(DEEDS[n % len(DEEDS)][0], say(text)) for n, text in enumerate(said))
    return Clip(
        data=b"GIF89a",
        kind="gif",
        width=800,
        height=600,
        duration_ms=12_000,
        frames=70,
        shots=71,
        timings_ms={},
        caption=say(CAPTIONS.get(locale.tag, CAPTIONS["en"])),
        alt_text=say(f"{CAPTIONS.get(locale.tag, CAPTIONS['en'])}. {' '.join(said)}"),
        transcript=lines,
        masked=MaskReport({"input": hidden, "email": 1, "selector": 2} if hidden else {}),
        window=Window(34_000, 46_000),
        steps=(FEWER_FRAMES.step, SMALLER.step) if hidden else (),
        skipped=LOST if hidden else {},
    )


def moments(say: Say) -> list[Moment]:
    signals = (Signal.RAGE, Signal.ERROR)
    return [
        Moment(
            session_id=f"session-{n}" if n < 4 else "x" * 300,
            view_id="v",
            at=NOW - timedelta(hours=n),
            signals=signals,
            target=say("Buy"),
            clicks=n + 1,
            seconds_in=30.0 + n,
            error=say("TypeError: cart is undefined") if n else "",
            view=say("/cart" if n > 2 else "/product"),
            version=say("2.31.0"),
            browser=say("Chrome"),
            country=say("KR"),
            device=say(("mobile", "Desktop", "gaming_console", "Kiosk")[n % 4]),
        )
        for n in range(5)
    ]


def _clip(say: Say, locale: Locale, made: Clip | None = None) -> Values:
    made = made or clip(say, locale)
    return {
        "clip": made,
        "left_out": losses_in_words(made.skipped, locale),
        "reason": _reason(locale),
        "question": say("frustration signals on buy button this week"),
        "file": "clip-1",
        "masked": "",
        "link": URL,
        "value": VALUE,
    }


def _long(say: Say, locale: Locale) -> Values:
    reason = say("; ".join(locale.text(it, who="Jisoo Han") for it in ("picked by %(who)s", "window set by %(who)s")))
    made = clip(say, locale, repeat=3, hidden=4)
    return {**_clip(say, locale, made), "reason": reason, "masked": in_words(made.masked.hidden, locale)}


def _video(say: Say, locale: Locale) -> Values:
    return _clip(say, locale, replace(clip(say, locale), kind="mp4", duration_ms=42_000))


def _zoomed(say: Say, locale: Locale) -> Values:
    return _clip(say, locale, replace(clip(say, locale), zoomed=True))


def _still(say: Say, locale: Locale) -> Values:
    made = replace(clip(say, locale), kind="png", duration_ms=0, steps=(STILL.step,))
    return _clip(say, locale, made)


def _flashing(say: Say, locale: Locale) -> Values:
    return _clip(say, locale, replace(clip(say, locale), steps=("flashes slowed down",)))


def _beside(say: Say, locale: Locale, number: int = 3, made: Clip | None = None, **more: object) -> Values:
    made = made or clip(say, locale, repeat=number)
    marks = [f"{n} · {say(kind)}" for n, kind in enumerate(("Desktop", "Mobile", "Tablet"), 1)]
    return {
        "clip": made,
        "panels": [PanelLine(mark, say(CAPTIONS.get(locale.tag, CAPTIONS["en"])), VALUE) for mark in marks[:number]],
        "fix": False,
        "refused": [],
        "masked": "",
        "left_out": losses_in_words(made.skipped, locale),
        "question": say("frustration signals on buy button this week"),
        "why": locale.text("the most typical session, and those that differ most from it"),
        "file": "clip-1",
        "value": VALUE,
        **more,
    }


def _refused(say: Say, locale: Locale) -> Values:
    made = clip(say, locale, hidden=4)
    why = say(locale.text("Nothing was recorded in this part of the session."))
    return _beside(say, locale, 2, made, masked=in_words(made.masked.hidden, locale), refused=[why])


def _reason(locale: Locale) -> str:
    """Three of five are on the page that most are on."""
    tops = Tops(views=(Top("/product", 1200), Top("/cart", 200)), versions=(Top("2.31.0", 700), Top("2.30.4", 700)))
    return choose(moments(str), locale, answer(str, tops=tops))[0].reason


def _pick(say: Say, found: Sequence[Moment]) -> Values:
    return {"moments": found, "spoken": facet_value, "clicked": clicks_text, "kind": kind_text}


def _mixed(say: Say) -> list[Moment]:
    """Real ones and sample data, some from a source that doesn't count the clicks of a rage click."""
    return [replace(moment, sample=n > 1, clicks=n % 2) for n, moment in enumerate(moments(say))]


def _progress(say: Say, locale: Locale) -> Values:
    return {"step": "capture", "done": 0.62, "reason": say(_reason(locale)), "value": VALUE}


SCENES = {
    "clip": Scene("replay/clip", _clip),
    "clip of much": Scene("replay/clip", _long),
    "clip that goes close": Scene("replay/clip", _zoomed),
    "clip as a video": Scene("replay/clip", _video),
    "video": Scene("replay/video", lambda say, locale: {"clip": _video(say, locale)["clip"]}),
    "clip as a still": Scene("replay/clip", _still),
    "clip that flashes": Scene("replay/clip", _flashing),
    "three side by side": Scene("replay/side_by_side", _beside),
    "two side by side": Scene("replay/side_by_side", _refused),
    "one side by side": Scene("replay/side_by_side", lambda say, locale: _beside(say, locale, 1)),
    "side by side as a video": Scene(
        "replay/side_by_side", lambda say, locale: _beside(say, locale, made=_video(say, locale)["clip"])
    ),
    "side by side as a still": Scene(
        "replay/side_by_side", lambda say, locale: _beside(say, locale, made=_still(say, locale)["clip"])
    ),
    "cancelled": Scene("replay/cancelled", lambda say, _: {"by": say("mina"), "again": VALUE}),
    "progress": Scene("replay/progress", _progress),
    "progress at first": Scene(
        "replay/progress", lambda say, locale: {**_progress(say, locale), "step": "wait", "done": 0}
    ),
    "progress after a crash": Scene(
        "replay/progress", lambda say, locale: {**_progress(say, locale), "step": "again", "done": 0}
    ),
    "pick": Scene("replay/pick", lambda say, _: _pick(say, moments(say)), "modal"),
    "pick among real and sample": Scene("replay/pick", lambda say, _: _pick(say, _mixed(say)), "modal"),
    "pick while looking": Scene("replay/loading", lambda say, _: {"problem": ""}, "modal"),
    "pick without sessions": Scene(
        "replay/loading", lambda say, _: {"problem": say("None of these sessions has a replay.")}, "modal"
    ),
    "window": Scene(
        "replay/window", lambda say, _: {"start": 34.0, "end": 46.0, "longest": 60, "length": 132.4}, "modal"
    ),
    "window of an old clip": Scene(
        "replay/window", lambda say, _: {"start": 34.0, "end": 46.0, "longest": 60, "length": 0.0}, "modal"
    ),
}
