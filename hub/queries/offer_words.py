"""The words searches find offers by: kept with every change of an offer, its organisation or its place, and asked for.

A word is found by itself, by its beginning and by any three letters or more of it ("gymnastik" in
"Wassergymnastik"); with a slip of the finger by the share of threes that two words have in common.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, tuple_
from sqlalchemy.orm import Session

from hub.folding import trigrams, words_of
from hub.geography import find_municipality
from hub.models.location import Location
from hub.models.offer import Offer
from hub.models.offer_trigram import OfferTrigram
from hub.models.organisation import Organisation

SHORTEST_PART = 3  # letters; less finds only words that begin so
BATCH = 200  # keys in one statement


def keep_words(session: Session, *which: ColumnElement[bool]) -> int:
    """Write down the words of the offers that `which` describes, as they, their organisations and places are now.

    Their rows are locked first, in order of id, so that two changes at once leave the words of the later one. Returns
    how many rows were added.
    """
    session.flush()
    query = select(Offer.id).where(*which).order_by(Offer.id)
    ids = session.scalars(query.with_for_update(key_share=True)).all()
    return sum(_keep(session, ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def keep_words_of_offer(session: Session, offer: Offer) -> None:
    """Write down the words of one offer."""
    keep_words(session, Offer.id == offer.id)


def keep_words_of_organisation(session: Session, organisation: Organisation) -> None:
    """Write down the words of all offers of an organisation, after it was renamed."""
    keep_words(session, Offer.organisation_id == organisation.id)


def keep_words_at(session: Session, location: Location) -> None:
    """Write down the words of all offers at a place, after it was renamed or moved."""
    keep_words(session, Offer.location_id == location.id)


def list_without_words(session: Session, *, limit: int = BATCH) -> Sequence[int]:
    """Return the keys of offers whose words were never written down, as after an update of this program."""
    written = select(OfferTrigram.offer_id).where(OfferTrigram.offer_id == Offer.id).exists()
    return session.scalars(select(Offer.id).where(~written).order_by(Offer.id).limit(limit)).all()


def _keep(session: Session, ids: Sequence[int]) -> int:
    query = (
        select(
            Offer.id,
            Offer.title,
            Offer.summary,
            Organisation.name.label("by"),
            Location.name.label("at"),
            Location.municipality_code,
        )
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .outerjoin(Location, Location.id == Offer.location_id)
        .where(Offer.id.in_(ids))
    )
    now = set()
    for row in session.execute(query):
        text = " ".join((row.title, row.summary, row.by, row.at or "", _town(row.municipality_code)))
        now |= {(row.id, word) for word in words_of(text)}
    kept = select(OfferTrigram.offer_id, OfferTrigram.word).distinct().where(OfferTrigram.offer_id.in_(ids))
    before = {(row.offer_id, row.word) for row in session.execute(kept)}
    gone = sorted(before - now)
    for start in range(0, len(gone), BATCH):
        pair = tuple_(OfferTrigram.offer_id, OfferTrigram.word)
        session.execute(delete(OfferTrigram).where(pair.in_(gone[start : start + BATCH])))
    rows = [
        {"offer_id": offer_id, "word": word, "trigram": three}
        for offer_id, word in sorted(now - before)
        for three in trigrams(word)
    ]
    if rows:
        session.execute(insert(OfferTrigram), rows)
    return len(rows)


def _town(code: str | None) -> str:
    town = find_municipality(code) if code else None
    return f"{town.name} {town.sorbian_name}" if town else ""


def has_word(word: str, *, similar: bool) -> ColumnElement[bool]:
    """Whether an offer has this folded word in it, or also, with `similar`, one that is spelt much like it."""
    found = Offer.id.in_(_with_part(word))
    return or_(found, Offer.id.in_(_with_alike(word))) if similar else found


def _with_part(word: str) -> Select[int]:
    """Offers with a word that holds this one; of one letter or two: that is it, or begins with it."""
    if len(word) < SHORTEST_PART:
        return select(OfferTrigram.offer_id).where(OfferTrigram.trigram == trigrams(word)[0])
    inside = word[:SHORTEST_PART]  # an index leads to it, and few words are left to compare
    return select(OfferTrigram.offer_id).where(OfferTrigram.trigram == inside, OfferTrigram.word.contains(word))


def _with_alike(word: str) -> Select[int]:
    """Offers with a word that shares enough threes with this one: twice the common ones are two fifths of all of both.

    A word of n letters has n threes, repeated ones aside; one wrong letter takes three of them away.
    """
    threes = trigrams(word)
    return (
        select(OfferTrigram.offer_id)
        .where(OfferTrigram.trigram.in_(threes))
        .group_by(OfferTrigram.offer_id, OfferTrigram.word)
        .having(5 * func.count() >= len(threes) + func.length(OfferTrigram.word))
    )
