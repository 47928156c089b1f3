// Texts of the page. Sources are English; the document holds the translations of every language.
// The page itself speaks the browser's language, what stands in an app's blocks the person's, as the app does.

const words = JSON.parse(document.getElementById("words").textContent);

export const language = document.documentElement.lang;
let theirs = language;

/** From now on `said` is in the language of a person's profile, such as "ko-KR". */
export const speak = (locale) => (theirs = locale.split("-")[0]);

/** t("Message %(name)s", {name: "#general"}) */
export const t = (text, values = {}) => translated(language, text, values);

/** The same between an app's own words, in the language that it speaks to the person. */
export const said = (text, values = {}) => translated(theirs, text, values);

function translated(tag, text, values) {
  const found = words[tag]?.[text] ?? text;
  return found.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
