// Texts of the page. Sources are English; the document holds the translations of every language.
// The page is in the browser's language; texts within an app's blocks are in the person's, as the app's own are.

export const translations = JSON.parse(document.getElementById("words").textContent);

export const language = document.documentElement.lang;
let appLanguage = language;

/** Sets the language of `appText` to that of a person's profile, such as "ko-KR". */
export function setAppLocale(locale) {
  appLanguage = locale.split("-")[0];
}

/** The language of an app's texts, and of the dates in them: Slack's client is in its person's. */
export const appLocale = () => appLanguage;

/** t("Message %(name)s", {name: "#general"}) */
export const t = (text, values = {}) => translated(language, text, values);

/** The same for a text among those of an app, in the language of the person. */
export const appText = (text, values = {}) => translated(appLanguage, text, values);

function translated(tag, text, values) {
  const translation = translations[tag]?.[text] ?? text;
  return translation.replace(/%\((\w+)\)s/g, (match, name) => (name in values ? String(values[name]) : match));
}
