// Which part of a picture to show so that some boxes are seen and nothing is cut. A view is [left, top, zoom] in px of
// the picture; boxes are [left, top, width, height] there.
(() => {
  const WHOLE = [0, 0, 1];
  const LEAST = 1.25; // zoom; with less the whole page is shown
  const USUAL = 2,
    MOST = 3; // zoom; more than the usual only on pages that are shown very small
  const LARGE = 0.72; // px on a screen of 360 px for a CSS px: a phone's page, which needs no zoom
  const READABLE = 0.5625; // the same for a page of 1280 px at the usual zoom
  const SCREEN = 360;
  const PAD = 0.03; // of the width, around what is to be seen
  const STEPS = Array.from({ length: 17 }, (_, at) => 1 - at / 80); // zooms tried, where a smaller one cuts less
  const SMALLER = 5; // what it costs to lose all zoom; a line of text that is cut costs 1
  const PLACES = 16; // tried in each direction
  const AIR = 4; // px between an edge and what stands next to it

  const finite = (numbers) => numbers.every(Number.isFinite);

  function union(boxes) {
    const left = Math.min(...boxes.map(([x]) => x)),
      top = Math.min(...boxes.map(([, y]) => y));
    return [
      left,
      top,
      Math.max(...boxes.map(([x, , width]) => x + width)) - left,
      Math.max(...boxes.map(([, y, , height]) => y + height)) - top,
    ];
  }

  const between = (value, least, most) => Math.min(Math.max(value, least), most);

  globalThis.ViewFrames = {
    WHOLE,
    union,

    // How far to zoom on a page of which a CSS px is `scale` px of a picture that is `width` px wide; 1: not at all.
    most(scale, width) {
      const shown = (scale * SCREEN) / width;
      const most = Math.min(LARGE / shown, Math.max(USUAL, READABLE / shown), MOST);
      return most >= LEAST ? most : 1;
    },

    // Whether all of a box is in a view.
    holds([x, y, zoom], [left, top, width, height], size) {
      const [right, bottom] = [x + size.width / zoom, y + size.height / zoom];
      return left >= x - 1 && top >= y - 1 && left + width <= right + 1 && top + height <= bottom + 1;
    },

    // The view of a box, as near to the middle of `around` as can be; the whole where it fills too much of the picture.
    // `pieces` are [box, weight]; those that stand in `around` are not to be left out either.
    frame(box, around, pieces, size, most) {
      const [left, top, width, height] = box,
        pad = PAD * size.width;
      const zoom = Math.min(most, size.width / (width + 2 * pad), size.height / (height + 2 * pad));
      if (!finite([...box, ...around, zoom]) || zoom < LEAST) return WHOLE;
      const best = { view: WHOLE, cost: Number.POSITIVE_INFINITY };
      const edges = pieces.map((piece) => flat(piece, around));
      const [middle, centre] = [around[0] + around[2] / 2, around[1] + around[3] / 2];
      for (const step of STEPS) {
        if (zoom * step < LEAST) break;
        const [wide, high] = [size.width / (zoom * step), size.height / (zoom * step)];
        const near = edges.filter(
          (one) =>
            one.left < left + wide &&
            one.top < top + high &&
            one.right > left + width - wide &&
            one.bottom > top + height - high,
        );
        const columns = places(left, width, wide, size.width, middle, near, "left", "right");
        const rows = places(top, height, high, size.height, centre, near, "top", "bottom");
        for (const x of columns)
          for (const y of rows) {
            const away = Math.abs(x + wide / 2 - middle) / wide + Math.abs(y + high / 2 - centre) / high;
            let cost = SMALLER * (1 - step) + away;
            for (let at = 0; at < near.length && cost < best.cost; at++) cost += lost(near[at], x, y, wide, high);
            if (cost < best.cost) Object.assign(best, { cost, view: [x, y, Math.round(zoom * step * 1000) / 1000] });
          }
      }
      return best.view;
    },
  };

  // A piece by its edges. A line of text is higher than its letters.
  function flat([[left, top, width, height], weight], around) {
    const slack = Math.min(height * 0.15, 3),
      [middle, centre] = [left + width / 2 - around[0], top + height / 2 - around[1]];
    const close = middle >= 0 && middle <= around[2] && centre >= 0 && centre <= around[3];
    return { left, top: top + slack, right: left + width, bottom: top + height - slack, weight, close };
  }

  // What it costs that a piece is cut by the edges of a view, or left out of it though it stands around the middle.
  function lost({ left, top, right, bottom, weight, close }, x, y, wide, high) {
    if (left >= x && right <= x + wide && top >= y && bottom <= y + high) return 0;
    if (right <= x || left >= x + wide || bottom <= y || top >= y + high) return close ? 2 * weight : 0;
    return (right - left > wide || bottom - top > high ? 0.3 : close ? 2 : 1) * weight;
  }

  // Where a side of a view may begin: as wanted, or where an edge of a piece is just in it or just out of it.
  function places(from, length, view, whole, middle, pieces, start, end) {
    const pad = Math.min(AIR, (view - length) / 2);
    const [least, most] = [between(from + length + pad - view, 0, whole - view), between(from - pad, 0, whole - view)];
    const ideal = between(middle - view / 2, Math.min(least, most), Math.max(least, most));
    const wanted = pieces.flatMap((one) => [
      one[start] - AIR,
      one[end] + AIR,
      one[end] + AIR - view,
      one[start] - AIR - view,
    ]);
    const inside = wanted.filter((at) => at >= least && at <= most);
    const all = [...new Set([ideal, least, most, ...inside].map((at) => Math.floor(between(at, 0, whole - view))))];
    return all.sort((one, other) => Math.abs(one - ideal) - Math.abs(other - ideal) || one - other).slice(0, PLACES);
  }
})();
