"""Event UIDs that are computed, not stored, and that outsiders can neither guess nor link."""

import base64
import hashlib
import hmac
import re

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z")
_SHORTEST_KEY = 16
_LENGTH = 26


def make_uid(key: bytes, kind: str, public_id: str, domain: str) -> str:
    """A UID (RFC 7986, 5.3): 26 base32 characters of HMAC-SHA256 (130 bits) and `@domain`.

    The same key, kind and id always give the same UID; another key (another reader) gives an unrelated one. Kind and id
    are framed by the length of the kind, so no two pairs can run together. Raises ValueError for a key below 16 bytes,
    an empty kind or id, and a domain that is not a plain host name in small letters.
    """
    if len(key) < _SHORTEST_KEY:
        raise ValueError("the key must have at least 16 bytes")
    if not kind or not public_id:
        raise ValueError("kind and public_id must not be empty")
    if not _DOMAIN.match(domain):
        raise ValueError("domain must be a plain host name in small letters")
    framed = kind.encode()
    message = len(framed).to_bytes(4, "big") + framed + public_id.encode()
    digest = hmac.digest(key, message, hashlib.sha256)
    return f"{base64.b32encode(digest)[:_LENGTH].decode().lower()}@{domain}"
