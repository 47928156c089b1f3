"""Who comes to the sample shop, and what they press."""

from __future__ import annotations

from dataclasses import dataclass

BEFORE, AFTER = "2.30.4", "2.31.0"
"""Versions of the shop; the second one has the broken button (see the shop's faults)."""
BREAKAGE = "TypeError: cart is undefined"
USUAL_ERRORS = (
    "Error: POST /api/orders failed with 502",
    "TypeError: Failed to fetch",
    "TypeError: Cannot read properties of null (reading 'price')",
)

COUNTRIES = {"US": 0.30, "KR": 0.25, "DE": 0.12, "GB": 0.11, "JP": 0.08, "NO": 0.08, "FR": 0.06}
BUSIEST_HOUR = {"US": 1, "KR": 12, "DE": 19, "GB": 20, "JP": 12, "NO": 19, "FR": 19}
"""The hour of most visits in UTC: the evening at home."""
CLIENTS = {
    ("Chrome", "Windows", "Desktop"): 0.30,
    ("Chrome", "Android", "Mobile"): 0.24,
    ("Safari", "iOS", "Mobile"): 0.21,
    ("Safari", "macOS", "Desktop"): 0.08,
    ("Edge", "Windows", "Desktop"): 0.07,
    ("Firefox", "Windows", "Desktop"): 0.04,
    ("Samsung Internet", "Android", "Mobile"): 0.04,
    ("Chrome", "iOS", "Tablet"): 0.02,
}
WEEKDAYS = (1.04, 1.08, 1.06, 1.03, 1.02, 0.84, 0.80)
"""Visits from Monday to Sunday against the mean."""
SESSIONS_A_DAY = 1500
CROWD = 2400
"""Sessions between the deploy and the moment the sample was loaded."""
SHOPPERS = 30_000


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: how many sessions press it, and how often that goes wrong in a normal week."""

    name: str
    korean: str
    selector: str
    path: str
    share: float
    rage: float = 0.004
    dead: float = 0.01
    error: float = 0.003


BUY = Button("Buy", "구매하기", "button.buy", "/product/fjord-shell", 0.72, rage=0.025, dead=0.045, error=0.03)
ATTEMPTS = 4
"""Times that somebody presses a Buy button that does not work, at most."""
BUTTONS = (
    Button("Search the shop", "상품 검색", "#search", "/", 0.42),
    Button("Clothing", "의류", "button.kind", "/", 0.38),
    Button("Camp", "캠핑", "button.kind", "/", 0.24, dead=0.02),
    Button("Details", "상세 정보", "a.details", "/", 0.33),
    Button("Add to cart", "장바구니 담기", "button.add", "/product/fjord-shell", 0.46, rage=0.01, dead=0.02),
    Button("Cart", "장바구니", "a.cart", "/", 0.40),
    Button("Apply coupon", "쿠폰 적용", "button.coupon", "/cart", 0.11, rage=0.05, dead=0.08, error=0.02),
    Button("Checkout", "주문하기", "button.checkout", "/cart", 0.30, rage=0.01, error=0.015),
    Button("Place order", "결제하기", "button.pay", "/checkout", 0.21, rage=0.012, dead=0.015, error=0.02),
)
