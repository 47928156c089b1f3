// The page's state. One object; views read it, main.js and feed_events.js change it.

import { appLocale, language, setAppLocale } from "./words.js";

export const state = {
  me: "",
  team: null,
  app: null,
  people: new Map(),
  groups: new Map(),
  channels: new Map(),
  commands: [],
  shortcuts: [],
  links: [],
  place: "", // a channel's id, or "home"
  messages: new Map(), // of the channel that is open, by ts
  isRead: false, // whether they have come
  newAt: null, // the ts of the first message that is new to the person
  thread: null, // {channel, ts, messages: Map}
  views: [],
  home: null,
  failures: new Map(), // what is said under a message whose button failed: container -> text
  picked: new Map(), // what is chosen in menus of messages: container -> block -> action -> value
};

/** What the server says of the whole team, to this person. */
export function takeState(user, { team, app, commands, shortcuts, links, views, home, people, groups, channels }) {
  Object.assign(state, { me: user, team, app, commands, shortcuts, links, views, home });
  state.people = new Map(people.map((one) => [one.id, one]));
  setAppLocale(state.people.get(user).locale);
  state.groups = new Map(groups.map((one) => [one.id, one]));
  state.channels = new Map(channels.map((one) => [one.id, one]));
}

export const me = () => state.people.get(state.me);
export const person = (id) => state.people.get(id);
export const channel = (id) => state.channels.get(id);

export function channelName(channel) {
  if (!channel) return "";
  if (!channel.is_im) return channel.name;
  const other = channel.members.find((id) => id !== state.me) ?? state.me;
  return person(other)?.real_name ?? "";
}

export function pickedIn(container) {
  if (!state.picked.has(container)) state.picked.set(container, {});
  return state.picked.get(container);
}

const when = (options, tag = language) => new Intl.DateTimeFormat(tag, { timeZone: me()?.zone ?? "UTC", ...options });

export const dateOf = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => when({ hour: "2-digit", minute: "2-digit", hour12: false }).format(dateOf(ts));
export const dayKey = (date) => when({ year: "numeric", month: "2-digit", day: "2-digit" }).format(date);
export const dayName = (date) => when({ weekday: "long", month: "long", day: "numeric" }).format(date);
export const fullTime = (ts) => when({ dateStyle: "full", timeStyle: "long" }).format(dateOf(ts));
/** A part of a date in an app's message. */
export const formatted = (date, options) => when(options, appLocale()).format(date);
