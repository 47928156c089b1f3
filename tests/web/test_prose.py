"""People's markdown is rendered, and nothing in it reaches another site or runs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notebook.notebook_text import escaped
from bot.web.bare_links import LONGEST
from bot.web.html_pages import clean_name, initials
from bot.web.people_markdown import Prose

FILE = "/files/" + "a" * 64 + ".gif"


def html(markdown: str) -> str:
    return str(Prose().html(markdown))


def test_markdown_is_rendered_below_the_headings_of_the_page() -> None:
    text = html("# One\n\n**bold** ~~gone~~\n\n|a|b|\n|-|-|\n|1|2|")
    assert "<h3>One</h3>" in text
    assert "<strong>bold</strong> <s>gone</s>" in text
    assert "<table>" in text


def test_a_column_is_aligned_by_a_class_for_styles_are_refused() -> None:
    text = html("|a|b|c|\n|-|:-:|-:|\n|1|2|3|")
    assert "style=" not in text
    assert '<th>a</th>\n<th class="to-center">b</th>\n<th class="to-right">c</th>' in text
    assert '<td class="to-right">3</td>' in text


@pytest.mark.parametrize(("markdown", "words"), [("**Root** `cause` [x](https://y.example)", "Root cause x"),
                                                 ("a\\*b", "a*b"), ("<b>x</b>", "<b>x</b>"), ("", "")])  # fmt: skip
def test_the_words_of_a_line_are_without_its_markup(markdown: str, words: str) -> None:
    assert Prose().words(markdown) == words


def test_an_address_in_a_text_is_a_link_and_never_one_within_another() -> None:
    rel = 'rel="noopener noreferrer nofollow"'
    assert html("See https://x.example/a_b_c?d=1&e, ok") == (
        f'<p>See <a href="https://x.example/a_b_c?d=1&amp;e" {rel}>https://x.example/a_b_c?d=1&amp;e</a>, ok</p>\n'
    )
    assert html("[https://x.example](https://y.example)").count("<a ") == 1
    assert "<a " not in html("`https://x.example`")


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("mailto:jisoo@shop.example, or HTTPS://X.example/A", ["mailto:jisoo@shop.example", "HTTPS://X.example/A"]),
        ("“https://x.example/a” ‘https://x.example/b’ (https://x.example/c_(d)).",
         ["https://x.example/a", "https://x.example/b", "https://x.example/c_(d)"]),
        ("확인https://x.example/a… https://x.example/b。", ["https://x.example/a", "https://x.example/b"]),
        ("https://x.example/한", ["https://x.example/%ED%95%9C"]),
        (escaped("https://x.example/a_b*c*?q=[1]&d=~e"), ["https://x.example/a_b*c*?q=%5B1%5D&d=~e"]),
        ("http://localhost:8400/answers/a#b http://127.0.0.1:1/", ["http://localhost:8400/answers/a#b", "http://127.0.0.1:1/"]),
        ("x.example www.x.example jisoo@shop.example 10.0.0.1", []),
        ("//x.example ftp://x.example javascript:alert(1) xmailto:a@b.example tel:1 skype:x ssh://x.example", []),
        ("https:// mailto: https://- http:x https:/x.example", []),
        ("https://x.example/" + "a" * LONGEST + " https://x.example/b", ["https://x.example/b"]),
    ],
)  # fmt: skip
def test_bare_addresses_of_three_schemes_are_links(text: str, addresses: list[str]) -> None:
    assert [unescape(address) for address in re.findall('href="([^"]*)"', html(text))] == addresses


@given(
    st.text(), st.sampled_from(["https://", "http://", "mailto:", "MAILTO:a@", "https://x.example/", "ftp://", "//"])
)
def test_whatever_stands_around_an_address_only_three_schemes_are_links(text: str, beginning: str) -> None:
    for address in re.findall('href="([^"]*)"', html(escaped(text + beginning + text))):
        assert re.match("https?://|mailto:", unescape(address), re.IGNORECASE)


def test_a_link_tells_the_other_site_nothing() -> None:
    assert '<a href="https://x.example/" rel="noopener noreferrer nofollow">x</a>' in html("[x](https://x.example/)")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "JaVaScRiPt:x", "data:image/png;base64,x", "vbscript:x",
                                 "file:///etc/passwd", "//evil.example", "ftp://x.example"])  # fmt: skip
def test_other_addresses_are_no_links(url: str) -> None:
    assert "href" not in html(f"[x]({url})")
    assert "<img" not in html(f"![x]({url})")


def test_only_our_own_files_are_pictures() -> None:
    assert f'<img src="{FILE}" alt="a &amp; b" loading="lazy">' in html(f"![a & b]({FILE})")
    assert f'src="{FILE}"' in html(f"![x](https://bot.example{FILE})"), "an exported text, pasted back"
    assert "<img" not in html("![x](https://evil.example/x.png)")


@given(st.text("<>\"'&`![]()#*_~|\\\n -=:/javscriptonload", max_size=60))
def test_no_text_becomes_a_tag_of_its_own(markdown: str) -> None:
    tags = set(re.findall(r"<(/?[a-z0-9]+)", html(markdown)))
    blocks = {"p", "pre", "ul", "ol", "li", "h3", "h4", "h5", "h6", "hr", "br", "blockquote", "div"}
    inline = {"a", "em", "strong", "s", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert {tag.strip("/") for tag in tags} <= blocks | inline
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', "", html(markdown)))


@pytest.mark.parametrize(("name", "letters"), [("Minseo Kim", "MK"), ("jisoo", "J"), ("김민서", "김"), ("A B C", "AC"),
                                               ("🙂", "?"), ("", "?")])  # fmt: skip
def test_an_avatar_has_the_first_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_is_one_short_line() -> None:
    assert clean_name(" Min\u202e\nseo \x00" + "x" * 99) == "Min seo " + "x" * 52
