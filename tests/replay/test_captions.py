"""What stands under a clip in which nobody clicks."""

from bot.kernel.locale import Locale
from bot.replay.model import Window
from bot.replay.script.transcript import clip_text
from tests.replay.sessions import Session, element, text


def test_it_begins_like_a_sentence_and_an_error_is_as_it_was() -> None:
    scrolled = Session(element(4, "p", text(5, "Hello"))).change(1_000, 3, id=1, x=0, y=50)
    broken = Session(element(4, "p", text(5, "Hello"))).error(1_000, "cart is undefined")
    said = [clip_text(made.recording(6_000), Window(0, 6_000), Locale.of("en")).caption for made in (scrolled, broken)]
    assert said == ["Scrolls", "cart is undefined"]
