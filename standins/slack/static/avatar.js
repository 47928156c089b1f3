import { h, icon } from "./dom.js";

/** Initials on the person's colour; the bot has its mark. Decoration: the name stands beside it. */
export function avatar(person, size = "") {
  const node = h("span", { class: `avatar ${size}`, "aria-hidden": "true" });
  if (!person) return node;
  node.style.setProperty("background-color", person.colour);
  if (person.is_bot) node.append(h("img", { src: "/static/workspace/icon.svg", alt: "" }));
  else node.append(person.id === "USLACKBOT" ? icon("more") : initials(person.real_name));
  return node;
}

const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();
