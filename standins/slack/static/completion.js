// What may be meant by what is being typed: commands, people, channels, emoji.

import { EMOJI } from "./emoji.js";
import { state } from "./state.js";

const MOST = 8;

/** `{from, choices: [{insert, label, note, person?}]}` for the word that ends at the caret; null where there is none. */
export function completions(text, caret, inThread) {
  const before = text.slice(0, caret);
  if (/^\/\S*$/.test(before) && !inThread) {
    return found(
      0,
      state.commands
        .filter((c) => c.name.startsWith(before))
        .map((c) => ({ insert: `${c.name} `, label: c.name, usage: c.usage, note: c.description })),
    );
  }
  const word = /(^|[\s(])([@#:])([\p{L}\p{N}_+-]*)$/u.exec(before);
  if (!word) return null;
  const [, , kind, typed] = word;
  const from = caret - typed.length - 1;
  const wanted = typed.toLowerCase();
  if (kind === "@") return found(from, peopleFor(wanted));
  if (kind === "#") {
    const channels = [...state.channels.values()].filter((c) => c.name?.startsWith(wanted));
    return found(
      from,
      channels.map((c) => ({ insert: `#${c.name} `, label: `#${c.name}`, note: c.topic })),
    );
  }
  if (wanted.length < 2) return null;
  const names = [...EMOJI.keys()].filter((name) => name.startsWith(wanted));
  return found(
    from,
    names.map((name) => ({ insert: `:${name}: `, label: `${EMOJI.get(name)} :${name}:`, note: "" })),
  );
}

function peopleFor(wanted) {
  const fits = (name) =>
    name
      .toLowerCase()
      .split(" ")
      .some((part) => part.startsWith(wanted));
  const people = [...state.people.values()].filter((p) => fits(p.real_name) || p.name.startsWith(wanted));
  const groups = [...state.groups.values()].filter((g) => g.handle.startsWith(wanted));
  return [
    ...people.map((p) => ({
      insert: `@${p.real_name} `,
      label: p.real_name,
      note: p.title || `@${p.name}`,
      person: p,
    })),
    ...groups.map((g) => ({ insert: `@${g.handle} `, label: `@${g.handle}`, note: "" })),
  ];
}

const found = (from, choices) => (choices.length ? { from, choices: choices.slice(0, MOST) } : null);

/** The usage of a command that is typed and has no text yet. */
export function usageHint(text) {
  const command = state.commands.find((c) => text === `${c.name} `);
  return command ? command.usage : "";
}
