// What a page says since a click that it did not say before: the message that answers it.
(() => {
  const { union } = globalThis.ViewFrames;
  const FULL = 2,
    CHANGE = 3,
    MUTATION = 0;
  const WATCHED_MS = 2000; // how long a change may take to be seen
  const MANY = 100; // new texts, beyond which it is another page
  const TOGETHER = 40; // px between texts of one message
  const LONGEST = 200; // letters; more say no more
  const MESSAGE =
    /\b(alert|alertdialog|status|dialog|assertive|polite|banner|err|error|fail|failed|danger|toast|warning|snackbar|notification|invalid|message)/i;

  const grown = ([x, y, width, height], by) => [x - by, y - by, width + 2 * by, height + 2 * by];
  const meet = ([x, y, width, height], [x1, y1, width1, height1]) =>
    x < x1 + width1 && x1 < x + width && y < y1 + height1 && y1 < y + height;

  globalThis.NewTexts = class {
    #player;
    #texts;
    #old = null; // text node -> what it said before the click
    #said = new Set();
    #busy = new Set(); // what changed before the click already
    #roots = new Set(); // what changed since
    #fresh = new Map(); // text node that is new -> when it was seen first, or null
    #changed = false;
    #changedAt = Number.NEGATIVE_INFINITY;

    constructor(player, texts) {
      this.#player = player;
      this.#texts = texts;
    }

    // Takes an event that was played.
    played({ type, data }) {
      if (type === FULL) this.#rebuilt();
      if (type !== CHANGE || data.source !== MUTATION) return;
      this.#changed = true;
      const into = this.#old ? this.#roots : this.#busy;
      for (const { id } of [...data.texts, ...data.attributes]) into.add(id);
      for (const { parentId, node } of data.adds) into.add(this.#old ? node.id : parentId);
    }

    #rebuilt() {
      this.#changed = true;
      this.#busy.clear();
      this.#fresh.clear();
      this.#roots.clear();
      if (this.#old) this.#roots.add(this.#player.getMirror().getId(this.#texts.page));
    }

    // Remembers what the page says, once; from then on all else is new.
    remember() {
      if (this.#old) return;
      this.#old = new WeakMap();
      for (const [node, text] of this.#texts.written(this.#texts.page)) {
        this.#old.set(node, text);
        this.#said.add(text);
      }
    }

    // The message that can be seen now, as a box on the page and the time since when; null if there is none. Of several
    // that stand apart the largest or loudest. What stands in the clicked element is none.
    message(now, clicked) {
      if (this.#changed) this.#changedAt = now;
      this.#changed = false;
      if (now - this.#changedAt <= WATCHED_MS) this.#search(clicked);
      else this.#roots.clear();
      const groups = [];
      for (const [node, first] of this.#fresh) {
        const boxes = this.#texts.seen(node);
        if (!boxes.length) continue;
        const since = first ?? now,
          loud = this.#texts.announced(node, MESSAGE) ? 4 : 1;
        this.#fresh.set(node, since);
        groups.push({ box: union(boxes), score: loud * Math.min(this.#texts.text(node).length, LONGEST), since });
      }
      if (groups.length < MANY) return together(groups);
      return { ...groups[0], box: union(groups.map(({ box }) => box)) };
    }

    // What changed before the click already is no answer to it, unless the page calls it a message.
    #search(clicked) {
      const mirror = this.#player.getMirror(),
        target = mirror.getNode(clicked);
      for (const id of this.#roots) {
        const root = mirror.getNode(id),
          busy = this.#busy.has(id);
        if (!root) continue;
        for (const [node, text] of this.#texts.written(root)) {
          if (this.#fresh.size >= MANY) return;
          if (busy && !this.#texts.announced(node, MESSAGE)) continue;
          const known = this.#old.get(node) === text || this.#said.has(text) || this.#fresh.has(node);
          if (!known && !(target && this.#texts.contains(target, node))) this.#fresh.set(node, null);
        }
      }
    }
  };

  // Texts that stand together as one; the one with the best score.
  function together(groups) {
    for (let at = 0; at < groups.length; at++) {
      const near = groups.findIndex(({ box }, other) => other > at && meet(grown(box, TOGETHER), groups[at].box));
      if (near < 0) continue;
      const [{ box, score, since }] = groups.splice(near, 1),
        group = groups[at];
      Object.assign(group, {
        box: union([box, group.box]),
        score: score + group.score,
        since: Math.min(since, group.since),
      });
      at = -1; // it is larger now
    }
    return groups.sort((one, other) => other.score - one.score)[0] ?? null;
  }
})();
