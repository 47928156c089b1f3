"""Addresses in Datadog's records become whole ones, of the page they stood in."""

import pytest

from bot.replay.formats.addresses import Addresses


def resolved(name: str, value: str, page: str = "https://shop.example/a/cart?x=1") -> str:
    addresses = Addresses()
    addresses.resolve(4, {"href": page})
    attributes = {name: value}
    inner = {"type": 2, "attributes": attributes, "childNodes": []}
    addresses.resolve(2, {"node": {"type": 0, "childNodes": [inner]}})
    changed = {name: value}
    addresses.resolve(3, {"source": 0, "adds": [], "attributes": [{"id": 1, "attributes": changed}]})
    assert changed == attributes
    return attributes[name]


@pytest.mark.parametrize(
    ("name", "value", "whole"),
    [
        ("src", "/lamp.png", "https://shop.example/lamp.png"),
        ("src", "lamp.png", "https://shop.example/a/lamp.png"),
        ("src", "//cdn.example/lamp.png", "https://cdn.example/lamp.png"),
        ("src", "https://cdn.example/lamp.png", "https://cdn.example/lamp.png"),
        ("src", "data:image/png;base64,AA==", "data:image/png;base64,AA=="),
        ("src", "", ""),
        ("src", "http://[", "http://["),
        ("poster", "p.jpg", "https://shop.example/a/p.jpg"),
        ("srcset", "a.png 1x, /b.png 2x", "https://shop.example/a/a.png 1x, https://shop.example/b.png 2x"),
        ("style", "background:url('a.png')", "background:url('https://shop.example/a/a.png')"),
        ("style", "fill:url(#g);background:url(data:x)", "fill:url(#g);background:url(data:x)"),
        ("href", "/next", "/next"),
        ("alt", "/lamp.png", "/lamp.png"),
    ],
)
def test_addresses_of_files_are_made_whole(name, value, whole):
    assert resolved(name, value) == whole


def test_a_page_without_an_address_leaves_them_as_they_are():
    assert resolved("src", "lamp.png", "") == "lamp.png"


@pytest.mark.parametrize("data", [{}, {"node": None}, {"node": {"attributes": None, "childNodes": [None]}}])
def test_broken_nodes_are_left_alone(data):
    Addresses().resolve(2, data)
