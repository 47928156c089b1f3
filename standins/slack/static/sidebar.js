// Channels, direct messages, the app, links; and the people one can act as.

import { avatar } from "./avatar.js";
import { h, icon, link, whenReleased } from "./dom.js";
import { channelName, person, state } from "./state.js";
import { language, t } from "./words.js";

export function drawSidebar(go) {
  whenReleased(document.getElementById("sidebar"), () => draw(go));
}

function draw(go) {
  const sidebar = document.getElementById("sidebar");
  const focused = sidebar.contains(document.activeElement) ? document.activeElement : null;
  const name = ["data-place", "data-persona", "href"].find((one) => focused?.hasAttribute(one));
  const channels = [...state.channels.values()];
  const rooms = channels.filter((one) => !one.is_im);
  const direct = channels.filter((one) => one.is_im);
  document.getElementById("places").replaceChildren(
    group(
      t("Channels"),
      rooms.map((one) => entry(one, icon("hash"), go)),
    ),
    group(
      t("Direct messages"),
      direct.map((one) => entry(one, avatar(other(one), "tiny"), go)),
    ),
    group(t("Apps"), [home(go)]),
    state.links.length ? group(t("Try it"), state.links.map(outside)) : "",
  );
  drawPersonas(go);
  if (name) sidebar.querySelector(`[${name}="${CSS.escape(focused.getAttribute(name))}"]`)?.focus();
}

const other = (channel) => person(channel.members.find((id) => id !== state.me));
const group = (title, items) =>
  h(
    "section",
    { class: "list" },
    h("h2", { class: "list-title" }, title),
    h("ul", {}, ...items.map((item) => h("li", {}, item))),
  );

function entry(channel, mark, go) {
  const here = state.place === channel.id;
  const count = channel.mentions || 0;
  const classes = ["place", here && "here", channel.unread > 0 && "unread"].filter(Boolean).join(" ");
  const badge = count
    ? h("span", { class: "count", "aria-label": t("%(n)s mentions", { n: count }) }, String(count))
    : null;
  return h(
    "button",
    {
      type: "button",
      class: classes,
      "aria-current": here ? "page" : null,
      "data-place": channel.id,
      onclick: () => go.place(channel.id),
    },
    mark,
    h("span", { class: "place-name" }, channelName(channel)),
    badge,
  );
}

function home(go) {
  const here = state.place === "home";
  return h(
    "button",
    {
      type: "button",
      class: here ? "place here" : "place",
      "aria-current": here ? "page" : null,
      "data-place": "home",
      onclick: () => go.place("home"),
    },
    icon("home"),
    h("span", { class: "place-name" }, t("%(app)s home", { app: state.app.name })),
  );
}

function outside({ label, url }) {
  const node = link(
    url,
    icon(/\/shop\b/.test(url) ? "shop" : "file"),
    h("span", { class: "place-name" }, t(label)),
    h("span", { class: "outside", "aria-hidden": "true" }, "↗"),
  );
  node.classList.add("place", "place-link");
  return node;
}

/** People one can act as; a badge counts mentions of the others. */
function drawPersonas(go) {
  const people = [...state.people.values()].filter((one) => !one.is_bot);
  const buttons = people.map((one) => {
    const on = one.id === state.me;
    const calls = state.calls.get(one.id)?.size ?? 0;
    const badge =
      calls && !on
        ? h("span", { class: "count", "aria-label": t("%(n)s mentions", { n: calls }) }, String(calls))
        : null;
    const about = h(
      "span",
      { class: "persona-about" },
      h("span", { class: "persona-name" }, one.real_name),
      h("small", {}, one.title, tongue(one.locale)),
    );
    const attributes = {
      type: "button",
      role: "radio",
      class: on ? "persona on" : "persona",
      "aria-checked": String(on),
      tabindex: on ? "0" : "-1",
      "data-persona": one.id,
    };
    return h(
      "button",
      { ...attributes, onclick: () => go.persona(one.id), onkeydown: (event) => arrows(event) },
      avatar(one, "small"),
      about,
      badge,
    );
  });
  document.getElementById("personas").replaceChildren(...buttons);
}

/** The language of somebody whom the app answers in another one than the page's, in that language: "한국어". */
function tongue(locale) {
  const tag = locale.split("-")[0];
  if (tag === language) return null;
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
  return [" · ", h("span", { class: "tongue", lang: tag }, name)];
}

function arrows(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...document.querySelectorAll("[data-persona]")];
  const next = all[(all.indexOf(event.currentTarget) + step + all.length) % all.length].dataset.persona;
  all.find((one) => one.dataset.persona === next).click();
  queueMicrotask(() => document.querySelector(`[data-persona="${next}"]`)?.focus());
}
