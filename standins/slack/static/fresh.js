// What is read is a moment old when it comes. Meanwhile the feed may have told of something newer, or somebody may have
// begun something else: then the older answer must not win.

import { read } from "./api.js";

/** `const mine = turns.take()`, and after each wait: `if (!mine()) return`, because a later turn was taken. */
export class Turns {
  #newest = 0;

  take() {
    this.#newest += 1;
    const turn = this.#newest;
    return () => turn === this.#newest;
  }
}

let readings = 0;
let told = []; // events that came while something was read

/** Takes every event of the feed, before it changes anything. */
export function hear(event) {
  if (readings) told.push(event);
}

/** Resolves to `{answer, later}`: what the server says, and the events that it did not know of when it said so. */
export async function readWithNews(name, query) {
  readings += 1;
  try {
    const answer = await read(name, query);
    return { answer, later: told.filter((event) => event.number > answer.number) };
  } finally {
    readings -= 1;
    if (!readings) told = [];
  }
}
