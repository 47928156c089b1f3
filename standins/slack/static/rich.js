// rich_text blocks.

import { slackDate } from "./dates.js";
import { h, link } from "./dom.js";
import { shownEmoji } from "./emoji.js";
import { channelMention, groupMention, userMention } from "./mrkdwn.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

export function richText(block) {
  return h("div", { class: "rich-text" }, ...(block.elements ?? []).map(part));
}

function part(element) {
  const children = () => (element.elements ?? []).map(inlinePart);
  if (element.type === "rich_text_list") return list(element);
  if (element.type === "rich_text_preformatted") return h("pre", { class: "fence" }, h("code", {}, ...children()));
  if (element.type === "rich_text_quote") return h("blockquote", {}, ...children());
  return h("div", { class: "rich-line" }, ...children());
}

function list(element) {
  const tag = element.style === "ordered" ? "ol" : "ul";
  const items = element.elements.map((item) => h("li", {}, ...item.elements.map(inlinePart)));
  const depth = Math.min(element.indent ?? 0, 8);
  return h(tag, { class: `indent-${depth}`, start: element.offset ? element.offset + 1 : null }, ...items);
}

const KINDS = {
  text: (e) => e.text,
  link: (e) => link(e.url, e.text || e.url),
  emoji: (e) => shownEmoji(e.name),
  user: (e) => userMention(e.user_id),
  usergroup: (e) => groupMention(e.usergroup_id),
  channel: (e) => channelMention(e.channel_id),
  broadcast: (e) => h("span", { class: "mention mention-all" }, `@${e.range}`),
  date: (e) => slackDate(`${e.timestamp}^${e.format}${e.url ? `^${e.url}` : ""}`, e.fallback),
  color: (e) => e.value,
};

function inlinePart(element) {
  let node = KINDS[element.type]?.(element) ?? "";
  for (const [style, tag] of Object.entries(TAGS)) if (element.style?.[style]) node = h(tag, {}, node);
  return node;
}
