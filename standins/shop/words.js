/** Every word of the shop, in English and in Korean, and the language that was chosen. */

const WORDS = {
  en: {
    tagline: "Made for wet days and long ones",
    lead: "Free shipping over $80. Thirty days to change your mind.",
    all: "Everything", wear: "Clothing", feet: "Footwear", camp: "Camp", carry: "Packs",
    search: "Search the shop", clear: "Clear", found: (n) => `${n} ${n === 1 ? "product" : "products"}`,
    nothing: "Nothing matches. Try another word.",
    buy: "Buy", add: "Add to cart", cart: "Cart", checkout: "Checkout", remove: "Remove",
    coupon: "Coupon code", apply: "Apply coupon", unknownCode: "Unknown code. Nothing was changed.",
    empty: "Your cart is empty.", browse: "Back to the shop", total: "Total", shipping: "Shipping", free: "Free",
    added: (name) => `${name} is in your cart`,
    color: "Colour", size: "Size", stock: "In stock, ships tomorrow", details: "Details",
    name: "Full name", email: "E-mail", address: "Address", card: "Card number", expiry: "Expires", code: "Security code",
    pay: "Place order", delivery: "Delivery", payment: "Payment", summary: "Your order",
    failed: (code) => `We couldn’t place your order. Please try again. (${code})`,
    noCheckout: "Checkout is not available right now.",
    thanks: "Thank you!", thanksLead: "Your order is on its way to our warehouse in Tromsø.",
    badge: "This page records itself for the demo", back: "Back to the workspace", other: "한국어",
    legal: "A made-up shop. No goods, no payments.",
  },
  ko: {
    tagline: "비 오는 날도, 긴 산행도",
    lead: "10만 원 이상 무료 배송. 30일 안에 교환과 환불.",
    all: "전체", wear: "의류", feet: "신발", camp: "캠핑", carry: "배낭",
    search: "상품 검색", clear: "지우기", found: (n) => `상품 ${n}개`,
    nothing: "검색 결과가 없습니다. 다른 말로 찾아보세요.",
    buy: "구매하기", add: "장바구니 담기", cart: "장바구니", checkout: "주문하기", remove: "삭제",
    coupon: "쿠폰 번호", apply: "쿠폰 적용", unknownCode: "알 수 없는 쿠폰입니다. 바뀐 것이 없습니다.",
    empty: "장바구니가 비어 있습니다.", browse: "쇼핑 계속하기", total: "합계", shipping: "배송비", free: "무료",
    added: (name) => `${name}을(를) 장바구니에 담았습니다`,
    color: "색상", size: "사이즈", stock: "재고 있음, 내일 출고", details: "상세 정보",
    name: "이름", email: "이메일", address: "주소", card: "카드 번호", expiry: "유효 기간", code: "보안 코드",
    pay: "결제하기", delivery: "배송지", payment: "결제", summary: "주문 내역",
    failed: (code) => `주문하지 못했습니다. 다시 시도해 주세요. (${code})`,
    noCheckout: "지금은 주문할 수 없습니다.",
    thanks: "감사합니다!", thanksLead: "주문이 트롬쇠 물류 창고로 전달되었습니다.",
    badge: "이 페이지는 데모를 위해 스스로를 녹화합니다", back: "워크스페이스로", other: "English",
    legal: "가상의 상점입니다. 상품도 결제도 없습니다.",
  },
};

const asked = new URLSearchParams(location.search).get("lang");
export const lang = (asked || navigator.language || "en").startsWith("ko") ? "ko" : "en";
export const t = WORDS[lang];

export const price = (dollars) =>
  lang === "ko" ? `${(dollars * 1350).toLocaleString("ko-KR")}원` : `$${dollars.toLocaleString("en-US")}`;
