"""Whatever people write, the page is well-formed storage format in which nothing of theirs is markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.confluence.managed_parts import PagePart, found_parts, merged, part_markup, words_digest
from bot.providers.confluence.storage_format import StorageFormat, attribute
from standins.confluence.storage_check import parsed

FILE = "a" * 64
WRITE = StorageFormat("https://bot.example", {f"{FILE}.gif": "clip.gif", f"{FILE}.mp4": "film.mp4"})
HOSTILE = (
    "<script>alert(1)</script>",
    "]]></ac:plain-text-body></ac:structured-macro>",
    '</ac:rich-text-body></ac:structured-macro><ac:structured-macro ac:name="html">',
    "```\n]]> </pre> &nbsp;\n```",
    '[x](javascript:alert(1)) [y](https://a.example/"><ac:link>) ![z](data:image/png;base64,AA)',
    "\x00\x0b\x1f\ufffe\ud7ff &bogus; &#0; &#xD800;",
    "| a | b |\n|--:|:-:|\n| <p> | `</td>` |",
    '<ac:parameter ac:name="name">replaybook-n-about</ac:parameter>',
    f'[![alt "quoted" <b>](/files/{FILE}.gif)](/files/{FILE}.mp4) [film](/files/{FILE}.mp4)',
    "<!-- comment --> <![CDATA[ x ]]> <?pi ?>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    root = parsed(WRITE.blocks(text))
    names = {element.tag for element in root.iter()}
    assert not [name for name in names if "script" in name or "structured-macro" in name or "parameter" in name]
    assert all(re.match("https://", element.get("href", "https://")) for element in root.iter())
    parsed(f"<h2>{WRITE.line(text)}</h2><p>{attribute(text)}</p>")


@given(st.text(max_size=300))
def test_any_text_at_all_is_well_formed(text: str) -> None:
    parsed(WRITE.blocks(text))
    parsed(f"<h2>{WRITE.line(text)}</h2>")
    parsed(f'<p><a href="https://a.example">{attribute(text)}</a></p>')


def test_pictures_and_videos_of_ours_are_attachments_and_others_links() -> None:
    written = WRITE.blocks(f"![clip](/files/{FILE}.gif) [film](https://bot.example/files/{FILE}.mp4)")
    assert '<ac:image ac:alt="clip"><ri:attachment ri:filename="clip.gif" /></ac:image>' in written
    assert '<ac:link><ri:attachment ri:filename="film.mp4" /><ac:link-body>film</ac:link-body></ac:link>' in written
    other = WRITE.blocks(f"![far](https://a.example/x.png) ![gone](/files/{'b' * 64}.gif)")
    assert '<a href="https://a.example/x.png">far</a>' in other
    assert f'<a href="https://bot.example/files/{"b" * 64}.gif">gone</a>' in other


PARTS = [PagePart("one", "One", "<p>first</p>"), PagePart("two", "Two", "<p>second</p>")]


@given(st.text(max_size=80), st.text(max_size=80))
def test_parts_are_found_whatever_stands_around_them(before: str, after: str) -> None:
    parts = "".join(part_markup("n", part) for part in PARTS)
    body = f"<p>{attribute(before)}</p>{parts}<p>{attribute(after)}</p>"
    assert {key: part.body for key, part in found_parts(body, "n").items()} == {
        "one": "<p>first</p>",
        "two": "<p>second</p>",
    }
    assert found_parts(body, "other") == {}


def test_a_macro_in_a_section_and_a_section_in_a_macro_are_told_apart() -> None:
    inner = '<ac:structured-macro ac:name="info"><ac:rich-text-body><p>i</p></ac:rich-text-body></ac:structured-macro>'
    body = part_markup("n", PagePart("one", "", f"<p>a</p>{inner}<p>b</p>"))
    around = f'<ac:structured-macro ac:name="panel"><ac:rich-text-body>{body}</ac:rich-text-body></ac:structured-macro>'
    for text in (body, around):
        assert found_parts(text, "n")["one"].body == f"<p>a</p>{inner}<p>b</p>"
    after = merged(around, "n", [PagePart("one", "", "<p>new</p>")], {}, lambda _: True).body
    assert after.startswith('<ac:structured-macro ac:name="panel">')
    parsed(after)


def test_what_only_looks_like_a_macro_is_none() -> None:
    looks = '<pre><![CDATA[<ac:structured-macro ac:name="excerpt">]]></pre><!-- <ac:structured-macro> -->'
    body = looks + part_markup("n", PARTS[0])
    assert found_parts(body, "n")["one"].body == "<p>first</p>"


def test_a_part_that_somebody_copied_is_brought_up_to_date_once() -> None:
    twice = part_markup("n", PARTS[0]) * 2
    after = merged(twice, "n", [PagePart("one", "", "<p>new</p>")], {}, lambda _: True).body
    assert (after.count("new"), after.count("first")) == (1, 1)


def test_a_digest_sees_words_and_no_markup() -> None:
    assert words_digest("<p>It&rsquo;s <b>so</b></p>") == words_digest("<p>It’s so</p>")
    assert words_digest('<p>a</p><ac:parameter ac:name="x">id</ac:parameter>') == words_digest("<p>a</p>")
    assert words_digest("<p>a</p>") != words_digest("<p>b</p>")
