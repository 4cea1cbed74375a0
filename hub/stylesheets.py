"""Builds the one stylesheet of the pages: KERN cut down to the parts in use, then our own files in order."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "styles"
STATIC = HERE / "static"

KEPT_PARTS = frozenset({"btn", "btn-wrapper", "description-list", "description-list-item", "error", "fieldset"}) | {
    "form-check", "form-input", "hint", "label", "link", "sr-only", "table", "table-responsive",
}  # fmt: skip
KEPT_ROOTS = frozenset({":root", "body"})
NOTICE = "/*! Made by `python -m hub.stylesheets` from hub/styles. KERN UX native: Kern-UX, EUPL-1.2, cut down. */\n"

# KERN names the sides of a left-to-right page; logical names make a right-to-left page come for free.
LOGICAL = (
    (r"\b(margin|padding|border)-left\b", r"\1-inline-start"),
    (r"\b(margin|padding|border)-right\b", r"\1-inline-end"),
    (r"\b(text-align|float|clear):left\b", None),
    (r"\b(text-align|float|clear):right\b", None),
)


@dataclass(frozen=True)
class Rule:
    """One rule of a stylesheet: what stands before the brace, and either declarations or inner rules."""

    prelude: str
    body: str
    inner: tuple["Rule", ...] = ()

    def __str__(self) -> str:
        return f"{self.prelude}{{{''.join(map(str, self.inner)) or self.body}}}"


def squeeze(css: str) -> str:
    """Return the stylesheet without comments and without the white space nobody needs."""
    css = re.sub(r"/\*(?!!).*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return re.sub(r": +", ":", css).replace(";}", "}").strip()


def parse(css: str) -> Iterator[Rule]:
    """Yield the rules of a squeezed stylesheet; statements without a body, such as @charset, are left out."""
    at = 0
    while (opening := css.find("{", at)) >= 0:
        closing = _closing(css, opening)
        prelude, body = css[at:opening].rpartition(";")[2], css[opening + 1 : closing]
        inner = tuple(parse(body)) if prelude.startswith(("@media", "@supports")) else ()
        yield Rule(prelude, body, inner)
        at = closing + 1


def _closing(css: str, opening: int) -> int:
    depth = 0
    for found in re.finditer(r"[{}]", css[opening:]):
        depth += 1 if found.group() == "{" else -1
        if depth == 0:
            return opening + found.start()
    raise ValueError("A brace is not closed.")


def _is_kept(selector: str) -> bool:
    parts = re.findall(r"\.kern-([a-z]+(?:-[a-z]+)*)", selector)
    if not parts:
        return selector in KEPT_ROOTS
    return all(part in KEPT_PARTS for part in parts)


def _selectors(prelude: str) -> list[str]:
    return [part.strip() for part in re.split(r",(?![^()]*\))", prelude)]


def reduce_rule(rule: Rule) -> Rule | None:
    """Return the rule with only the selectors in use, or None when nothing of it is left."""
    if rule.prelude.startswith("@"):
        inner = tuple(kept for part in rule.inner if (kept := reduce_rule(part)))
        return Rule(rule.prelude, "", inner) if inner and "min-width" not in rule.prelude else None
    if rule.prelude.startswith(":is(body"):
        return Rule("body", rule.body)
    selectors = [selector for selector in _selectors(rule.prelude) if _is_kept(selector)]
    return Rule(",".join(selectors), rule.body) if selectors else None


def _used_properties(css: str) -> set[str]:
    """Return the custom properties that the declarations need, followed through other custom properties."""
    definitions: dict[str, set[str]] = {}
    for name, value in re.findall(r"(?<![\w(-])(--[\w-]+):([^;}]*)", css):
        definitions.setdefault(name, set()).update(re.findall(r"var\((--[\w-]+)", value))
    waiting = set(re.findall(r"var\((--[\w-]+)", re.sub(r"(?<![\w(-])--[\w-]+:[^;}]*", "", css)))
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        used.add(name)
        waiting |= definitions.get(name, set()) - used
    return used


def reduce_kern(css: str) -> str:
    """Return KERN with the parts in use only, with logical sides and without unused custom properties."""
    text = "".join(str(kept) for rule in parse(squeeze(css)) if (kept := reduce_rule(rule)))
    used = _used_properties(text)
    text = re.sub(r"(?<![\w(-])(--[\w-]+):[^;}]*;?", lambda found: found[0] if found[1] in used else "", text)
    for pattern, replacement in LOGICAL:
        text = re.sub(pattern, replacement or _logical_value, text)
    return re.sub(r"(?<=[}{])[^{}]+\{\}|^[^{}]+\{\}", "", text.replace(";}", "}"))


def _logical_value(found: re.Match[str]) -> str:
    name, side = found.group().split(":")
    end = "start" if side == "left" else "end"
    return f"{name}:{end}" if name == "text-align" else f"{name}:inline-{end}"


def _own(pattern: str) -> str:
    return "".join(squeeze(path.read_text("utf-8")) + "\n" for path in sorted(SOURCES.glob(pattern)))


def build() -> dict[str, str]:
    """Return every made stylesheet by its name under static/css."""
    fonts = _own("fonts.css")
    return {
        "hub.css": NOTICE + fonts + _own("kern.css") + _own("screen-*.css"),
        # A page may not move when letters come late; paper waits for those it was measured with.
        "print.css": NOTICE + fonts.replace("font-display:optional", "font-display:block") + _own("print-*.css"),
    }


def main() -> None:
    """Write the stylesheets and say how heavy they are."""
    for name, css in build().items():
        (STATIC / "css" / name).write_text(css, "utf-8", newline="\n")
        sys.stdout.write(f"hub/static/css/{name}: {len(css.encode()) / 1024:.1f} KB\n")


if __name__ == "__main__":
    main()
