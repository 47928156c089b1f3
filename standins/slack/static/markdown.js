// The `markdown` block: the part of Markdown that Slack draws. Nothing but elements made here comes out.

import { h, link } from "./dom.js";
import { EMOJI } from "./emoji.js";

const INLINE =
  /`([^`\n]+)`|!?\[([^\]\n]*)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*\n]*?)\*|(?<!\w)_([^_\s][^_\n]*?)_(?!\w)|~~(.+?)~~|:([a-z0-9_+'-]+):|\\([\\`*_[\]()#~>-])/;

export function markdown(text) {
  const holder = h("div", { class: "markdown" });
  const lines = text.split("\n");
  while (lines.length) holder.append(...next(lines));
  return holder;
}

/** Takes one block off the front. */
function next(lines) {
  const line = lines[0];
  if (!line.trim()) return lines.shift() && [];
  if (/^\s*(```|~~~)/.test(line)) return [fence(lines)];
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) return lines.shift() && [h(`h${Math.min(heading[1].length + 2, 6)}`, {}, ...inline(heading[2]))];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return lines.shift() && [h("hr")];
  if (/^\s*>/.test(line))
    return [
      h(
        "blockquote",
        {},
        markdown(
          take(lines, /^\s*>/)
            .map((l) => l.replace(/^\s*>\s?/, ""))
            .join("\n"),
        ),
      ),
    ];
  if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) return [list(lines)];
  if (/^\s*\|.*\|\s*$/.test(line) && /^\s*\|[\s:|-]+\|\s*$/.test(lines[1] ?? "")) return [table(lines)];
  const paragraph = take(lines, /^(?!\s*$|\s*(```|~~~|#{1,6}\s|>|[-*+]\s|\d+[.)]\s))/);
  return [
    h(
      "p",
      {},
      ...(paragraph.length ? paragraph : [lines.shift()]).flatMap((l, n) => (n ? [h("br"), ...inline(l)] : inline(l))),
    ),
  ];
}

function take(lines, pattern) {
  const taken = [];
  while (lines.length && pattern.test(lines[0])) taken.push(lines.shift());
  return taken;
}

function fence(lines) {
  lines.shift();
  const code = [];
  while (lines.length && !/^\s*(```|~~~)\s*$/.test(lines[0])) code.push(lines.shift());
  lines.shift();
  return h("pre", { class: "fence" }, h("code", {}, code.join("\n")));
}

function list(lines) {
  const ordered = /^\s*\d/.test(lines[0]);
  const items = take(lines, ordered ? /^\s*\d+[.)]\s+/ : /^\s*[-*+]\s+/);
  return h(
    ordered ? "ol" : "ul",
    {},
    ...items.map((item) => {
      const text = item.replace(/^\s*([-*+]|\d+[.)])\s+/, "");
      const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
      const depth = Math.min(Math.floor(/^\s*/.exec(item)[0].length / 2), 4);
      const content = task ? [task[1] === " " ? "☐ " : "☑ ", ...inline(task[2])] : inline(text);
      return h("li", { class: `indent-${depth}` }, ...content);
    }),
  );
}

function table(lines) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const head = cells(lines.shift());
  lines.shift();
  const rows = take(lines, /^\s*\|.*\|\s*$/).map(cells);
  const row = (tag) => (values) => h("tr", {}, ...values.map((value) => h(tag, {}, ...inline(value))));
  return h(
    "div",
    { class: "table-scroll" },
    h("table", {}, h("thead", {}, row("th")(head)), h("tbody", {}, ...rows.map(row("td")))),
  );
}

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let match = INLINE.exec(rest); match; match = INLINE.exec(rest)) {
    nodes.push(rest.slice(0, match.index), styled(match));
    rest = rest.slice(match.index + match[0].length);
  }
  return [...nodes, rest].filter((node) => node !== "");
}

function styled([, code, label, url, bold, bold2, italic, italic2, strike, emoji, escaped]) {
  if (code !== undefined) return h("code", {}, code);
  if (url !== undefined) return link(url, ...inline(label || url));
  if (bold ?? bold2) return h("strong", {}, ...inline(bold ?? bold2));
  if (italic ?? italic2) return h("em", {}, ...inline(italic ?? italic2));
  if (strike !== undefined) return h("s", {}, ...inline(strike));
  if (emoji !== undefined) return EMOJI.get(emoji) ?? `:${emoji}:`;
  return escaped;
}
