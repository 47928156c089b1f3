// Tells whether what is under the pointer looks different for it. Hovering matters only where a style rule asks for it;
// rrweb marks hovered elements with the class ":hover".
(() => {
  function* selectors(rules) {
    for (const rule of rules) {
      if (rule.cssRules) yield* selectors(rule.cssRules);
      if (!rule.selectorText?.includes("\\:hover")) continue;
      for (const part of rule.selectorText.split(/,(?![^(]*\))/)) {
        const upToHover = part.match(/^.*\\:hover[^\s>+~]*/);
        if (upToHover) yield upToHover[0].trim();
      }
    }
  }

  globalThis.Hovering = class {
    #player;
    #rules = null; // the selectors, as one; null where they have to be read
    #hovered = [];

    constructor(player) {
      this.#player = player;
    }

    // The page may have other style rules from now on.
    restyled() {
      this.#rules = null;
    }

    // Whether other elements are shown as hovered than the last time.
    changed() {
      const page = this.#player.iframe.contentDocument,
        rules = this.#selector(page);
      const now = rules ? [...page.querySelectorAll(".\\:hover")].filter((one) => one.matches(rules)) : [];
      const same = now.length === this.#hovered.length && now.every((one, i) => one === this.#hovered[i]);
      this.#hovered = now;
      return !same;
    }

    #selector(page) {
      if (this.#rules !== null) return this.#rules;
      try {
        const sheets = [...page.styleSheets, ...page.adoptedStyleSheets];
        this.#rules = [...new Set(sheets.flatMap((sheet) => [...selectors(sheet.cssRules)]))].join(",");
        if (this.#rules) page.documentElement.matches(this.#rules);
      } catch {
        this.#rules = "*"; // a sheet that cannot be read may ask for anything
      }
      return this.#rules;
    }
  };
})();
