// The page: reads the state, listens to the feed, draws what changed.

import { act, listen } from "./api.js";
import { drawBar } from "./bar.js";
import { Composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { eventHandler } from "./feed_events.js";
import { goneOn } from "./focus.js";
import { hear, readWithNews, Turns } from "./fresh.js";
import { drawHome } from "./home.js";
import { showViews } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { channel, channelName, state, takeState } from "./state.js";
import { Timeline } from "./timeline.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 860px)");
state.calls = new Map(); // the ts of the messages that mention each of the other people
const AGAIN_MS = 1000;
const turns = { state: new Turns(), place: new Turns(), thread: new Turns() };
let acting = ""; // who is to act; `state.me` until the state was read
let marking = null; // the last request that tells what was read
let threadWanted = null; // the ts of the thread that is open or about to be
let feed = null;

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

async function becomePerson(user) {
  localStorage.setItem("persona", user);
  acting = user;
  state.calls.delete(user);
  feed?.close();
  feed = listen(user, onFeed, { onLost: showOffline, onBack: refresh });
  await feed.settled;
  await readAll();
}

function onFeed(event) {
  hear(event);
  if (state.me === acting) events.take(event); // or else the state that is being read has it
  $("app").dataset.heard = event.number;
}

function showOffline() {
  $("offline").hidden = false;
}

const refresh = () => readAll({ keepNew: true });

async function readAll({ keepNew = false } = {}) {
  const mine = turns.state.take();
  const user = acting;
  await marking;
  const { answer, later } = await readWithNews("state", { user });
  if (!mine()) return;
  $("offline").hidden = answer.ok && !feed.isLost();
  if (!answer.ok) {
    setTimeout(() => mine() && refresh(), AGAIN_MS);
    return;
  }
  const another = user !== state.me;
  takeState(user, answer);
  if (another) forgetPerson();
  for (const event of later) events.count(event);
  showViews();
  const isThere = state.place === "home" || channel(state.place);
  await openPlace(isThere ? state.place : [...state.channels.keys()][0], {
    keepThread: true,
    keepNew: keepNew && !another,
  });
}

/** What only the person before could see. */
function forgetPerson() {
  turns.thread.take();
  state.picked.clear();
  state.failures.clear();
  for (const messages of [state.messages, state.thread?.messages ?? new Map()])
    for (const [ts, one] of messages) if (one.is_ephemeral) messages.delete(ts);
}

async function openPlace(id, { keepThread = false, keepNew = false } = {}) {
  const mine = turns.place.take();
  if (state.place !== id) leavePlace();
  state.place = id;
  closeSidebar();
  const isHome = id === "home";
  $("messages").hidden = $("composer-place").hidden = isHome;
  $("home").hidden = !isHome;
  if (!keepThread || isHome || (state.thread && state.thread.channel !== id)) closeThread();
  history.replaceState(null, "", isHome ? "/" : `/archives/${id}`);
  drawPlace();
  drawThread();
  if (isHome) {
    drawHome($("home"));
    await act("home", { user: state.me });
    return;
  }
  const { answer, later } = await readWithNews("history", { user: state.me, channel: id });
  if (!mine() || !answer.ok) return;
  if (!keepNew || !state.isRead) state.newAt = firstNew(answer);
  state.messages = new Map(answer.messages.map((one) => [one.ts, one]));
  state.isRead = true;
  for (const event of later) events.keep(event);
  markRead();
  drawPlace();
  if (threadWanted) await openThread(threadWanted);
}

function leavePlace() {
  timeline.clear();
  state.messages = new Map();
  state.isRead = false;
  state.newAt = null;
}

/** The ts of the first message that was unread when the channel was opened; later ones arrive in view. */
const firstNew = ({ messages, last_read: lastRead }) =>
  messages.find((one) => one.ts > lastRead && one.user !== state.me && !one.is_ephemeral)?.ts ?? null;

function markRead() {
  const here = channel(state.place);
  if (!here || !state.isRead || document.hidden) return;
  here.unread = here.mentions = 0;
  marking = act("read", { user: state.me, channel: here.id });
}

function drawPlace() {
  drawSidebar(go);
  const here = channel(state.place);
  drawBar(here, go);
  $("main").setAttribute("data-place", state.place);
  if (!here) return;
  drawMessages();
  composer.show(t("Message %(name)s", { name: here.is_im ? channelName(here) : `#${here.name}` }));
}

function drawMessages() {
  const here = channel(state.place);
  if (!state.isRead) return;
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
  threadWanted = ts;
  const mine = turns.thread.take();
  const { place } = state;
  const before = document.activeElement;
  const { answer, later } = await readWithNews("thread", { user: state.me, channel: place, ts });
  if (!mine() || answer.error === "unreachable") return;
  if (!answer.ok) return closeThread();
  const fresh = state.thread?.ts !== ts;
  if (fresh) threadline.clear();
  state.thread = {
    channel: place,
    ts,
    messages: new Map([answer.parent, ...answer.replies].map((one) => [one.ts, one])),
  };
  for (const event of later) events.keep(event);
  $("thread").hidden = false;
  $("app").classList.add("with-thread");
  $("thread-place").textContent = `${channel(place).is_im ? "" : "#"}${channelName(channel(place))}`;
  drawThread();
  if (fresh && !goneOn(before)) $("thread-composer").focus();
}

function drawThread() {
  if (!state.thread) return;
  threadline.draw([...state.thread.messages.values()], state.thread.channel);
  threadComposer.show(t("Reply…"));
}

function closeThread() {
  turns.thread.take();
  threadWanted = null;
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

const events = eventHandler({ timeline, threadline, refresh, redraw, markRead });

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
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !state.me) return;
    markRead();
    drawSidebar(go);
  });
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
