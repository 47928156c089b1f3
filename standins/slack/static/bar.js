// The bar over the conversation: what the place is called, its topic, its pins and bookmarks.

import { h, icon, link, whenReleased } from "./dom.js";
import { showPins } from "./pins.js";
import { channelName, state } from "./state.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

export function drawBar(here, go) {
  const title = here ? (here.is_im ? channelName(here) : `# ${here.name}`) : state.app.name;
  $("title").textContent = title;
  $("topic").textContent = here?.topic ?? "";
  document.title = `${title.replace("# ", "#")} · ${state.team.name}`;
  whenReleased($("bar-tools"), () => drawPins(here, go));
  $("bookmarks").hidden = !here?.bookmarks.length;
  whenReleased($("bookmarks"), () =>
    $("bookmarks").replaceChildren(...(here?.bookmarks ?? []).map((one) => link(one.link, one.title))),
  );
}

/** The button stays the same one, and keeps the focus, as long as the place does. */
function drawPins(here, go) {
  const known = $("pins");
  if (known && known.dataset.of === here?.id) {
    known.querySelector(".pin-count").textContent = String(here.pins);
    return;
  }
  const attributes = { type: "button", id: "pins", class: "button quiet", "data-of": here?.id };
  const button = here
    ? h(
        "button",
        { ...attributes, onclick: () => showPins(here.id, go) },
        icon("pin"),
        h("span", { class: "pin-count" }, String(here.pins)),
        h("span", { class: "visually-hidden" }, t("Pinned messages")),
      )
    : null;
  $("bar-tools").replaceChildren(...[button].filter(Boolean));
}
