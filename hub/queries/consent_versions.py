"""Which wordings of a consent say something else than today's: old uses go on, a new one wants a new yes (T11)."""

from hub.errors import ConsentMissing
from hub.i18n import N_
from hub.models.consent import Consent

# Version → the one after it that says something materially different. A better sentence is no entry here.
MATERIAL_CHANGES: dict[str, str] = {}


def is_outdated(version: str) -> bool:
    """Tell whether the words have changed in substance since this version."""
    return version in MATERIAL_CHANGES


def require_present_words(consent: Consent) -> None:
    """Raise ConsentMissing (409) where something new would begin under words that no longer say what happens."""
    if is_outdated(consent.notice_version):
        raise ConsentMissing(N_("Der Text der Einwilligung hat sich geändert. Bitte fragen Sie neu."))
