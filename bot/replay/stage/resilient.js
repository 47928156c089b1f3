// rrweb's replayer stops at the first node that the browser refuses, and the page stays white. This one builds what can
// be built: such a node becomes a plainer one or, where that fails too, a placeholder, and what was lost is counted.
(() => {
  const { Replayer } = globalThis.rrwebReplay ?? globalThis.rrweb;
  const ELEMENT = 2,
    TEXT = 3,
    CDATA = 4,
    COMMENT = 5;
  const REPAIRS = 20; // of one page: each builds it again
  const MEDIA = /^(audio|video)$/i;
  const RANGES = { rr_mediaVolume: [0, 1], rr_mediaPlaybackRate: [0.0625, 16], rr_mediaCurrentTime: [0, 1e9] };
  const KEPT = ["id", "class", "style"]; // of a node that is built as a plain box

  function* nodesOf(roots) {
    const waiting = [...roots];
    while (waiting.length) {
      const node = waiting.pop();
      yield node;
      waiting.push(...(node.childNodes ?? []));
    }
  }

  function definable(name) {
    try {
      if (!customElements.get(name)) customElements.define(name, class extends HTMLElement {});
      return true;
    } catch {
      return false;
    }
  }

  // Mends what is known to make a browser refuse a node, and loses nothing that is seen.
  function tidy(node) {
    if (node.type === CDATA) node.type = TEXT; // HTML documents have none
    if (node.type !== ELEMENT && node.type !== 0) return;
    node.childNodes = (Array.isArray(node.childNodes) ? node.childNodes : []).filter((child) => child?.type >= 0);
    if (node.type !== ELEMENT) return;
    if (node.isCustom && !definable(node.tagName)) delete node.isCustom;
    node.attributes = node.attributes ?? {};
    for (const [name, [least, most]] of Object.entries(RANGES))
      if (!(node.attributes[name] >= least && node.attributes[name] <= most)) delete node.attributes[name];
    if (!MEDIA.test(node.tagName)) delete node.attributes.rr_mediaState;
  }

  const names = new Map(); // tag name -> whether there can be an element of it

  function namable({ type, tagName }) {
    if (type !== ELEMENT) return true;
    if (!names.has(tagName)) {
      try {
        document.createElement(tagName);
        names.set(tagName, true);
      } catch {
        names.set(tagName, false);
      }
    }
    return names.get(tagName);
  }

  // The next plainer form of a node; false when there is none.
  function simplify(node) {
    if (node.isShadowHost) {
      delete node.isShadowHost;
      for (const child of node.childNodes) delete child.isShadow;
    } else if (node.type === ELEMENT && (node.tagName !== "div" || node.isSVG)) {
      delete node.isSVG;
      const attributes = Object.entries(node.attributes).filter(([name]) => KEPT.includes(name));
      Object.assign(node, { tagName: "div", attributes: Object.fromEntries(attributes) });
    } else if (node.type !== 0 && node.type !== COMMENT) {
      Object.assign(node, { type: COMMENT, textContent: "", childNodes: [] });
    } else return false;
    return true;
  }

  globalThis.ResilientReplayer = class extends Replayer {
    failure = null; // why a whole page was not built
    lost = new Map(); // what was not built as it was recorded -> how often
    #losses = new Set();
    #building = null; // id of the node that was begun last

    constructor(...args) {
      super(...args);
      for (const mirror of [this.mirror, this.virtualDom.mirror]) {
        const has = mirror.has.bind(mirror);
        mirror.has = (id) => {
          this.#building = id;
          return has(id);
        };
      }
    }

    rebuildFullSnapshot(event, isSync) {
      try {
        this.#insist([event.data.node], () => super.rebuildFullSnapshot(event, isSync));
        if (!this.iframe.contentDocument.body) throw new Error("it has no body");
      } catch (error) {
        this.failure = error;
      }
    }

    applyMutation(data, isSync) {
      const roots = data.adds.map(({ node }) => node);
      const gone = new Set(data.removes.map(({ id }) => id));
      this.#insist(roots, () => super.applyMutation(data, isSync));
      const { mirror } = this.usingVirtualDom ? this.virtualDom : this;
      const missed = [...data.texts, ...data.attributes].some(({ id }) => !gone.has(id) && !mirror.getNode(id));
      // What is to be added to an element that isn't there, or changed on one, is passed over in silence.
      if (missed || roots.some(({ id }) => !mirror.getNode(id))) this.lose("change that could not be shown", data);
    }

    applyIncremental(event, isSync) {
      try {
        super.applyIncremental(event, isSync);
      } catch {
        this.lose("change that could not be shown", event);
      }
    }

    // Counts a loss once, however often it is met.
    lose(what, cause) {
      if (this.#losses.has(cause)) return;
      this.#losses.add(cause);
      this.lost.set(what, (this.lost.get(what) ?? 0) + 1);
    }

    #insist(roots, build) {
      for (let repairs = 0; ; repairs++) {
        this.#building = null;
        try {
          return build();
        } catch (error) {
          if (repairs === REPAIRS || error instanceof RangeError) throw error;
          if (repairs) this.#repair(roots, error);
          else for (const node of nodesOf(roots)) this.#tidy(node);
        }
      }
    }

    #tidy(node) {
      tidy(node);
      while (!namable(node) && simplify(node)) this.lose("element that could not be built", node);
    }

    #repair(roots, error) {
      const node = [...nodesOf(roots)].find(({ id }) => id === this.#building);
      const name = node?.tagName;
      if (!node || !simplify(node)) throw error;
      this.lose("element that could not be built", node);
      if (!name) return;
      // Its like would be refused for the same reason.
      for (const other of nodesOf(roots))
        if (
          other.tagName === name &&
          other.isShadowHost &&
          !node.isShadowHost &&
          node.tagName === name &&
          simplify(other)
        )
          this.lose("element that could not be built", other);
    }
  };
})();
