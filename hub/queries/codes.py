"""Place codes ("Birke 27"): a neutral word and a two-digit number, given once within an offer."""

import secrets
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.models.booking import Booking
from hub.models.given_code import GivenCode

LOWEST, HIGHEST = 10, 99  # two digits are said and heard without doubt
_ON_DATES = select(Booking.code).where(Booking.slot_id.in_(bindparam("ids", expanding=True)))
TRIES = 5  # by chance; only where nearly all are given is the list of what is left read


@cache
def place_words() -> tuple[str, ...]:
    """Return the words, chosen to be short, neutral and unlike each other on the telephone."""
    return tuple((files("hub.data") / "place_words.txt").read_text(encoding="utf-8").split())


def give_code(session: Session, *, offer_id: int, slot_ids: Collection[int]) -> str:
    """Give a code that nobody in this offer ever had, for these dates: a course has the same one every week.

    While words last, its word is new on these dates, too. Safe under concurrency on both databases: the row of the
    code itself says who was first.
    """
    words = {code.split()[0] for code in _list_on(session, slot_ids)}
    fresh = [word for word in place_words() if word not in words] or list(place_words())
    for _ in range(TRIES):
        code = f"{secrets.choice(fresh)} {LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)}"
        if _is_first(session, offer_id, code):
            return code
    return _give_what_is_left(session, offer_id, fresh)


def keep_code(session: Session, code: str | None, *, offer_id: int, slot_id: int) -> str:
    """Return the code of a place that moves to another date of its offer: the same one.

    Only where somebody has it there, from times when codes were given once within a date, it is a new one.
    """
    if code and code not in _list_on(session, [slot_id]):
        return code
    return give_code(session, offer_id=offer_id, slot_ids=[slot_id])


def _list_on(session: Session, slot_ids: Collection[int]) -> set[str]:
    return {code for code in session.scalars(_ON_DATES, {"ids": sorted(slot_ids)}) if code}


def _give_what_is_left(session: Session, offer_id: int, fresh: list[str]) -> str:
    """Give one of the codes that are left, of fresh words first; where all are given, numbers have a digit more."""
    given = set(session.scalars(select(GivenCode.code).where(GivenCode.offer_id == offer_id)))
    for digits in (2, 3):
        numbers = range(10 ** (digits - 1), 10**digits)
        for words in (fresh, place_words()):
            left = [code for word in words for number in numbers if (code := f"{word} {number}") not in given]
            while left:
                code = left.pop(secrets.randbelow(len(left)))
                if _is_first(session, offer_id, code):
                    return code
    raise RuntimeError("an offer has given more than a hundred thousand codes")


def _is_first(session: Session, offer_id: int, code: str) -> bool:
    """Note a code as given; False when it was given before, also by somebody who just does the same."""
    noted = {"offer_id": offer_id, "code": code}
    return session.connection().scalar(_NOTE[session.get_bind().dialect.name], noted) is not None


def _note(kind: Any) -> Any:
    codes = GivenCode.__table__
    return kind.insert(codes).on_conflict_do_nothing().returning(codes.c.code)


_NOTE = {"postgresql": _note(postgresql), "sqlite": _note(sqlite)}
