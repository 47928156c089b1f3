// What an event of the feed changes on the page.

import { drawHome } from "./home.js";
import { showViews } from "./modal.js";
import { channel, state } from "./state.js";

/** What takes the events of the feed: `take` does all that an event asks for, `keep` and `count` only what a history or
 *  thread, or the state, does not know yet that was read before the event. */
export function eventHandler({ timeline, threadline, refresh, redraw, markRead }) {
  function keep({ kind, channel: id, message, ts }) {
    const { thread } = state;
    if (kind === "gone") {
      if (id === state.place) state.messages.delete(ts);
      if (id === thread?.channel) thread.messages.delete(ts);
    }
    if (kind !== "message") return;
    state.failures.delete(`${id}:${message.ts}`);
    if (id === state.place) state.messages.set(message.ts, message);
    if (id === thread?.channel && [message.thread_ts, message.ts].includes(thread.ts))
      thread.messages.set(message.ts, message);
    countPins(id);
  }

  const isNew = ({ message }) => !state.messages.has(message.ts) && !message.edited && !message.reply_count;

  function addMessage(event) {
    const { channel: id, message } = event;
    const { thread } = state;
    const [fresh, mine] = [isNew(event), message.user === state.me];
    keep(event);
    if (fresh && !mine) countMessage(id, message);
    if (fresh && mine && id === state.place && !message.thread_ts) timeline.follow();
    if (fresh && mine && thread && message.thread_ts === thread.ts) threadline.follow();
    redraw(id);
  }

  function removeMessage(event) {
    keep(event);
    redraw(event.channel);
  }

  function count(event) {
    if (event.kind === "message" && isNew(event) && event.message.user !== state.me)
      countMessage(event.channel, event.message);
    if (event.kind === "views") state.views = event.views;
    if (event.kind === "home") state.home = event.view;
    if (["channels", "reload"].includes(event.kind)) refresh();
  }

  function countMessage(id, message) {
    const here = channel(id);
    if (here && (id !== state.place || document.hidden) && !message.thread_ts) here.unread += 1;
    for (const [, user] of (message.text ?? "").matchAll(/<@([A-Z0-9]+)/g)) {
      if (user === state.me && here && id !== state.place) here.mentions += 1;
      if (user !== state.me) state.calls.set(user, (state.calls.get(user) ?? new Set()).add(message.ts));
    }
    if (here?.is_im && id !== state.place) here.mentions += 1;
    if (id === state.place) markRead();
  }

  const handlers = {
    message: addMessage,
    gone: removeMessage,
    channels: refresh,
    reload: refresh,
    views: (event) => {
      count(event);
      showViews();
    },
    home: (event) => {
      count(event);
      if (state.place === "home") drawHome(document.getElementById("home"));
    },
  };
  return { keep, count, take: (event) => handlers[event.kind]?.(event) };
}

function countPins(id) {
  const here = channel(id);
  if (here && id === state.place && state.isRead)
    here.pins = [...state.messages.values()].filter((one) => one.pinned_to).length;
}
