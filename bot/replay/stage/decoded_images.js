// Waits for the pictures of a page, and puts something in the place of those that never come.
(() => {
  // Every request is answered, be it late by a busy machine; lazy pictures are asked for only near what is seen.
  const LONGEST_MS = 10_000,
    LAZY_MS = 500;
  // Stands for a picture that was not fetched: neutral, and of some size, so that the page keeps about its layout.
  const NO_IMAGE =
    "data:image/svg+xml," +
    encodeURIComponent(
      `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80" viewBox="0 0 120 80"><path fill="#e4e7ed"
    d="M0 0h120v80H0z"/><path fill="#c3c9d4" d="M42 54l13-17 9 11 5-6 11 12zM72 29a5 5 0 1 0 .1 0z"/></svg>`,
    );

  // A promise while there is something to wait for, else undefined.
  globalThis.decodedImages = (page) => {
    const unready = [...(page?.images ?? [])].filter((one) => !one.complete || (one.currentSrc && !one.naturalWidth));
    if (!unready.length) return undefined;
    const lazy = unready.filter((one) => one.loading === "lazy"),
      others = unready.filter((one) => one.loading !== "lazy");
    return Promise.all([decodedWithin(LONGEST_MS, others), decodedWithin(LAZY_MS, lazy)]);
  };

  function decodedWithin(longest, images) {
    if (!images.length) return undefined;
    const late = new Promise((enough) => setTimeout(enough, longest));
    return Promise.race([late, decoded(images)]);
  }

  async function decoded(images) {
    const outcomes = await Promise.allSettled(images.map((image) => image.decode()));
    const missing = images.filter((image, i) => outcomes[i].status === "rejected" && image.currentSrc !== NO_IMAGE);
    for (const image of missing) {
      for (const one of [image, ...(image.closest("picture")?.querySelectorAll("source") ?? [])])
        one.removeAttribute("srcset");
      image.src = NO_IMAGE;
    }
    await Promise.allSettled(missing.map((image) => image.decode()));
  }
})();
