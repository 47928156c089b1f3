// One message: who, when, what, and what can be done with it.

import { act } from "./api.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { h, icon, link } from "./dom.js";
import { EMOJI, REACTIONS, shownEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { confirmed, emojiMenu, enlarge, menu, refusal, toast } from "./overlays.js";
import { clock, fullTime, person, pickedIn, state } from "./state.js";
import { t } from "./words.js";

const WORKSPACE = { id: "USLACKBOT", real_name: "Workspace", colour: "#5c6470" };

/** `go` has what a message may make the page do: thread(ts), edit(message). */
export function message(one, channel, { grouped, inThread, go }) {
  const author =
    one.user === WORKSPACE.id ? WORKSPACE : (person(one.user) ?? { id: one.user, real_name: one.user, colour: "#777" });
  const classes = [
    "message",
    grouped && "grouped",
    one.is_ephemeral && "ephemeral",
    one.pinned_to && "pinned",
    one.subtype === "tombstone" && "tombstone",
  ];
  const time = h("time", { datetime: new Date(one.ts * 1000).toISOString(), title: fullTime(one.ts) }, clock(one.ts));
  const name = h("span", { class: "author" }, author.real_name);
  const head = h(
    "header",
    { class: "message-head" },
    name,
    author.is_bot ? h("span", { class: "badge" }, t("App")) : null,
    time,
  );
  const body = h(
    "div",
    { class: "message-body" },
    notes(one),
    grouped ? null : head,
    content(one, channel),
    reactions(one, channel),
    inThread ? null : replies(one, go),
  );
  const side = grouped ? h("span", { class: "side-time" }, time) : avatar(author);
  const label = `${author.real_name}, ${clock(one.ts)}`;
  const attributes = {
    class: classes.filter(Boolean).join(" "),
    "data-ts": one.ts,
    "data-user": one.user,
    "aria-label": label,
    tabindex: "-1",
  };
  return h("article", attributes, side, body, tools(one, channel, { inThread, go }));
}

function notes(one) {
  if (one.is_ephemeral) return h("p", { class: "note" }, icon("eye"), t("Only visible to you"));
  if (one.pinned_to) {
    const by = person(one.pinned_info?.pinned_by)?.real_name ?? "";
    return h("p", { class: "note" }, icon("pin"), t("Pinned by %(name)s", { name: by }));
  }
  return null;
}

function content(one, channel) {
  const context = messageContext(one, channel);
  const parts = [];
  if (one.subtype === "tombstone") parts.push(h("p", {}, t("This message was deleted.")));
  else if (one.blocks?.length) parts.push(blocks(one.blocks, context));
  else if (one.text) parts.push(mrkdwn(one.text));
  if (one.edited && !one.bot_id) parts.push(h("span", { class: "edited" }, `(${t("edited")})`));
  for (const attachment of one.attachments ?? []) parts.push(attached(attachment, context));
  for (const file of one.files ?? []) parts.push(fileOf(file));
  return h("div", { class: "content" }, ...parts, context.failure);
}

function attached(attachment, context) {
  const inner = attachment.blocks?.length
    ? blocks(attachment.blocks, context)
    : mrkdwn(attachment.text ?? attachment.fallback ?? "");
  const title = attachment.title
    ? h("strong", {}, attachment.title_link ? link(attachment.title_link, attachment.title) : attachment.title)
    : null;
  const node = h("div", { class: "attachment" }, title, inner);
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? ""))
    node.style.setProperty("border-color", `#${attachment.color.replace("#", "")}`);
  return node;
}

function fileOf(file) {
  const address = new URL(file.url_private).pathname;
  if (file.media_display_type === "video") return film(file, address);
  if (!["image/png", "image/jpeg", "image/gif"].includes(file.mimetype)) {
    return h(
      "a",
      { class: "file", href: `${address}?download=1` },
      icon("file"),
      h("span", {}, file.title, h("small", {}, size(file.size))),
    );
  }
  const alt = file.alt_txt || file.title;
  const img = h("img", { src: address, alt, width: file.original_w, height: file.original_h, loading: "lazy" });
  const opener = h(
    "button",
    {
      type: "button",
      class: "picture",
      "aria-label": t("Enlarge: %(name)s", { name: alt }),
      onclick: () => enlarge(address, alt, file.title),
    },
    img,
  );
  return h("figure", { class: "file-picture" }, h("figcaption", {}, file.title), opener);
}

/** Slack plays a video that is shared as a file, with controls, and not before somebody presses play. */
function film(file, address) {
  const player = h("video", {
    src: address,
    poster: new URL(file.thumb_video).pathname,
    width: file.original_w,
    height: file.original_h,
    controls: true,
    playsinline: true,
    preload: "none",
    "aria-label": file.alt_txt || file.title,
  });
  return h(
    "figure",
    { class: "file-picture" },
    h("figcaption", {}, file.title, h("small", {}, size(file.size))),
    player,
  );
}

const size = (bytes) =>
  bytes < 10_000 ? ` ${bytes} B` : bytes < 1e6 ? ` ${Math.round(bytes / 1000)} kB` : ` ${(bytes / 1e6).toFixed(1)} MB`;

/** How the elements of a message reach the bot. */
function messageContext(one, channel) {
  const container = `${channel}:${one.ts}`;
  const values = pickedIn(container);
  const failure = h("p", { class: "press-failed", role: "alert", hidden: true, "data-failure": container });
  showFailure(failure, state.failures.get(container));
  const at = (block, element) => ({
    user: state.me,
    channel,
    ts: one.ts,
    block_id: block.block_id,
    action_id: element.action_id,
  });
  return {
    prefix: container,
    values,
    failure,
    sendAction: async (block, element, value) => {
      const answer = await act("press", { ...at(block, element), value, values });
      const said = answer.ok ? "" : `⚠️ ${refusal(answer)}`;
      state.failures.set(container, said);
      // The message may have been drawn anew since it was pressed.
      const drawn = document.querySelectorAll(`[data-failure="${CSS.escape(container)}"]`);
      for (const one of drawn) showFailure(one, said);
      return answer;
    },
    loadOptions: async (block, element, query) =>
      (await act("suggest", { ...at(block, element), query })).options ?? [],
  };
}

function showFailure(place, said = "") {
  place.hidden = !said;
  place.textContent = said;
}

function reactions(one, channel) {
  if (!one.reactions?.length) return null;
  const chip = ({ name, users, count }) => {
    const who = users.map((id) => person(id)?.real_name ?? id).join(", ");
    const mine = users.includes(state.me);
    return h(
      "button",
      {
        type: "button",
        class: mine ? "reaction mine" : "reaction",
        "aria-pressed": String(mine),
        "aria-label": `${name}, ${count}: ${who}`,
        title: `${who} :${name}:`,
        onclick: () => react(one, channel, name),
      },
      h("span", {}, shownEmoji(name)),
      h("span", {}, String(count)),
    );
  };
  return h("div", { class: "reactions" }, ...one.reactions.map(chip));
}

const react = (one, channel, name) => act("react", { user: state.me, channel, ts: one.ts, name });

function replies(one, go) {
  if (!one.reply_count) return null;
  const faces = (one.reply_users ?? []).slice(0, 3).map((id) => avatar(person(id), "tiny"));
  const count = one.reply_count === 1 ? t("1 reply") : t("%(n)s replies", { n: one.reply_count });
  const last = h("span", { class: "last-reply" }, t("last at %(time)s", { time: clock(one.latest_reply) }));
  return h(
    "button",
    { type: "button", class: "replies", onclick: () => go.thread(one.ts) },
    ...faces,
    h("span", { class: "reply-count" }, count),
    last,
  );
}

function tools(one, channel, { inThread, go }) {
  const button = (name, label, run) => {
    const node = h("button", { type: "button", class: "icon-button", "aria-label": label, title: label }, icon(name));
    node.addEventListener("click", () => run(node));
    return node;
  };
  if (one.is_ephemeral)
    return h(
      "div",
      { class: "tools" },
      button("close", t("Dismiss"), () => act("dismiss", { user: state.me, channel, ts: one.ts })),
    );
  if (one.subtype === "tombstone") return null;
  const choices = REACTIONS.map((name) => [name, EMOJI.get(name)]);
  return h(
    "div",
    { class: "tools", role: "group", "aria-label": t("Message actions") },
    button("smile", t("Add reaction"), (node) => emojiMenu(node, choices, (name) => react(one, channel, name))),
    inThread ? null : button("reply", t("Reply in thread"), () => go.thread(one.thread_ts ?? one.ts)),
    button("more", t("More actions"), (node) => menu(node, moreItems(one, channel, go))),
  );
}

function moreItems(one, channel, go) {
  const at = { user: state.me, channel, ts: one.ts };
  const items = [
    { label: one.pinned_to ? t("Remove pin") : t("Pin to channel"), icon: "pin", run: () => act("pin", at) },
  ];
  items.push({
    label: t("Copy link"),
    icon: "clip",
    run: () => copy(`${location.origin}/archives/${channel}/p${one.ts.replace(".", "")}`),
  });
  for (const shortcut of state.shortcuts) {
    items.push({
      label: shortcut.name,
      icon: "more",
      run: async () => reportRefusal(await act("shortcut", { ...at, callback_id: shortcut.callback_id })),
    });
  }
  if (one.user === state.me) {
    items.push({ label: t("Edit message"), icon: "edit", run: () => go.edit(one) });
    items.push({ label: t("Delete message"), icon: "trash", danger: true, run: () => remove(at) });
  }
  return items;
}

const reportRefusal = (answer) => answer.ok || toast(refusal(answer));

async function copy(text) {
  await navigator.clipboard?.writeText(text);
  toast(t("Link copied"));
}

async function remove(at) {
  const question = {
    title: t("Delete message"),
    text: t("This can’t be undone."),
    confirm: t("Delete"),
    deny: t("Cancel"),
    style: "danger",
  };
  if (await confirmed(question)) reportRefusal(await act("delete", at));
}
