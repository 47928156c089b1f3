"""Style sheets are read as CSS reads them, so that no way of writing a text keeps what it says from the mask."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Browser

from bot.replay.mask.css_tokens import rewritten, tokens
from bot.replay.mask.sensitive import hide
from bot.replay.mask.style_sheets import without_pictures, without_values
from tests.browser import IN_A_BROWSER

MAIL = "ada@example.com"
DOTS = "•••@•••••••.•••"
PIECES = ['"', "'", "\\", "/*", "*/", "url(", "u\\72 l(", "src(", ")", "(", "{", "}", ";", "\n", "\r\n", " ", "@import",
          "#", "a", "40 ", "é", "1", "image-set(", "<!--", "-->", "\\66 ", "@charset ", "-", "\0"]  # fmt: skip
ENDS = ("", "", "}", ")}", '"}', "'}", "*/", "\n}", ";}")
WRITERS = (
    f'p::after{{content:"{MAIL}"}}',
    "p::after{content:'ada@' \"example.com\"}",
    'p::after{content:"ada\\40\nexample.com"}',
    "p::after{content:'\\61 da' /*'*/ '@exam\\\nple.com'",
    'p::after{content:"ada@" attr(x) "example" counter(n, decimal) \'.com\'}',
    "@media all{p::after{content:'ada\\@' 'example.com",
)
CONTENTS = """styles => styles.map((css) => {
  document.querySelector("style").textContent = css;
  return getComputedStyle(document.querySelector("p"), "::after").content;
})"""
STYLES = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def written(css: str) -> str:
    """What the strings of a style say, one after another, but for addresses of pictures."""
    said, before = [], ""
    for token in tokens(css):
        if token.kind == "string" and before != "url":
            said.append(token.value)
        before = token.value if token.kind == "function" else ""
    return "".join(said)


@pytest.mark.parametrize(
    ("css", "shown"),
    [
        (f"""i{{background:url("data:,%3Csvg transform='rotate(45)'/%3E")}}p::after{{content:"{MAIL}"}}""", None),
        (rf'p::after{{content:"\"{MAIL}\""}}', rf'p::after{{content:"\"{DOTS}\""}}'),
        (r'p::after{content:"ada\40 example.com"}', f'p::after{{content:"{DOTS}"}}'),
        ('p::after{content:"ada\\000040\r\nexample\\2e com"}', f'p::after{{content:"{DOTS}"}}'),
        ('p::after{content:"ada@exam\\\nple.com"}', f'p::after{{content:"{DOTS}"}}'),
        (r'p::after{content:"\61 da@example.com\a \\"}', rf'p::after{{content:"{DOTS}\a \\"}}'),
        ('p::after{content:"ada@" "example.com"}', 'p::after{content:"•••@" "•••••••.•••"}'),
        ("p::after{content:\"ada\" '@' /* \" */ \"example.com\"}",
         "p::after{content:\"•••\" '@' /* \" */ \"•••••••.•••\"}"),
        ('p::after{content:"ada@" attr(x) "example.com"}', 'p::after{content:"•••@" attr(x) "•••••••.•••"}'),
        (f"/* don't */ .b::after{{content:'{MAIL}'}}", None),
        (f"/* don't */ .b::after{{content:'{MAIL}", None),
        (f'p::after{{content:"{MAIL}\\', f'p::after{{content:"{DOTS}'),
        (f'p::after{{content:"{MAIL}\\"', f'p::after{{content:"{DOTS}\\"'),
        ("i{background:url(a'b\\)\")}p::after{content:\"ada@\" \"example.com\"}", None),
        ("i{background:u\\72l(a')}p::after{content:\"ada\\40 example.com\"}", None),
        (".a\\\"b::after{content:\"ada@\" 'example.com'}", None),
        (".a\\'b::after{content:'ada\\@example.com'}", None),
        ("<!--u\\72 l(a')p::after{content:\"ada@\" \"example.com\"}", None),
        (f'@import "x.css";p::after{{content:"{MAIL}"}}', None),
        (f'@import url(x.css) p::after{{content:"{MAIL}"}}', None),
    ],
)  # fmt: skip
def test_an_address_is_hidden_however_a_style_writes_it(css: str, shown: str | None) -> None:
    made, found = without_values(css, hide)
    assert found == {"email": 1}
    assert "".join(written(made).split('"')).replace(" ", "").count("•••@•••••••.•••") == 1
    if shown is not None:
        assert made == shown
    assert without_values(made, hide) == (made, {})


@pytest.mark.parametrize(
    ("css", "shown"),
    [
        ("p::after{content:attr(src)}", "p::after{content:attr(x-absent)}"),
        ("p::after{content:'of ' attr( /* it */ style)}", "p::after{content:'of ' attr( /* it */x-absent)}"),
        ("p::after{content:attr(s\\72 c)}", "p::after{content:attr(x-absent)}"),
        ("p::after{content:\\61ttr(SRCSET)}", "p::after{content:\\61ttr(x-absent)}"),
        ("p::after{content:attr(data-x) attr(href) attr(class)}", None),
        ("code::before{content:attr(source)}src{color:red}", None),
        ("p::after{content:counter(a)counter(b)}", "p::after{content:counter(x-absent)counter(x-absent)}"),
        (
            "p::after{content:counter(a) '-' COUNTERS( /* it */\\62 , '.') counter(c, decimal)}",
            "p::after{content:counter(x-absent) '-' COUNTERS( /* it */x-absent, '.') counter(x-absent, decimal)}",
        ),
        ("p::after{content:counter(a) '.' counter(b)}q::after{content:counter(a)}", None),
        ("p::after{content:counter(a);counter-reset:a}q::after{content:counter(a)}", None),
    ],
)
def test_no_style_writes_out_what_is_not_masked(css: str, shown: str | None) -> None:
    assert without_values(css, hide) == (shown or css, {})


@pytest.mark.parametrize(
    "css",
    [
        'a{background:image-set("a@1x.png" 1x,"b@2x.png" 2x)}',
        'a{clip-path:path("M 240 300 4000")}',
        'a{src:src("a@2x.woff2")}',
        "@import url('https://a@example.com/x.css') layer(x);a{content:'\\201C'}",
        'a{content:"4242";--b:"4242 4242 4242"}',
    ],
)
def test_strings_that_are_no_text_and_those_of_other_declarations_stay(css: str) -> None:
    assert without_values(css, hide) == (css, {})


@pytest.mark.parametrize(
    ("css", "shown"),
    [
        ("a{background:url(fa\\'ce.png) 1px}", "a{background:url() 1px}"),
        ("a{background:url('fa\\'ce.png') 1px}", "a{background:url() 1px}"),
        ("a{background:u\\72l(face.png)}", "a{background:url()}"),
        ('a{background:\\75 rl("face.png")}', "a{background:\\75 rl()}"),
        ("a{background:image-set(linear-gradient(rgb(1,2,3),red) 1x,'face.png' 2x) 1px}", "a{background:none 1px}"),
        ("a{background:image-set('a)b.png' 1x,\"face.png\" 2x) 1px}", "a{background:none 1px}"),
        ("/* url( */a{background:url(face.png)}", "/* url( */a{background:url()}"),
        ("a{content:'url(';background:url(face.png)}", "a{content:'url(';background:url()}"),
    ],
)
def test_a_picture_is_hidden_however_a_style_names_it(css: str, shown: str) -> None:
    assert without_pictures(css) == (shown, 1)


@given(STYLES)
def test_tokens_are_all_of_the_style(css: str) -> None:
    assert "".join(token.text for token in tokens(css)) == css


@IN_A_BROWSER
async def test_chromium_reads_no_address_in_what_is_left(browser: Browser) -> None:
    """Styles of random pieces, most of them broken: what the browser makes of them decides what had to be hidden."""
    chosen = random.Random(5)
    made = ["".join(chosen.choice(PIECES) for _ in range(chosen.randrange(6))) for _ in range(2000)]
    styles = [piece + chosen.choice(ENDS) + chosen.choice(WRITERS) for piece in made]
    page = await browser.new_page()
    try:
        await page.set_content("<style></style><p>x</p>")
        open_texts = await page.evaluate(CONTENTS, styles)
        masked_texts = await page.evaluate(CONTENTS, [without_values(css, hide)[0] for css in styles])
    finally:
        await page.close()
    assert sum(MAIL in written(text) for text in open_texts) > 100
    assert not [css for css, text in zip(styles, masked_texts, strict=True) if MAIL in written(text)]
    assert [bool(written(text)) for text in open_texts] == [bool(written(text)) for text in masked_texts]


@given(st.text(alphabet="a\"'\\\n\r\f 4•é0", max_size=30), st.sampled_from("\"'"))
def test_a_string_that_is_written_anew_says_what_it_should(value: str, quote: str) -> None:
    (old,) = tokens(f"{quote}x{quote}")
    (new,) = tokens(rewritten(old, value))
    assert new.value == value
