// Runs the page's animations in the recording's time, not in the browser's: the same moment always looks the same.
(() => {
  const MANY = 40; // animations beyond which looking at each costs more than a shot
  const MARGIN = 60; // px: shadows and outlines reach beyond the box

  const edges = (element) => Element.prototype.getBoundingClientRect.call(element); // a field may have its name

  globalThis.Animations = class {
    #player;
    #firstSeen = new WeakMap(); // animation -> replay time it was first seen at
    #looks = new WeakMap(); // animation -> what it then looked like

    constructor(player) {
      this.#player = player;
    }

    // Brings them to `now` (ms of the recording), and says whether any looks different. Those that the first seek finds
    // began at some time since the page was there, so most of them are over: it gives that time as `began`.
    show(now, began = now) {
      const page = this.#player.iframe.contentDocument;
      const running = page?.getAnimations?.().filter((one) => one.playState !== "finished") ?? [];
      let visible = running.length > MANY;
      for (const animation of running) {
        if (!this.#firstSeen.has(animation)) this.#firstSeen.set(animation, began);
        try {
          const end = animation.effect.getComputedTiming().endTime,
            at = now - this.#firstSeen.get(animation);
          animation.pause();
          if (Number.isFinite(end) && at >= end) animation.finish();
          else animation.currentTime = at;
        } catch {
          visible = true;
          continue;
        }
        if (running.length <= MANY) visible = this.#looksDifferent(animation) || visible;
      }
      return visible;
    }

    #looksDifferent(animation) {
      const { target, pseudoElement } = animation.effect;
      if (!target?.isConnected) return false;
      const style = getComputedStyle(target, pseudoElement);
      const names = new Set(animation.effect.getKeyframes().flatMap(Object.keys));
      for (const other of ["offset", "computedOffset", "easing", "composite"]) names.delete(other);
      const look = [...names].map((name) => style[name]).join(";");
      const before = this.#looks.get(animation);
      this.#looks.set(animation, look);
      return look !== before && this.#onScreen(target);
    }

    #onScreen(element) {
      const { left, top, right, bottom } = edges(element);
      const { innerWidth, innerHeight } = this.#player.iframe.contentWindow;
      return right > -MARGIN && bottom > -MARGIN && left < innerWidth + MARGIN && top < innerHeight + MARGIN;
    }
  };
})();
