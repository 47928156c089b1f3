// Slack's mrkdwn as DOM nodes. The text is hostile: nothing but text nodes and elements made here comes out.

import { slackDate } from "./dates.js";
import { h, link } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { channel, channelName, person, state } from "./state.js";

const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):|(https?:\/\/[^\s<>|]+[^\s<>|.,:;!?)\]'"*_~`])/;
const VERBATIM = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):/;
const MARKS = { "*": "strong", _: "em", "~": "s" };
const BOUNDARY = /[\s.,:;!?()[\]{}'"“”‘’*_~—–\-/|<>]/;

export const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** With `verbatim` nothing becomes a link that isn't written as one: a bare address stays text, as in Slack. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const holder = h("div", { class: "mrkdwn" });
  text.split(/```/).forEach((part, n, all) => {
    const fenced = n % 2 === 1 && n < all.length - 1;
    if (fenced) holder.append(h("pre", { class: "fence" }, h("code", {}, unescaped(part.replace(/^\n|\n$/g, "")))));
    else holder.append(...paragraphs(n % 2 === 1 ? `\`\`\`${part}` : part, verbatim ? VERBATIM : TOKEN));
  });
  return holder;
}

/** plain_text: emoji names, nothing else. */
export function plain(text, emoji = true) {
  const parts = emoji ? text.split(/:([a-z0-9_+'-]+):/) : [text];
  return parts.map((part, n) => (n % 2 ? (EMOJI.get(part) ?? `:${part}:`) : part)).join("");
}

function paragraphs(text, tokens) {
  const nodes = [];
  let quote = null;
  let broken = true;
  for (const line of text.replace(/^\n|\n$/g, "").split("\n")) {
    const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else {
        quote = h("blockquote");
        nodes.push(quote);
      }
      quote.append(...inline(quoted[1], 0, tokens));
      broken = true;
      continue;
    }
    quote = null;
    const item = /^\s*([•◦▪-]|\d{1,2}[.)])\s+(.*)$/.exec(line);
    if (item) {
      const shown = item[1] === "-" ? "•" : item[1];
      nodes.push(
        h(
          "div",
          { class: "bullet" },
          h("span", { class: "bullet-mark" }, shown),
          h("span", {}, ...inline(item[2], 0, tokens)),
        ),
      );
      broken = true;
    } else {
      if (!broken) nodes.push(h("br"));
      nodes.push(...inline(line, 0, tokens));
      broken = false;
    }
  }
  return nodes;
}

function inline(text, depth, tokens) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const token = tokens.exec(rest);
    const mark = depth < 4 ? firstMark(rest, token ? token.index : rest.length) : null;
    if (mark) {
      nodes.push(unescaped(rest.slice(0, mark.start)));
      nodes.push(h(MARKS[rest[mark.start]], {}, ...inline(rest.slice(mark.start + 1, mark.end), depth + 1, tokens)));
      rest = rest.slice(mark.end + 1);
    } else if (token) {
      nodes.push(unescaped(rest.slice(0, token.index)), special(token));
      rest = rest.slice(token.index + token[0].length);
    } else {
      nodes.push(unescaped(rest));
      rest = "";
    }
  }
  return nodes.filter((node) => node !== "");
}

/** The first * _ or ~ before `limit` that opens something which is closed again. */
function firstMark(text, limit) {
  for (let start = 0; start < limit; start++) {
    const mark = text[start];
    if (!(mark in MARKS) || !opens(text, start)) continue;
    for (let end = start + 2; end < text.length; end++) {
      if (text[end] === mark && closes(text, end)) return { start, end };
    }
  }
  return null;
}

const opens = (text, at) =>
  (at === 0 || BOUNDARY.test(text[at - 1])) && /\S/.test(text[at + 1] ?? " ") && text[at + 1] !== text[at];
const closes = (text, at) =>
  /\S/.test(text[at - 1]) &&
  (at + 1 >= text.length || BOUNDARY.test(text[at + 1]) || !/[\p{L}\p{N}]/u.test(text[at + 1]));

function special(token) {
  const [, code, bracket, emoji, url] = token;
  if (code !== undefined) return h("code", {}, unescaped(code));
  if (emoji !== undefined) {
    return EMOJI.has(emoji) ? h("span", { class: "emoji", title: `:${emoji}:` }, EMOJI.get(emoji)) : `:${emoji}:`;
  }
  if (url !== undefined) return link(unescaped(url), unescaped(url));
  return bracketed(bracket);
}

function bracketed(content) {
  const [target, ...rest] = content.split("|");
  const label = rest.length ? unescaped(rest.join("|")) : null;
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) return slackDate(target.slice(6), label);
  if (target.startsWith("!")) return h("span", { class: "mention mention-all" }, `@${target.slice(1).split("^")[0]}`);
  const address = unescaped(target);
  return link(address, ...(label === null ? [address.replace(/^mailto:/, "")] : inline(rest.join("|"), 3, VERBATIM)));
}

export function userMention(id, label) {
  const name = person(id)?.real_name ?? label ?? id;
  const mine = id === state.me ? " mention-me" : "";
  return h("span", { class: `mention${mine}`, "data-user": id }, `@${name}`);
}

export function channelMention(id, label) {
  const target = channel(id);
  if (!target) return h("span", { class: "mention" }, `#${label ?? id}`);
  return h("a", { class: "mention", href: `/archives/${id}`, "data-place": id }, `#${channelName(target)}`);
}

export function groupMention(id, label) {
  const group = state.groups.get(id);
  const mine = group?.members.includes(state.me) ? " mention-me" : "";
  return h("span", { class: `mention${mine}` }, group ? `@${group.handle}` : (label ?? "@group"));
}
