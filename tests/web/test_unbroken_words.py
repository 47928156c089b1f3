"""A Korean line doesn't break before a particle, and nothing that is copied or sent has a joiner in it."""

from __future__ import annotations

import pytest

from bot.web.unbroken_words import WORD_JOINER as J
from bot.web.unbroken_words import unbroken


@pytest.mark.parametrize(
    ("html", "joined"),
    [
        ("<p>신호의 80%가 “결제”는 (80%)의</p>", f"<p>신호의 80%{J}가 “결제”{J}는 (80%){J}의</p>"),
        ("<p><b>80%</b>에서</p>", f"<p><b>80%</b>{J}에서</p>"),
        ("<p>80% 가 12건 (a) b “c”d</p>", "<p>80% 가 12건 (a) b “c”d</p>"),
        ('<img alt="80%가"><input value="80%가">', '<img alt="80%가"><input value="80%가">'),
        ("<textarea name=a>\n80%가</textarea>80%가", f"<textarea name=a>\n80%가</textarea>80%{J}가"),
        ("<pre><code>80%가</code></pre>", "<pre><code>80%가</code></pre>"),
        ("<title>80%가</title><option>80%가</option>", "<title>80%가</title><option>80%가</option>"),
    ],
)
def test_a_joiner_stands_before_a_particle_and_nowhere_else(html: str, joined: str) -> None:
    assert unbroken(html) == joined
