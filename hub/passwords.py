"""What makes a password good enough: length, and how soon it would be guessed; no kinds of signs (R-ACC-17)."""

from collections.abc import Iterable

from zxcvbn import zxcvbn

from hub.i18n import N_, Message

SHORTEST = 12
LONGEST = 128
ENOUGH = 8.0  # decimal digits of the number of guesses; below stand the common lists, rows of keys and repetitions
ESTIMATED = 72  # signs that are looked at; more cannot make a password worse
# What the common lists, which are English, do not know.
LOCAL_WORDS = (
    *("passwort", "kennwort", "geheim", "willkommen", "hallo", "sommer", "winter", "herbst", "montag", "sachsen"),
    *("partnerhub", "jobcenter", "arbeit", "termin", "kalender", "netzwerk", "anmelden", "schatz", "fussball"),
)


def weakness(password: str, own_words: Iterable[str] = ()) -> Message | None:
    """Return why a password will not do, else None; `own_words` (name, address) make it no stronger."""
    if len(password) < SHORTEST:
        return N_("Bitte nehmen Sie mindestens {n} Zeichen.", n=SHORTEST)
    if len(password) > LONGEST:
        return N_("Bitte nehmen Sie höchstens {n} Zeichen.", n=LONGEST)
    own = [word.casefold() for word in own_words]
    parts = [part for word in own for part in word.replace("@", " ").replace(".", " ").split()]
    if zxcvbn(password[:ESTIMATED], user_inputs=[*LOCAL_WORDS, *own, *parts])["guesses_log10"] < ENOUGH:
        return N_("Dieses Passwort errät man zu leicht. Drei oder vier Wörter, die nicht zusammengehören, sind gut.")
    return None
