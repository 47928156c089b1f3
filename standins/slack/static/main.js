// The page: reads the state, listens to the feed, draws what changed.

import { act, listen, read } from "./api.js";
import { Composer } from "./composer.js";
import { h, icon, link } from "./dom.js";
import { eventHandler } from "./feed_events.js";
import { drawHome } from "./home.js";
import { showViews } from "./modal.js";
import { showPins } from "./pins.js";
import { drawSidebar } from "./sidebar.js";
import { channel, channelName, state } from "./state.js";
import { Timeline } from "./timeline.js";
import { setAppLocale, t } from "./words.js";

const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 860px)");
state.calls = new Map(); // how often each of the other people was mentioned
let closeFeed = () => {};

const go = {
  place: openPlace,
  persona: becomePerson,
  thread: openThread,
  edit: (one) => composerOf(one).edit(one),
  message: jumpTo,
};
const timeline = new Timeline($("messages"), $("scroller"), { go });
const threadline = new Timeline($("thread-messages"), $("thread-scroller"), { inThread: true, go });
const personas = () =>
  [...state.people.values()]
    .filter((p) => !p.is_bot)
    .map((p) => ({ label: `${p.real_name} · ${p.title}`, run: () => go.persona(p.id) }));
const mineLast = (messages) =>
  [...messages.values()].filter((m) => m.user === state.me && !m.files).sort((a, b) => (a.ts < b.ts ? 1 : -1))[0];
const composer = new Composer($("composer-place"), {
  id: "composer",
  send: "send",
  personas,
  sent: () => timeline.follow(),
  where: () => ({ channel: state.place }),
  last: () => mineLast(state.messages),
});
const threadComposer = new Composer($("thread-composer-place"), {
  id: "thread-composer",
  send: "thread-send",
  personas,
  sent: () => threadline.follow(),
  where: () => ({ channel: state.thread?.channel, thread_ts: state.thread?.ts }),
  last: () => state.thread && mineLast(state.thread.messages),
  leave: () => $("thread-scroller").focus(),
});
const composerOf = (one) =>
  state.thread && one.thread_ts === state.thread.ts && one.ts !== state.thread.ts ? threadComposer : composer;

async function readState(user) {
  const answer = await read("state", { user });
  Object.assign(state, {
    me: user,
    team: answer.team,
    app: answer.app,
    commands: answer.commands,
    shortcuts: answer.shortcuts,
    links: answer.links,
    views: answer.views,
    home: answer.home,
  });
  state.people = new Map(answer.people.map((one) => [one.id, one]));
  setAppLocale(state.people.get(user).locale);
  state.groups = new Map(answer.groups.map((one) => [one.id, one]));
  state.channels = new Map(answer.channels.map((one) => [one.id, one]));
}

async function becomePerson(user) {
  localStorage.setItem("persona", user);
  state.calls.delete(user);
  closeFeed();
  const feed = listen(user, onEvent, { onLost: showOffline, onBack: refresh });
  closeFeed = feed.close;
  await feed.settled;
  await readState(user);
  state.picked.clear();
  if (state.place !== "home" && !channel(state.place)) state.place = [...state.channels.keys()][0];
  await openPlace(state.place, { keepThread: true });
  showViews();
}

function showOffline() {
  $("offline").hidden = false;
}

async function refresh() {
  $("offline").hidden = true;
  await readState(state.me);
  await openPlace(state.place, { keepThread: true, keepNew: true });
  showViews();
}

async function openPlace(id, { keepThread = false, keepNew = false } = {}) {
  const same = state.place === id;
  state.place = id;
  closeSidebar();
  if (!same) timeline.clear();
  const isHome = id === "home";
  $("messages").hidden = $("composer-place").hidden = isHome;
  $("home").hidden = !isHome;
  if (!keepThread || isHome || state.thread?.channel !== id) closeThread();
  history.replaceState(null, "", isHome ? "/" : `/archives/${id}`);
  if (isHome) {
    await act("home", { user: state.me });
    drawHome($("home"));
  } else {
    const answer = await read("history", { user: state.me, channel: id });
    if (state.place !== id) return;
    state.messages = new Map(answer.messages.map((one) => [one.ts, one]));
    if (!keepNew) state.newAt = firstNew(answer);
    if (state.thread) await openThread(state.thread.ts);
    markRead();
  }
  drawPlace();
}

/** The ts of the first message that was unread when the channel was opened; later ones arrive in view. */
const firstNew = ({ messages, last_read: lastRead }) =>
  messages.find((one) => one.ts > lastRead && one.user !== state.me && !one.is_ephemeral)?.ts ?? null;

function markRead() {
  const here = channel(state.place);
  if (!here || document.hidden) return;
  here.unread = here.mentions = 0;
  act("read", { user: state.me, channel: here.id });
}

function drawPlace() {
  drawSidebar(go);
  const here = channel(state.place);
  const title = here ? (here.is_im ? channelName(here) : `# ${here.name}`) : state.app.name;
  $("title").textContent = title;
  $("topic").textContent = here?.topic ?? "";
  document.title = `${title.replace("# ", "#")} · ${state.team.name}`;
  $("main").setAttribute("data-place", state.place);
  const pinned = here
    ? h(
        "button",
        { type: "button", id: "pins", class: "button quiet", onclick: () => showPins(here.id, go) },
        icon("pin"),
        h("span", {}, String(here.pins)),
        h("span", { class: "visually-hidden" }, t("Pinned messages")),
      )
    : null;
  $("bar-tools").replaceChildren(...[pinned].filter(Boolean));
  $("bookmarks").hidden = !here?.bookmarks.length;
  $("bookmarks").replaceChildren(...(here?.bookmarks ?? []).map((one) => link(one.link, one.title)));
  if (!here) return;
  drawMessages();
  composer.show(t("Message %(name)s", { name: here.is_im ? channelName(here) : `#${here.name}` }));
}

function drawMessages() {
  const here = channel(state.place);
  const shown = [...state.messages.values()].filter(
    (one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast",
  );
  const intro = shown.length
    ? null
    : h(
        "p",
        { class: "empty" },
        here.is_im
          ? t("This is the beginning of your conversation with %(name)s.", { name: channelName(here) })
          : t("Nothing has been said here yet."),
      );
  timeline.draw(shown, here.id, { newAt: state.newAt, intro });
}

async function openThread(ts) {
  const fresh = state.thread?.ts !== ts;
  const answer = await read("thread", { user: state.me, channel: state.place, ts });
  if (!answer.ok) return closeThread();
  if (fresh) threadline.clear();
  state.thread = {
    channel: state.place,
    ts,
    messages: new Map([answer.parent, ...answer.replies].map((one) => [one.ts, one])),
  };
  $("thread").hidden = false;
  $("app").classList.add("with-thread");
  $("thread-place").textContent = `${channel(state.place).is_im ? "" : "#"}${channelName(channel(state.place))}`;
  drawThread();
  if (fresh) $("thread-composer").focus();
}

function drawThread() {
  if (!state.thread) return;
  threadline.draw([...state.thread.messages.values()], state.thread.channel);
  threadComposer.show(t("Reply…"));
}

function closeThread() {
  if (state.thread) threadline.clear();
  state.thread = null;
  $("thread").hidden = true;
  $("app").classList.remove("with-thread");
}

function jumpTo(ts) {
  const row = document.querySelector(`#messages [data-ts="${ts}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.focus();
}

const onEvent = eventHandler({ timeline, threadline, refresh, redraw, markRead });

function redraw(id) {
  if (id === state.place) drawPlace();
  else drawSidebar(go);
  if (state.thread?.channel === id) drawThread();
}

function closeSidebar() {
  $("app").classList.remove("with-sidebar");
  $("menu").setAttribute("aria-expanded", "false");
}

function leaveThread() {
  closeThread();
  $("composer").focus();
}

/** Escape closes what lies over the conversation: the sidebar on a narrow screen, or else the thread. */
function onEscape() {
  if (narrow.matches && $("app").classList.contains("with-sidebar")) closeSidebar();
  else if (state.thread) leaveThread();
}

function wire() {
  $("menu").append(icon("menu"));
  $("thread-close").append(icon("close"));
  $("menu").addEventListener("click", () =>
    $("menu").setAttribute("aria-expanded", String($("app").classList.toggle("with-sidebar"))),
  );
  $("main").addEventListener("click", (event) => event.target.closest("#menu") || closeSidebar());
  $("thread-close").addEventListener("click", leaveThread);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) onEscape();
  });
  document.addEventListener("visibilitychange", () => document.hidden || !state.me || markRead());
  document.addEventListener("click", (event) => {
    const to = event.target.closest("a[data-place]");
    if (!to || !channel(to.dataset.place)) return;
    event.preventDefault();
    openPlace(to.dataset.place);
  });
}

async function begin() {
  wire();
  const known = JSON.parse($("persona-ids").textContent);
  const remembered = localStorage.getItem("persona");
  const [, , id, message] = location.pathname.split("/");
  const first = new URLSearchParams(location.search).get("as") ?? remembered;
  state.place = id ?? "";
  await becomePerson(known.includes(first) ? first : known[0]);
  const ts = message && `${message.slice(1, 11)}.${message.slice(11)}`;
  const thread = new URLSearchParams(location.search).get("thread_ts");
  if (ts && state.messages.has(ts)) jumpTo(ts);
  if (thread) await openThread(thread);
  $("app").dataset.ready = "true";
}

begin();
