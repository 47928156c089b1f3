"""Addresses of the bot's own pages are made in one place, so that they lead below the installation's path."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.kernel.base_path import BasePath, is_plain_path
from bot.kernel.errors import Misunderstood
from bot.kernel.setting_rules import check_values
from bot.kernel.settings import Settings
from bot.slack.own_links import own_link
from bot.web.html_pages import HtmlPages
from bot.web.people_markdown import Prose

BASE = BasePath.of("https://tools.example.com/replaybook/")
TEMPLATES = sorted(Path("templates/web").glob("*.html"))
PYTHON = sorted({*Path("bot/web").rglob("*.py"), *Path("handlers").rglob("*.py")} - {Path("bot/web/html_pages.py")})
LEADING = re.compile(r"""\b(?:href|src|poster|action|data-notebook|data-copy)="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)\"""")
LEFT_TO_OTHERS = re.compile(r"#|https?://|\{\{ (?:url|address|path) \}\}")
"""A place in the page; a page elsewhere; what the handler, the macro or the export gave whole."""
MADE_BY_HAND = re.compile(
    r"""HTTP(?:SeeOther|Found|MovedPermanently|TemporaryRedirect)|["']Location["']|path=["']/["']|(?:href|src|action)=\\?["']/"""
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_writes_an_absolute_path_by_hand(template: Path) -> None:
    for address in LEADING.findall(template.read_text(encoding="utf-8")):
        assert LEFT_TO_OTHERS.match(address) or re.search(r"\|\s*(?:here|stored|target)\b", address), address


@pytest.mark.parametrize("file", PYTHON, ids=str)
def test_no_handler_writes_an_absolute_path_by_hand(file: Path) -> None:
    assert not (found := MADE_BY_HAND.findall(file.read_text(encoding="utf-8"))), found


def test_a_link_in_somebodys_text_leads_to_our_page_however_it_was_copied() -> None:
    file = f"{'a' * 64}.gif"
    for written in (
        f"/files/{file}",
        f"/replaybook/files/{file}",
        f"https://tools.example.com/replaybook/files/{file}",
    ):
        html = Prose(BASE).html(f"![still]({written})")
        assert f'src="/replaybook/files/{file}"' in html, written
    for written in ("/notebooks/n1", "/replaybook/notebooks/n1"):
        assert 'href="/replaybook/notebooks/n1"' in Prose(BASE).html(f"[it]({written})")
        assert BASE.absolute(written) == "https://tools.example.com/replaybook/notebooks/n1"
    assert 'href="https://shop.example/cart"' in Prose(BASE).html("[it](https://shop.example/cart)")


def test_pages_of_two_paths_do_not_mix_in_one_process() -> None:
    below, top = HtmlPages.load(BASE), HtmlPages.load()
    assert below.see_other("/notebooks/n1", "top").headers["Location"] == "/replaybook/notebooks/n1#top"
    assert top.see_other("/notebooks/n1").headers["Location"] == "/notebooks/n1"


def test_links_to_our_pages_are_known_below_the_path_alone() -> None:
    public = "https://tools.example.com/replaybook"
    assert own_link(public, f"{public}/notebooks/n1")
    assert own_link(public, "https://tools.example.com/notebooks/n1") is None


@pytest.mark.parametrize("path", ["", "/", "/replaybook", "/a/b-c_d.e", "/replaybook/"])
def test_a_plain_path_is_taken(path: str) -> None:
    assert is_plain_path(path)
    check_values(Settings(public_url=f"https://tools.example.com{path}"))


@pytest.mark.parametrize("path", ["/a b", "//a", "/a//b", "/a/../b", "/.a", "/{id}", "/a%2Fb", "/앱"])
def test_a_path_that_proxies_and_browsers_read_differently_is_refused(path: str) -> None:
    assert not is_plain_path(path)
    with pytest.raises(Misunderstood):
        check_values(Settings(public_url=f"https://tools.example.com{path}"))
