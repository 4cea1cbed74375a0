"""Whose browser asks: its network address (through trusted proxies only) and the family of its program."""

from ipaddress import IPv6Address, ip_address

from flask import request

from hub.web.context import config

FAMILIES = (
    ("Firefox", "Firefox"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"))


def address() -> str:
    """Return the network a request comes from, as limits count it: an IPv4 address or an IPv6 /64."""
    chain = [request.remote_addr or ""]
    if chain[0] in config().trusted_proxies:
        chain += [hop.strip() for hop in reversed(request.headers.get("X-Forwarded-For", "").split(","))]
    outside = next((hop for hop in chain if hop and hop not in config().trusted_proxies), chain[0])
    try:
        found = ip_address(outside)
    except ValueError:
        return chain[0]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)


def family() -> str:
    """Return the family of the browser and its device, without versions: "Firefox, Windows"."""
    words = request.user_agent.string
    names = [next((name for mark, name in table if mark in words), "") for table in (FAMILIES, DEVICES)]
    return ", ".join(filter(None, names))
