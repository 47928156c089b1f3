// rrweb's replayer, corrected where it shows a page otherwise than it was.
(() => {
  const { Replayer } = globalThis.rrwebReplay ?? globalThis.rrweb;

  globalThis.PageReplayer = class extends Replayer {
    wanted = new Map(); // id of what scrolls -> where it was when it was built

    constructor(events, config) {
      super(events, { ...config, plugins: [{ onBuild: (node, { id }) => this.onBuild(node, id) }] });
      for (const { type, data } of events) if (type === 2 && data.initialOffset) data.initialOffset.behavior = "instant";
    }

    rebuildFullSnapshot(event, isSync) {
      this.wanted.clear();
      super.rebuildFullSnapshot(event, isSync);
      this.scrollBuilt();
    }

    onBuild(node, id) {
      if (node.nodeType !== Node.ELEMENT_NODE) return;
      const { rr_scrollLeft: x, rr_scrollTop: y } = this.mirror.getMeta(node)?.attributes ?? {};
      if (x || y) this.wanted.set(id, { id, x: x || 0, y: y || 0 });
    }

    scrollBuilt() {
      for (const scroll of this.wanted.values()) this.applyScroll(scroll);
      this.wanted.clear();
    }

    // Puts right what can be put right only when all that a step changes is there.
    settle() {
      this.scrollBuilt();
    }

    // A recorded scroll has arrived already, whatever the page's styles say about the way there.
    applyScroll({ id, x, y }) {
      const target = this.mirror.getNode(id);
      (target?.defaultView ?? target)?.scrollTo?.({ left: x, top: y, behavior: "instant" });
    }
  };
})();
