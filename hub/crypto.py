"""Keys, digests, tokens and password hashes; nothing of it lives in the database."""

import hashlib
import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hub.errors import ConfigurationError

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: people read these aloud
_installed: list["KeyRing"] = []
_hashers: list[PasswordHasher] = [PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)]


@dataclass(frozen=True)
class KeyRing:
    """Field keys (the first one encrypts, all decrypt) and one digest key that never rotates."""

    field_keys: tuple[str, ...]
    digest_key: bytes

    def __post_init__(self) -> None:
        if not self.field_keys or len(self.digest_key) < 32:
            raise ConfigurationError("The key ring needs at least one field key and a digest key of 32 bytes.")
        object.__setattr__(self, "_fernet", MultiFernet([Fernet(key) for key in self.field_keys]))

    @property
    def fernet(self) -> MultiFernet:
        """The cipher over all field keys."""
        return self.__dict__["_fernet"]  # type: ignore[no-any-return]

    def encrypt(self, text: str) -> str:
        """Return the text sealed under the newest field key."""
        return self.fernet.encrypt(text.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Return the sealed text; raises ConfigurationError when no key fits."""
        try:
            return self.fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError("A sealed field fits none of the configured keys.") from error

    def rotate(self, sealed: str) -> str:
        """Return the same content sealed under the newest field key; raises ConfigurationError when no key fits."""
        try:
            return self.fernet.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError("A sealed field fits none of the configured keys.") from error

    def subkey(self, purpose: str, name: str = "") -> bytes:
        """Derive a 32-byte key for one purpose and name from the digest key."""
        return hmac.new(self.digest_key, f"{purpose}\0{name}".encode(), hashlib.sha256).digest()

    def digest(self, purpose: str, value: str) -> str:
        """Return a keyed digest (hex) of a value for look-ups that must not be reversible."""
        return hmac.new(self.subkey(purpose), value.encode(), hashlib.sha256).hexdigest()

    def derived_token(self, purpose: str, name: str) -> str:
        """Return the 160-bit token that belongs to a stored thing without being stored itself."""
        return b32encode(self.subkey(purpose, name)[:20]).decode().lower()


def install(ring: KeyRing) -> None:
    """Make a key ring the process's own."""
    _installed[:] = [ring]


def ring() -> KeyRing:
    """Return the installed key ring; raises ConfigurationError before `install`."""
    if not _installed:
        raise ConfigurationError("No key ring is installed.")
    return _installed[0]


def new_field_key() -> str:
    """Return a fresh field key."""
    return Fernet.generate_key().decode()


def new_token(bits: int = 160) -> str:
    """Return a random token of at least `bits` bits in lower-case base32 letters."""
    return b32encode(secrets.token_bytes((bits + 7) // 8)).decode().rstrip("=").lower()


def new_public_id() -> str:
    """Return a random public id (79 bits, readable letters and digits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def token_digest(token: str) -> str:
    """Return the stored form of a random token (it has enough entropy for a plain hash)."""
    return hashlib.sha256(token.encode()).hexdigest()


def cheap_passwords() -> None:
    """Use the smallest argon2 cost; for tests and the demo's seeding only."""
    _hashers[:] = [PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)]


def hash_password(password: str) -> str:
    """Return an argon2id hash."""
    return _hashers[0].hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether the password fits; takes the same path when there is no stored hash."""
    try:
        _hashers[0].verify(stored or _dummy(), password)
        return stored is not None
    except (VerificationError, InvalidHashError):
        return False


_dummies: dict[int, str] = {}


def _dummy() -> str:
    """Return a hash nobody's password fits, of the cost in use."""
    hasher = _hashers[0]
    if id(hasher) not in _dummies:
        _dummies[id(hasher)] = hasher.hash(secrets.token_hex(16))
    return _dummies[id(hasher)]
