"""Looks at a page as somebody with a phone does: what is cut off, too small to touch, or broken within a word."""

from __future__ import annotations

import json
from typing import cast

from playwright.async_api import Page

PHONE = 390
"""The width of a phone, in px of CSS."""
_FAULTS = """within => {
  const root = document.querySelector(within), found = [], width = document.documentElement.clientWidth;
  const name = it => `${it.tagName.toLowerCase()}.${it.className.baseVal ?? it.className} “${
    (it.textContent || it.ariaLabel || it.name || "").trim().slice(0, 40)}”`;
  const shown = it => it.checkVisibility({visibilityProperty: true, opacityProperty: true,
    contentVisibilityAuto: true}) && !it.closest(".visually-hidden, .skip, [inert]");
  const scrolls = it => ["auto", "scroll"].includes(getComputedStyle(it).overflowX);
  const scrolled = it => it && (scrolls(it) || scrolled(it.parentElement));
  const beyond = document.documentElement.scrollWidth - width;
  if (beyond > 0) found.push(`scrolls sideways by ${beyond} px`);
  for (const it of root.querySelectorAll("*")) {
    if (it.closest("svg svg, svg *") || !shown(it)) continue;
    const box = it.getBoundingClientRect(), style = getComputedStyle(it);
    if (!box.width || !box.height) continue;
    const beyondEdge = box.left < width && box.right > width + 1 && !scrolled(it.parentElement);
    if (beyondEdge) found.push(`beyond the edge: ${name(it)}`);
    const clips = ["hidden", "clip"].includes(style.overflowX) && !it.matches("input, textarea, .cut");
    if (clips && it.clientWidth > 1 && it.scrollWidth > it.clientWidth + 1) found.push(`cut off: ${name(it)}`);
    if ([...it.querySelectorAll("img")].some(img => !img.complete)) continue;
    const touched = it.matches("button, select, textarea, summary, a, input, [role=button], [role=option]");
    const small = box.width < 24 || box.height < 24;
    if (touched && small && style.display !== "inline" && !it.closest("label")) found.push(`too small: ${name(it)}`);
    const typed = it.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=file])");
    if (typed && parseFloat(style.fontSize) < 16) found.push(`makes a phone zoom: ${name(it)}`);
  }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!text.data.trim() || !text.parentElement.closest("body") || !shown(text.parentElement)) continue;
    if (text.parentElement.closest("code, pre, textarea, select, script, style, svg")) continue;
    if (text.parentElement.getBoundingClientRect().width <= 1) continue;
    for (const word of text.data.matchAll(/[^\\s\\u2013\\u2014\\/·-]{1,18}(?![^\\s\\u2013\\u2014\\/·-])/g)) {
      const before = text.data[word.index - 1] ?? " ";
      if (!/\\s/.test(before) || !/[\\uac00-\\ud7a3\\d]/.test(word[0])) continue;
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter(it => it.width > 1).map(it => Math.round(it.top / 8)));
      if (lines.size > 1) found.push(`broken: ${word[0]}`);
    }
  }
  return [...new Set(found)];
}"""


async def phone_faults(page: Page, within: str = "body") -> list[str]:
    """Returns what is wrong with the page at its width: WCAG 1.4.10 (reflow) and 2.5.8 (targets), fields and words."""
    return cast("list[str]", await page.evaluate(f"({_FAULTS})({json.dumps(within)})"))
