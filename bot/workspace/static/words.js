// Texts of the page, in the browser's language. Sources are English; the document holds the translations.

const words = JSON.parse(document.getElementById("words").textContent);

/** t("Message %(name)s", {name: "#general"}) */
export function t(text, values = {}) {
  const translated = words[text] ?? text;
  return translated.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const language = document.documentElement.lang;
