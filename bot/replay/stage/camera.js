// The camera: which part of the picture is shown. It is decided while the recording is played, from what then stands on
// the page; the plan (script/camera_plan.py) says beforehand when and where somebody clicks.
(() => {
  const { NewTexts, PageTexts, ViewFrames } = globalThis;
  const { WHOLE, frame, holds, most, union } = ViewFrames;
  const AROUND = [0.2, 0.1125]; // of the picture's width, on each side of a click: what is read along with it
  const TARGET = [0.8, 0.5]; // of the picture; a larger element is a page, and only the place of the click counts
  const POINT = [0.0625, 0.03]; // of the picture's width, on each side of a click
  const ROOMY = 0.8; // of the most zoom: enough to show two things at once
  const [SETTLED_MS, SEEN_MS, COUNTED_MS, HOLD_MS, EARLY_MS] = [300, 300, 600, 1000, 700];
  const INSTEAD_MS = 1500; // what follows a message so soon comes in its place
  const [MOVES, MOVES_MS] = [3, 10_000];

  const grown = ([x, y, width, height], by) => [x - by, y - by, width + 2 * by, height + 2 * by];
  const meet = ([x, y, width, height], [x1, y1, width1, height1]) =>
    x < x1 + width1 && x1 < x + width && y < y1 + height1 && y1 < y + height;

  globalThis.Camera = class {
    view = WHOLE;
    path = []; // [index, ...view] for every view
    #player;
    #box;
    #texts;
    #plan = null;
    #phase = "before"; // or "target", "message", "done"
    #moves = []; // when in the clip
    #news;
    #readyAt = 0; // when a new page has settled
    #missing = null; // since when in the clip the message is gone
    #stale = false; // whether things may stand elsewhere
    #last = null; // the view of the time before
    #place = ""; // of the page in the picture

    // `box`: the picture, with the place and the scale of the page in it.
    constructor(player, box) {
      this.#player = player;
      this.#box = box;
      this.#texts = new PageTexts(player);
      this.#news = new NewTexts(player, this.#texts);
    }

    // Follows a plan from here on; without one the whole page is shown.
    follow(plan) {
      this.#plan = plan;
      this.#show(WHOLE);
    }

    // The page has another size or place in the picture.
    refit() {
      const { left, top, scale } = this.#box,
        place = `${left} ${top} ${scale}`;
      if (place === this.#place) return;
      this.#place = place;
      if (this.view !== WHOLE && this.#phase !== "before") this.#phase = "done";
      this.#show(WHOLE);
    }

    // Where a place of the picture is in the view.
    shown([x, y]) {
      const [left, top, zoom] = this.view;
      return [(x - left) * zoom, (y - top) * zoom];
    }

    // Takes an event that was played.
    played(event) {
      if (!this.#plan) return;
      this.#stale = true;
      this.#news.played(event);
    }

    // Decides at times[i], when all that happens until then was played. Says whether the view moved.
    look(i) {
      if (!this.#plan) return false;
      try {
        this.#show(this.#decided(i));
      } catch {
        this.#plan = null; // a page that can't be measured is shown whole
        this.#show(WHOLE);
      }
      this.#stale = false;
      if (this.#last === this.view) return false;
      this.#last = this.view;
      this.path.push([i, ...this.view]);
      return true;
    }

    #show(view) {
      if (view.every((number, at) => number === this.view[at])) view = this.view;
      this.view = view;
      const { left, top, scale } = this.#box,
        [x, y, zoom] = view;
      this.#player.wrapper.style.transform = `translate(${(left - x) * zoom}px,${(top - y) * zoom}px) scale(${scale * zoom})`;
    }

    #decided(i) {
      const { first, last, lead, pages, shown } = this.#plan;
      this.#texts.refresh();
      if (pages.includes(i)) return this.#anotherPage(i);
      if (this.#phase === "done") return this.view;
      if (i >= first - 1) this.#news.remember();
      if (this.#phase === "before")
        return i >= lead && shown[i] >= this.#readyAt ? this.#toTarget(i, i >= first) : this.view;
      if (this.#leaves(i)) {
        this.#phase = "done";
        return this.#moved(i, WHOLE);
      }
      const message = i >= first ? this.#message(shown[i]) : null;
      if (message && this.#worthwhile(i, message, i >= last && shown[i] - shown[last] >= COUNTED_MS)) {
        const to = this.#framed(this.#both(message) ?? message.box, message.box);
        this.#phase = "message";
        return this.#moved(i, to);
      }
      return this.#kept(i, message);
    }

    #anotherPage(i) {
      this.#phase = i >= this.#plan.first ? "done" : "before";
      this.#readyAt = this.#plan.shown[i] + SETTLED_MS;
      return this.#moved(i, WHOLE);
    }

    // Before the click the element may still be on its way to where it will be clicked; then the view waits.
    #toTarget(i, clicked) {
      const target = this.#target(clicked);
      if (!target) return this.view;
      this.#phase = "target";
      return this.#moved(i, this.#framed(target.box, target.around));
    }

    #target(clicked) {
      const { node: id, point } = this.#plan,
        { width, height } = this.#box;
      const node = this.#player.getMirror().getNode(id);
      const [edges] = node ? this.#texts.seen(node) : [];
      const [x, y] = this.#texts.placed(node, ...point);
      const there = edges && meet(grown(edges, 3), [x, y, 0.1, 0.1]);
      if (!there && !clicked) return null;
      const box = edges && this.#inPicture(edges);
      const small = box && box[2] <= TARGET[0] * width && box[3] <= TARGET[1] * height;
      // Where texts are masked or pictures missing an element stands elsewhere, and is what counts.
      const [left, top] = there || !small ? this.#inPicture([x, y, 0, 0]) : [box[0] + box[2] / 2, box[1] + box[3] / 2];
      const spot = (by) =>
        this.#within([left - by[0] * width, top - by[1] * width, 2 * by[0] * width, 2 * by[1] * width]);
      const gone = Boolean(node) && !edges && this.#texts.isElsewhere(node);
      return { gone, seen: Boolean(edges), box: small ? union([box, spot(POINT)]) : spot(POINT), around: spot(AROUND) };
    }

    #framed(box, around) {
      const pieces = [...this.#texts.pieces()].map(([piece, weight]) => [this.#inPicture(piece), weight]);
      return frame(box, around, pieces, this.#box, this.#most);
    }

    get #most() {
      return most(this.#box.scale, this.#box.width);
    }

    #inPicture([x, y, width, height]) {
      const { left, top, scale } = this.#box;
      return [x * scale + left, y * scale + top, width * scale, height * scale];
    }

    // A box without what lies outside of the picture.
    #within([x, y, width, height]) {
      const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
      const [right, bottom] = [Math.min(x + width, this.#box.width), Math.min(y + height, this.#box.height)];
      return [left, top, Math.max(right - left, 0), Math.max(bottom - top, 0)];
    }

    // Target and message in one box, where there is room for both.
    #both({ box }) {
      const target = this.#target(true);
      const both = union([target.box, box]);
      const view = frame(both, both, [], this.#box, this.#most);
      return view[2] >= ROOMY * this.#most ? both : null;
    }

    #worthwhile(i, message, counted) {
      const { shown, pages } = this.#plan;
      if (this.view !== WHOLE && holds(this.view, message.box, this.#box)) return false;
      if (pages.some((page) => page > i && shown[page] - shown[i] < HOLD_MS)) return false;
      const held = i === shown.length - 1; // the last picture stays for as long as it takes to read it
      if (!held && (shown[i] - message.since < SEEN_MS || (!counted && !this.#both(message)))) return false;
      return this.#mayMove(i);
    }

    #message(now) {
      const message = this.#news.message(now, this.#plan.node);
      return message && { ...message, box: this.#inPicture(message.box) };
    }

    // The view follows what it shows, where that has moved or gone.
    #kept(i, message) {
      if (this.#phase === "message" && !message) return this.#back(i);
      this.#missing = null;
      if (!this.#stale || this.view === WHOLE) return this.view;
      const target = this.#phase === "target" ? this.#target(true) : null;
      const box = target ? target.box : message?.box;
      if (target?.gone && this.#mayMove(i)) return this.#moved(i, WHOLE);
      if (!box || holds(this.view, [box[0] + box[2] / 2, box[1] + box[3] / 2, 0, 0], this.#box)) return this.view;
      return this.#mayMove(i) ? this.#moved(i, this.#framed(box, target?.around ?? box)) : this.view;
    }

    // Where the message was there is nothing to see any more: back to the target or, if that has gone, too, to the page.
    // That takes a move, so what is said in its place soon is waited for.
    #back(i) {
      const { shown, said } = this.#plan,
        now = shown[i];
      this.#missing ??= now;
      if (this.view === WHOLE || now - this.#missing < SEEN_MS) return this.view;
      if (said.some((at) => at > i && shown[at] - this.#missing <= INSTEAD_MS)) return this.view;
      const target = this.#target(true);
      if (target.seen && holds(this.view, target.box, this.#box)) return this.view;
      if (!this.#mayMove(i)) return this.view;
      this.#phase = "target";
      return this.#moved(i, target.seen ? this.#framed(target.box, target.around) : WHOLE);
    }

    // Somebody is about to click outside of the view.
    #leaves(i) {
      const { elsewhere, shown } = this.#plan;
      return (
        this.view !== WHOLE &&
        elsewhere.some(
          ([at, x, y]) =>
            at >= i && shown[at] - shown[i] <= EARLY_MS && !holds(this.view, this.#inPicture([x, y, 0, 0]), this.#box),
        )
      );
    }

    // At most three moves in ten seconds, of which a change of page takes one.
    #mayMove(i) {
      const { shown, pages } = this.#plan;
      const recent = this.#moves.filter((at) => shown[i] - at < MOVES_MS);
      const coming = pages.some((page) => page > i && shown[page] - (recent[0] ?? shown[i]) < MOVES_MS) ? 1 : 0;
      return recent.length + coming < MOVES && shown[i] - (recent.at(-1) ?? Number.NEGATIVE_INFINITY) >= HOLD_MS;
    }

    // A move is a cut: one picture in between costs a fifth of the bytes of a clip.
    #moved(i, to) {
      if (i > 0 && to.some((number, at) => number !== this.view[at])) this.#moves.push(this.#plan.shown[i]);
      return to;
    }
  };
})();
