/** The shop: draws the page that the address names, and listens. Real buttons, so that recorders can name them. */
import { banner, buy, leaveForCheckout, pay, post } from "./faults.js";
import { GOODS, goods, picture } from "./goods.js";
import { lang, price, t } from "./words.js";

const { prefix, workspace } = document.body.dataset;
const byId = (id) => document.getElementById(id);
const safe = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const link = (path, query = location.search) => `${prefix}${path}${query}`;
const name = (item) => item[lang][0];

// -- the cart ---------------------------------------------------------------------------------------------------------

const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem("shop.cart")) || [];
  } catch {
    return [];
  }
};
let cart = read().filter(goods);
const save = () => {
  sessionStorage.setItem("shop.cart", JSON.stringify(cart));
  byId("count").textContent = cart.length;
};
const sum = () => cart.reduce((all, id) => all + goods(id).price, 0);

let toasting;
const toast = (text) => {
  const box = byId("toast");
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(toasting);
  toasting = setTimeout(() => box.classList.remove("on"), 1800);
};

// -- pages ------------------------------------------------------------------------------------------------------------

let kind = "all";
let query = "";

const buttons = (item) => `
  <div class="buttons"><button class="buy" data-do="buy" data-id="${item.id}">${t.buy}</button>
  <button class="add" data-do="add" data-id="${item.id}">${t.add}</button></div>`;

const card = (item) => `
  <article class="card"><a href="${link(`/product/${item.id}`)}" class="shot" tabindex="-1" aria-hidden="true">${picture(item)}</a>
    <div class="facts"><h3><a href="${link(`/product/${item.id}`)}">${name(item)}</a></h3><b class="price">${price(item.price)}</b>
    <p>${item[lang][1]}</p></div>${buttons(item)}</article>`;

const grid = () => {
  const word = query.trim().toLowerCase();
  const hits = GOODS.filter(
    (one) => (kind === "all" || one.kind === kind) && one[lang].join(" ").toLowerCase().includes(word),
  );
  return `<p class="found">${t.count(hits.length)}</p>${hits.length ? hits.map(card).join("") : `<p class="nothing">${t.nothing}</p>`}`;
};

const home = () => `
  <section class="hero"><div><h2>${t.tagline}</h2><p>${t.lead}</p></div></section>
  <nav class="kinds">${["all", "wear", "feet", "camp", "carry"]
    .map((one) => `<button data-do="kind" data-kind="${one}" aria-pressed="${one === kind}">${t[one]}</button>`)
    .join("")}</nav>
  <section class="grid" id="grid">${grid()}</section>`;

const product = (id) => {
  const item = goods(id);
  if (!item) return home();
  return `<a class="up" href="${link("")}">← ${t.browse}</a><section class="product"><div class="shot">${picture(item)}</div>
    <div class="facts"><h2>${name(item)}</h2><b class="price">${price(item.price)}</b><p>${item[lang][1]}</p>
    <label>${t.size}<select>${["S", "M", "L", "XL"].map((size) => `<option>${size}</option>`).join("")}</select></label>
    ${buttons(item)}<p class="stock">${t.stock}</p></div></section>`;
};

const lines = () =>
  cart
    .map(
      (id, at) => `<li><span class="thumb">${picture(goods(id))}</span><span>${name(goods(id))}</span>
  <b>${price(goods(id).price)}</b><button class="plain" data-do="remove" data-at="${at}">${t.remove}</button></li>`,
    )
    .join("");

const totals = () =>
  `<dl><dt>${t.shipping}</dt><dd>${t.free}</dd><dt>${t.total}</dt><dd><b>${price(sum())}</b></dd></dl>`;

const cartPage = () => {
  if (!cart.length)
    return `<section class="panel"><p>${t.empty}</p><a class="up" href="${link("")}">← ${t.browse}</a></section>`;
  return `<section class="panel"><h2>${t.cart}</h2><ul class="lines">${lines()}</ul>
    <div class="coupon"><label>${t.coupon}<input name="coupon" autocomplete="off"></label>
    <button data-do="coupon">${t.apply}</button><p id="answer" role="status"></p></div>
    ${totals()}<button class="buy wide" data-do="checkout">${t.checkout}</button></section>`;
};

const field = (key, label, type = "text", hint = "") =>
  `<label class="field-${key}">${label}<input name="${key}" type="${type}" placeholder="${hint}" autocomplete="off"></label>`;

const checkoutPage = () => `
  <section class="panel checkout"><h2>${t.checkout}</h2><form><fieldset><legend>${t.delivery}</legend>
    ${field("name", t.name)}${field("email", t.email, "email")}${field("address", t.address)}</fieldset>
    <fieldset><legend>${t.payment}</legend>${field("card", t.card, "text", "0000 0000 0000 0000")}
    ${field("expiry", t.expiry, "text", "MM/YY")}${field("code", t.code, "password")}</fieldset>
    <h3>${t.summary}</h3>${totals()}<button class="buy wide" data-do="pay" data-dd-action-name="Place order">${t.pay}</button></form></section>`;

const thanks = () =>
  `<section class="panel thanks"><h2>${t.thanks}</h2><p>${t.thanksLead}</p><a class="up" href="${link("")}">← ${t.browse}</a></section>`;

const frame = () => {
  document.documentElement.lang = lang;
  byId("top").innerHTML = `<a class="brand" href="${link("")}"><svg viewBox="0 0 32 32" aria-hidden="true">
      <path d="M2 27L12 9l6 10 4-6 8 14z" fill="currentColor"/><circle cx="24" cy="7" r="3" fill="#e9a178"/></svg>Nordic Outfitters</a>
    <label class="search"><span>${t.search}</span><input id="search" type="search" placeholder="${t.search}"></label>
    <button class="plain" data-do="lang">${t.other}</button>
    <a class="cart" href="${link("/cart")}">${t.cart} <span id="count">${cart.length}</span></a>`;
  byId("foot").innerHTML =
    `<span class="badge"><i></i>${t.badge}</span><a href="${safe(workspace)}">${t.back} →</a><small>${t.legal}</small>`;
};

const draw = () => {
  const [page, id] = location.pathname.slice(prefix.length).split("/").filter(Boolean);
  const pages = { product: () => product(id), cart: cartPage, checkout: checkoutPage, thanks };
  byId("page").innerHTML = (pages[page] || home)();
};

const go = (path) => {
  history.pushState({}, "", path);
  banner("");
  draw();
  scrollTo(0, 0);
};

// -- what people do -----------------------------------------------------------------------------------------------------

const coupon = async () => {
  const code = document.querySelector("[name=coupon]").value;
  const answer = await post("coupons", { code });
  const status = byId("answer");
  if (!status || document.querySelector("[name=coupon]").value !== code) return; // left, or written anew meanwhile
  status.textContent = answer.ok ? "" : t.unknownCode;
  status.classList.remove("shake");
  void status.offsetWidth; // begins the animation anew
  status.classList.add("shake");
};

const DO = {
  buy: (button) => buy(button, goods(button.dataset.id)).then((bought) => bought && go(link("/thanks"))),
  add: ({ dataset }) => {
    cart.push(dataset.id);
    save();
    toast(t.added(name(goods(dataset.id))));
  },
  remove: ({ dataset }) => {
    cart.splice(Number(dataset.at), 1);
    save();
    draw();
  },
  kind: ({ dataset }) => {
    kind = dataset.kind;
    for (const one of document.querySelectorAll("[data-kind]"))
      one.setAttribute("aria-pressed", one.dataset.kind === kind);
    byId("grid").innerHTML = grid();
  },
  coupon,
  checkout: () => {
    leaveForCheckout();
    go(link("/checkout"));
  },
  pay: (button) =>
    pay(button).then((paid) => {
      if (!paid) return;
      cart = [];
      save();
      go(link("/thanks"));
    }),
  lang: () => {
    const query = new URLSearchParams(location.search);
    query.set("lang", lang === "ko" ? "en" : "ko");
    location.search = query;
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) {
    event.preventDefault();
    DO[button.dataset.do](button);
    return;
  }
  const anchor = event.target.closest("a[href]");
  const inside = anchor && anchor.origin === location.origin && `${anchor.pathname}/`.startsWith(`${prefix}/`);
  if (!inside || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(anchor.href);
});

document.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("input", (event) => {
  if (event.target.id !== "search") return;
  query = event.target.value;
  if (!byId("grid")) go(link(""));
  byId("grid").innerHTML = grid();
});
addEventListener("popstate", draw);

frame();
draw();
