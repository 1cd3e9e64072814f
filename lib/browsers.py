"""A browser's name for its owner: enough to recognise one's own device, not enough to recognise a person."""

import re

_BROWSERS = (
    ("Zalo", r"Zalo"),
    ("Cốc Cốc", r"coc_coc_browser"),
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Opera", r"OPR/|Opera"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


def family(user_agent: str) -> str:
    """ "Chrome, Windows" out of a User-Agent header; an empty text where neither is known."""
    found = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(filter(None, found))


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, text)), "")
