// What an event of the feed changes on the page.

import { drawHome } from "./home.js";
import { showViews } from "./modal.js";
import { channel, state } from "./state.js";

/** The function that takes each event of the feed; before the state was read there is nothing to change. */
export function eventHandler({ timeline, threadline, refresh, redraw, markRead }) {
  function addMessage({ channel: id, message }) {
    const isNew = !state.messages.has(message.ts) && !message.edited && !message.reply_count;
    if (id === state.place) state.messages.set(message.ts, message);
    const { thread } = state;
    if (thread?.channel === id && (message.thread_ts === thread.ts || message.ts === thread.ts))
      thread.messages.set(message.ts, message);
    if (isNew && message.user !== state.me) count(id, message);
    if (isNew && message.user === state.me && id === state.place && !message.thread_ts) timeline.follow();
    if (isNew && message.user === state.me && thread && message.thread_ts === thread.ts) threadline.follow();
    countPins(id);
    redraw(id);
  }

  function removeMessage({ channel: id, ts }) {
    if (id === state.place) state.messages.delete(ts);
    if (id === state.thread?.channel) state.thread.messages.delete(ts);
    redraw(id);
  }

  function count(id, message) {
    const here = channel(id);
    if (here && (id !== state.place || document.hidden) && !message.thread_ts) here.unread += 1;
    for (const [, user] of (message.text ?? "").matchAll(/<@([A-Z0-9]+)/g)) {
      if (user === state.me && here && id !== state.place) here.mentions += 1;
      if (user !== state.me) state.calls.set(user, (state.calls.get(user) ?? 0) + 1);
    }
    if (here?.is_im && id !== state.place) here.mentions += 1;
    if (id === state.place) markRead();
  }

  const handlers = {
    message: addMessage,
    gone: removeMessage,
    channels: refresh,
    reload: refresh,
    views: ({ views }) => {
      state.views = views;
      showViews();
    },
    home: ({ view }) => {
      state.home = view;
      if (state.place === "home") drawHome(document.getElementById("home"));
    },
  };
  return (event) => state.team && handlers[event.kind]?.(event);
}

function countPins(id) {
  const here = channel(id);
  if (here && id === state.place) here.pins = [...state.messages.values()].filter((one) => one.pinned_to).length;
}
