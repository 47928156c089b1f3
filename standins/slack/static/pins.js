// Pinned messages of a channel.

import { read } from "./api.js";
import { h, icon } from "./dom.js";
import { Turns } from "./fresh.js";
import { mrkdwn } from "./mrkdwn.js";
import { open } from "./overlays.js";
import { clock, person, state } from "./state.js";
import { t } from "./words.js";

const turns = new Turns();

export async function showPins(channel, go) {
  const mine = turns.take();
  const { items = [] } = await read("pins", { user: state.me, channel });
  if (!mine() || state.place !== channel) return; // pressed twice, or gone on
  const closer = h("button", { type: "button", class: "icon-button", "aria-label": t("Close") }, icon("close"));
  const rows = items.map(({ message }) => {
    const text = mrkdwn(message.text || t("A message"));
    const name = h("strong", {}, person(message.user)?.real_name ?? message.user);
    const jump = h("button", { type: "button", class: "button" }, t("Go to message"));
    jump.addEventListener("click", () => {
      close();
      go.message(message.thread_ts ?? message.ts);
    });
    return h("li", { class: "pin" }, h("div", {}, name, " ", h("time", {}, clock(message.ts))), text, jump);
  });
  const list = rows.length
    ? h("ul", { class: "pin-list" }, ...rows)
    : h("p", { class: "empty" }, t("Nothing is pinned here yet."));
  const close = open(
    h("div", {}, h("header", { class: "modal-head" }, h("h2", {}, t("Pinned messages")), closer), list),
    { label: t("Pinned messages"), className: "dialog" },
  );
  closer.onclick = close;
}
