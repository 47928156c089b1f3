// Elements without innerHTML: every text goes through a text node.

const SVG = "http://www.w3.org/2000/svg";
const RELEASE_MS = 20;

/** h("button", {class: "primary", onclick: f, "aria-label": "Send"}, "Send") */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Puts `nodes` into `parent`, touching only what differs: focus, scroll and running pictures stay. */
export function place(parent, nodes) {
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const waiting = new Map(); // element -> what is to be drawn in it

/** Draws at once, or as soon as nothing in `element` is pressed: what is replaced under a button of the mouse that is
 *  down is not clicked when it goes up. */
export function whenReleased(element, draw) {
  if (!element.matches(":active")) {
    waiting.delete(element);
    draw();
    return;
  }
  if (!waiting.has(element)) setTimeout(() => retry(element), RELEASE_MS);
  waiting.set(element, draw);
}

function retry(element) {
  const draw = waiting.get(element);
  waiting.delete(element);
  if (draw) whenReleased(element, draw);
}

/** Only addresses that a click may go to. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, ...children) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const PATHS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-7-6 16-3-7z",
  pin: "M9 4h6l-1 6 4 4H6l4-4zM12 14v6",
  smile: "M12 3a9 9 0 100 18 9 9 0 000-18zM8.5 14.5c1 1.3 2.2 2 3.500 2s2.500-.7 3.500-2M9 10h.01M15 10h.01",
  reply: "M20 15a3 3 0 01-3 3H9l-5 3V7a3 3 0 013-3h10a3 3 0 013 3z",
  edit: "M4 20h4L19 9l-4-4L4 16z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  clip: "M8 12l6-6a3 3 0 014 4l-8 8a5 5 0 01-7-7l8-8",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  shop: "M5 8h14l-1 12H6zM9 8a3 3 0 016 0",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 100 6 3 3 0 000-6z",
  down: "M6 9l6 6 6-6",
  hash: "M9 4L7 20M17 4l-2 16M4 9h17M3 15h17",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
};

export function icon(name) {
  return s(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    s("path", { d: PATHS[name] }),
  );
}
