"""A person without a pointer: Tab, Enter, Space, arrows and letters; at every stop it is seen where the focus is."""

from itertools import pairwise
from typing import Any

from playwright.sync_api import expect

from tests.journeys.people import WIDER, Person

MOST = 90  # stops on one page
RING = 3.0  # least contrast of the ring against what it lies on (WCAG 1.4.11, 2.4.13)
SMALLEST, OURS = 24, 44  # CSS pixels: WCAG 2.5.8, and what we ask of everything that is no link in a sentence
LINE = 2  # CSS pixels by which rows of links lie on each other's line
HALF = 640  # CSS pixels: a desk of 1280 at 200 %
BIG = ".kern-btn, .action, .link-button, .phone-link, summary, select, textarea, input, .size-switch a, .foot-links a"
# All that Tab shall reach, in the order of the page; of a group of radio buttons the chosen one, else the first.
REACHABLE = """() => {
  const all = [...document.querySelectorAll("*")];
  return all.filter((one) => one.matches(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']",
  ) && !one.disabled && one.checkVisibility({ visibilityProperty: true }) && !(
    one.type === "radio" && one !== (document.querySelector(`[name="${one.name}"]:checked`)
      ?? document.querySelector(`[name="${one.name}"]`))
  )).map((one) => all.indexOf(one));
}"""
# What has the focus: its place in the page and on the screen, its ring, and whether anything lies on top of it.
STOP = """(big) => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const all = [...document.querySelectorAll("*")], box = it.getBoundingClientRect();
  const labels = [...(it.labels ?? [])], chip = it.closest(".chip"), ringed = chip ?? it;
  const ring = (one) => getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
      .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  let ground = ringed.parentElement;
  const filled = (one) => !/^(transparent|rgba\\(.*, 0\\))$/.test(getComputedStyle(one).backgroundColor);
  while (ground.parentElement && !filled(ground)) ground = ground.parentElement;
  const shades = [light(getComputedStyle(ringed).outlineColor), light(getComputedStyle(ground).backgroundColor)];
  const seen = (rect) => {
    const x = (Math.max(rect.left, 0) + Math.min(rect.right, innerWidth)) / 2;
    const y = (Math.max(rect.top, 0) + Math.min(rect.bottom, innerHeight)) / 2;
    const top = document.elementFromPoint(x, y);
    return top && (it.contains(top) || labels.some((one) => one.contains(top)));
  };
  const row = it.closest(".kern-form-check, .chip");
  return {
    at: all.indexOf(it), said: it.ariaLabel ?? labels[0]?.innerText ?? it.innerText, id: it.id,
    html: it.outerHTML.slice(0, 160), rtl: getComputedStyle(document.documentElement).direction === "rtl",
    ring: ring(ringed), rings: all.filter((one) => ring(one) && getComputedStyle(one).opacity > 0).length,
    contrast: Math.max(...shades) / Math.min(...shades),
    seen: [...it.getClientRects()].filter((one) => one.width && one.height).every(seen),
    left: box.left + scrollX, right: box.right + scrollX, top: box.top + scrollY, bottom: box.bottom + scrollY,
    high: Math.max(box.height, row?.getBoundingClientRect().height ?? 0),
    wide: Math.max(box.width, row?.getBoundingClientRect().width ?? 0),
    sentence: getComputedStyle(it).display === "inline" && it.parentElement.innerText.trim() !== it.innerText.trim(),
    big: it.matches(big), skip: it.matches(".skip"), target: it.matches("[tabindex='-1']"),
  };
}"""
# The distances people may set for themselves (WCAG 1.4.12); then nothing may be cut off.
SPACED = """() => {
  const own = new CSSStyleSheet();
  own.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; "
    + "word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }");
  document.adoptedStyleSheets = [own];
  const cut = [...document.body.querySelectorAll("*")].filter((one) =>
    one instanceof HTMLElement && one.checkVisibility() && !one.closest(".kern-sr-only")
    && /hidden|clip/.test(getComputedStyle(one).overflow)
    && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1));
  return cut.map((one) => one.outerHTML.slice(0, 120));
}"""


class Keyboard:
    """Somebody who uses no pointer. Every kind of page met for the first time is walked through from end to end."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page
        self.walked: set[str] = set()

    def tab_to(self, name: str, *, back: bool = False) -> None:
        """Press Tab (or Shift+Tab) until what has this name has the focus."""
        for _ in range(MOST):
            stop = self._press("Shift+Tab" if back else "Tab")
            if stop and name in {" ".join(line.split()) for line in [stop["said"], *stop["said"].splitlines()]}:
                return
        raise AssertionError(f"Tab never reaches “{name}” on {self.page.url}")

    def type(self, text: str) -> None:
        """Type where the focus is, in place of what stands there."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def tick(self) -> None:
        """Press Space on a box."""
        self.page.keyboard.press("Space")
        expect(self.page.locator(":focus")).to_be_checked()

    def arrow(self) -> None:
        """Go to the next of several choices."""
        self.page.keyboard.press("ArrowDown")
        self._see()

    def pick(self, option: str) -> None:
        """Type the first letters of an option of the list that has the focus."""
        self.page.keyboard.type(option[:6])
        assert self.page.locator(":focus").evaluate("one => one.selectedOptions[0].text") == option

    def toggle(self, key: str, *, opened: bool) -> None:
        """Open or close the folded part whose name has the focus."""
        self.page.keyboard.press(key)
        assert self.page.locator("details:has(> summary:focus)").get_attribute("open") == ("" if opened else None)

    def type_and_send(self, text: str) -> None:
        """Type where the focus is and press Enter."""
        self.type(text)
        self.send()

    def send(self, key: str = "Enter") -> None:
        """Press Enter and wait for the next page; walk through it where its kind is new and nothing needs mending."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.person.look()
        kind = f"{self.person.checks.pattern(self.page)} {self.page.title()}"
        if kind not in self.walked and not self.page.locator(".error-summary").count():
            self.walked.add(kind)
            self.walk()

    def follow(self, name: str) -> None:
        """Go to a link or a button and press Enter."""
        self.tab_to(name)
        self.send()

    def jump(self) -> str:
        """Follow a link that stays on the page; return the id of what has the focus then."""
        self.page.keyboard.press("Enter")
        return str(self._see(moved=True)["id"])

    def skip(self) -> None:
        """Use the skip link: what follows is the first stop inside the page's content, not of its head."""
        self.tab_to("Zum Inhalt")
        assert self.jump() == "content"
        self._press("Tab")
        assert self.page.locator("main :focus").count() == 1

    def mend(self, *fields: str) -> None:
        """After a fault: the box has the focus, each of its links leads into a field that is tied to its message."""
        for number, field in enumerate(fields):
            if number == 0:
                expect(self.page.locator(".error-summary:focus")).to_have_count(1)
                self._press("Tab")
            else:
                self.tab_to(self.page.locator(".error-summary a").nth(number).inner_text())
            assert self.jump() == field
            expect(self.page.locator(":focus")).to_have_attribute("aria-invalid", "true")
            message = self.page.locator(f"#{field}-error")
            expect(message).to_be_visible()
            assert f"{field}-error" in str(self.page.locator(":focus").get_attribute("aria-describedby")).split()

    def walk(self) -> None:
        """Tab reaches everything once, in the order it is read, and leaves again; then look at it with more room."""
        begin = self.page.evaluate(STOP, BIG)
        expected = [at for at in self.page.evaluate(REACHABLE) if begin is None or at > begin["at"]]
        met: list[dict[str, Any]] = []
        for _ in range(MOST):
            stop = self._press("Tab")
            if stop is None or (met and stop["at"] <= met[-1]["at"]):
                break
            met.append(stop)
        assert [stop["at"] for stop in met] == expected, f"{self.page.url}: Tab does not reach everything in its order"
        for before, after in pairwise(met):
            assert before["skip"] or reads_on(before, after), f"{before['html']} before {after['html']}"
        self._spread()

    def _spread(self) -> None:
        """Set letters further apart, and zoom to 200 %: nothing is cut off, nothing scrolls sideways."""
        size = self.page.viewport_size
        assert size is not None
        cut = self.page.evaluate(SPACED)
        assert not cut, f"cut off on {self.page.url}: {cut}"
        assert not self.page.evaluate(WIDER), f"{self.page.url} scrolls sideways with spaced text"
        self.page.evaluate("() => { document.adoptedStyleSheets = []; }")
        self.page.set_viewport_size({"width": HALF, "height": size["height"] // 2})
        assert not self.page.evaluate(WIDER), f"{self.page.url} scrolls sideways at 200 %"
        self.page.set_viewport_size(size)

    def _press(self, key: str) -> dict[str, Any] | None:
        self.page.keyboard.press(key)
        return self._see() if self.page.evaluate(STOP, BIG) else None

    def _see(self, *, moved: bool = False) -> dict[str, Any]:
        """Assert that the focus shows, alone and plainly, that nothing lies on it, and that a finger would hit it."""
        stop: dict[str, Any] = self.page.evaluate(STOP, BIG)
        where = f"{stop['html']} on {self.page.url}"
        if moved and stop["target"]:
            return stop  # the content itself, which the eye is led to by the page that scrolls
        assert stop["ring"], f"nobody sees the focus: {where}"
        assert stop["rings"] == 1, f"{stop['rings']} rings at once: {where}"
        assert stop["contrast"] >= RING, f"the ring is faint ({stop['contrast']:.1f}): {where}"
        assert stop["seen"], f"something lies on it: {where}"
        if not stop["skip"] and not stop["sentence"]:
            least = OURS if stop["big"] else SMALLEST
            assert stop["high"] >= least - 0.5, f"{stop['high']} px high, {least} must be: {where}"
            assert stop["wide"] >= SMALLEST, f"{stop['wide']} px wide: {where}"
        return stop


def reads_on(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether the eye goes on: down a column, along a line, or to the next column."""
    if before["left"] < after["right"] and after["left"] < before["right"]:
        return bool(after["bottom"] > before["top"])
    if before["top"] < after["bottom"] and after["top"] < before["bottom"] - LINE:
        return bool((after["left"] < before["left"]) if before["rtl"] else (after["left"] > before["left"]))
    ahead = (after["right"] <= before["left"]) if before["rtl"] else (after["left"] >= before["right"])
    return bool(after["top"] >= before["bottom"] - LINE or ahead)
