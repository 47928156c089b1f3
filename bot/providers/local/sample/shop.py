"""Who comes to the sample shop, what they press, on which pages, and how it fails.

Pages, names and errors are those of the shop itself (`standins/shop`), in which the sample's sessions were recorded:
for whatever the week says of the broken button there is a session that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION, SERVICE, ENV = "nordic-outfitters", "shop-web", "prod"
BEFORE, AFTER = "2.30.4", "2.31.0"
"""Versions of the shop; the second one has the broken button (see the shop's faults)."""
BREAKAGE = "TypeError: cart is undefined"

COUNTRIES = {"US": 0.27, "KR": 0.25, "DE": 0.12, "GB": 0.11, "JP": 0.08, "NO": 0.08, "FR": 0.06, "CA": 0.03}
BUSIEST_HOUR = {"US": 1, "KR": 12, "DE": 19, "GB": 20, "JP": 12, "NO": 19, "FR": 19, "CA": 1}
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
    """Something to press: how many sessions press it, on which pages, and how often that goes wrong in a normal week.

    `fault` is the error that a click on it then meets.
    """

    name: str
    korean: str
    selector: str
    pages: tuple[str, ...]
    share: float
    rage: float = 0.004
    dead: float = 0.01
    error: float = 0.003
    fault: str = "TypeError: Failed to fetch"


@dataclass(frozen=True, slots=True)
class BrokenPage:
    """How the broken Buy button fails on a page, and how many press it there."""

    share: float
    rage: float
    dead: float
    error: float


GRID, CART, CHECKOUT = "/shop", "/shop/cart", "/shop/checkout"
SHELL, FLEECE, BOOTS, TENT = (
    f"/shop/product/{name}" for name in ("fjord-shell", "birch-fleece", "trail-boots", "aurora-tent")
)
BROKEN = {
    GRID: BrokenPage(0.56, rage=0.66, dead=0.56, error=0.88),
    BOOTS: BrokenPage(0.30, rage=0.74, dead=0.0, error=0.97),
    FLEECE: BrokenPage(0.14, rage=0.0, dead=0.94, error=0.0),
    SHELL: BrokenPage(0.0, rage=0.76, dead=0.0, error=0.97),
}
"""Koreans come for the jacket (`KOREAN_BUYS`), the others for the rest."""
KOREAN_BUYS = SHELL
BUY = Button("Buy", "구매하기", "button.buy", tuple(BROKEN), 0.72, rage=0.025, dead=0.045, error=0.0, fault=BREAKAGE)
ATTEMPTS = 4
"""Times that somebody presses a Buy button that does not work, at most."""
BUTTONS = (
    Button("Search the shop", "상품 검색", "#search", (GRID,), 0.42),
    Button("Clothing", "의류", "button.kind", (GRID,), 0.38),
    Button("Camp", "캠핑", "button.kind", (GRID,), 0.24, dead=0.02),
    Button("Details", "상세 정보", "a.details", (GRID,), 0.33),
    Button("Add to cart", "장바구니 담기", "button.add", (GRID, SHELL, TENT), 0.46, rage=0.01, dead=0.02),
    Button("Cart", "장바구니", "a.cart", (GRID,), 0.40),
    Button("Apply coupon", "쿠폰 적용", "button.coupon", (CART,), 0.11, rage=0.05, dead=0.08, error=0.02),
    Button(
        *("Checkout", "주문하기", "button.checkout", (CART,), 0.30),
        rage=0.01,
        error=0.015,
        fault="TypeError: cart.items is not iterable",
    ),
    Button(
        *("Place order", "결제하기", "button.pay", (CHECKOUT,), 0.21),
        rage=0.012,
        dead=0.015,
        error=0.02,
        fault="POST /shop/api/orders 500",
    ),
)
BUTTONS_ALL = (BUY, *BUTTONS)
PAGES = tuple(dict.fromkeys(page for button in BUTTONS_ALL for page in button.pages))
