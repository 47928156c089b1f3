/**
 * The bad deploy. Since version 2.31 the Buy button is broken, in ways that depend on the product; `?variant=` in the
 * address overrules it, for one page or for a whole recording:
 *
 *   banner  throws, asks the server for an order and gets a 500, shows a banner after a moment
 *   throw   throws and shows nothing at all
 *   late    throws 300 ms later, when nobody connects it with the click
 *   dead    does nothing
 *   ok      works, as it did before
 *   checkout   (only in the address) Buy as by product, and Checkout throws too
 */
import { t } from "./words.js";

export const variant = new URLSearchParams(location.search).get("variant") || "";
const prefix = document.body.dataset.prefix;

export const post = (what, body) =>
  fetch(`${prefix}/api/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });

export const banner = (text) => {
  const box = document.getElementById("banner");
  box.textContent = text;
  box.hidden = !text;
};

const order = async (button, item, works) => {
  if (works && button.getAttribute("aria-busy")) return false; // pressed twice: one order
  const { href } = location;
  button.setAttribute("aria-busy", "true");
  const answer = await post("orders", { item, works });
  await new Promise((done) => setTimeout(done, 450));
  button.removeAttribute("aria-busy");
  const { code } = answer.ok ? {} : await answer.json();
  if (location.href !== href) return false; // gone on meanwhile
  if (!answer.ok) banner(t.failed(code));
  return answer.ok;
};

const explode = () => {
  throw new TypeError("cart is undefined");
};

/** What a click on Buy does. Resolves to true when there is an order. */
export const buy = (button, item) => {
  const kind = variant && variant !== "checkout" ? variant : item.broken;
  if (kind === "ok") return order(button, item.id, true);
  if (kind === "banner") order(button, item.id, false);
  if (kind === "late") setTimeout(explode, 300);
  if (kind === "banner" || kind === "throw") explode();
  return Promise.resolve(false);
};

export const pay = (button) => order(button, "cart", variant === "ok");

export const leaveForCheckout = () => {
  if (variant === "checkout") {
    setTimeout(() => banner(t.noCheckout), 60);
    throw new TypeError("cart.items is not iterable");
  }
};
