// Completions of the word at the caret: commands, people, channels, emoji.

import { EMOJI } from "./emoji.js";
import { state } from "./state.js";

const MOST = 8;

/** `{from, choices: [{insert, label, note, person?}]}` for the word that ends at the caret; null where there is none. */
export function completions(text, caret, inThread) {
  const before = text.slice(0, caret);
  if (/^\/\S*$/.test(before) && !inThread) {
    return completion(
      0,
      state.commands
        .filter((c) => c.name.startsWith(before))
        .map((c) => ({ insert: `${c.name} `, label: c.name, usage: c.usage, note: c.description })),
    );
  }
  const word = /(^|[\s(])([@#:])([\p{L}\p{N}_+-]*)$/u.exec(before);
  if (!word) return null;
  const [, , kind, prefix] = word;
  const from = caret - prefix.length - 1;
  const wanted = prefix.toLowerCase();
  if (kind === "@") return completion(from, peopleFor(wanted));
  if (kind === "#") {
    const channels = [...state.channels.values()].filter((c) => c.name?.startsWith(wanted));
    return completion(
      from,
      channels.map((c) => ({ insert: `#${c.name} `, label: `#${c.name}`, note: c.topic })),
    );
  }
  if (wanted.length < 2) return null;
  const names = [...EMOJI.keys()].filter((name) => name.startsWith(wanted));
  return completion(
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

const completion = (from, choices) => (choices.length ? { from, choices: choices.slice(0, MOST) } : null);

/** The usage of a command that is entered and has no text yet. */
export function usageHint(text) {
  const command = state.commands.find((c) => text === `${c.name} `);
  return command ? command.usage : "";
}
