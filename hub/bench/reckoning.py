"""After a storm: does the database hold what was answered, nothing sold twice, no mail lost; every breach as a line."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hub.actions.log_chain import verify_log
from hub.bench.hands import DONE, UNSURE, WRONG
from hub.db import Database
from hub.models.consent import ConsentState
from hub.models.enquiry import EnquiryState
from hub.models.notice import NoticeState
from hub.queries import reckonings
from hub.queries.invariants import INVARIANTS, list_broken

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Reckoning:
    """Counts for people, and what is broken; nothing of the latter is right."""

    counts: dict[str, int]
    breaches: list[str]


def reckon(
    database: Database, diaries: Iterable[Path], arrived: Counter[str], *, kills: int, at: datetime
) -> Reckoning:
    """Compare the diaries and the letterbox with the database. At most `kills` mails may have come twice."""
    lines = [json.loads(line) for diary in diaries for line in _whole_lines(diary)]
    with database.reading() as session:
        mails = reckonings.states_of_mails(session)
        breaches = [
            *_wrong_answers(lines),
            *_places(session, lines),
            *_enquiries(session, lines),
            *list_broken(session, at=at),
            *_chain(session, at),
            *_mails(mails, arrived, kills),
        ]
    told = Counter(f"{line['deed']}, {line['outcome']}" for line in lines)
    sums = {"invariants asked": len(INVARIANTS), "mails": len(mails), "mails that came": arrived.total()}
    return Reckoning(dict(sorted(told.items())) | sums | {"came twice": arrived.total() - len(arrived)}, breaches)


def _whole_lines(diary: Path) -> list[str]:
    return diary.read_text("utf-8").splitlines() if diary.exists() else []


def _wrong_answers(lines: Sequence[Line]) -> Iterator[str]:
    wrong = Counter((line["deed"], line.get("status")) for line in lines if line["outcome"] == WRONG)
    for (deed, status), number in wrong.items():
        details = next(line for line in lines if (line["deed"], line.get("status")) == (deed, status))
        yield f"{number} × a wrong answer: {deed}, {status}, the first: {details}"


def _of(lines: Sequence[Line], deed: str, outcome: str, name: str) -> set[str]:
    return {line[name] for line in lines if line["deed"] == deed and line["outcome"] == outcome and line.get(name)}


def _places(session: Session, lines: Sequence[Line]) -> Iterator[str]:
    """Compare the places that were answered with those that stand."""
    booked = _of(lines, "book", DONE, "booking")
    given_back = _of(lines, "give back", DONE, "booking")
    doubtful = _of(lines, "give back", UNSURE, "booking")
    unsure = {(line["person"], line["slot"]) for line in lines if line["deed"] == "book" and line["outcome"] == UNSURE}
    standing = {one.booking: one for one in reckonings.list_places(session)}
    for number in booked - given_back - doubtful - standing.keys():
        yield f"booking {number} was answered and is not there"
    for number in given_back & standing.keys():
        yield f"booking {number} was given back and still stands"
    for number in standing.keys() - booked:
        if (standing[number].person, standing[number].slot) not in unsure:
            yield f"booking {number} stands and nobody asked for it"
    for slot in reckonings.list_oversold(session):
        yield f"date {slot} has more people than places"


def _enquiries(session: Session, lines: Sequence[Line]) -> Iterator[str]:
    enquiries, consents = reckonings.states_of_enquiries(session), reckonings.states_of_consents(session)
    sent, tried = _of(lines, "send", DONE, "enquiry"), _of(lines, "send", UNSURE, "enquiry")
    for number, state in enquiries.items():
        if number in sent and state == EnquiryState.DRAFT:
            yield f"enquiry {number} was answered as sent and is a draft"
        if number not in sent | tried and state != EnquiryState.DRAFT:
            yield f"enquiry {number} was sent and nobody asked for it"
    for number in _of(lines, "withdraw", DONE, "consent"):
        if consents.get(number) != ConsentState.WITHDRAWN:
            yield f"consent {number} was answered as withdrawn and is {consents.get(number)}"


def _chain(session: Session, at: datetime) -> Iterator[str]:
    verdict = verify_log(session, at=at)
    if verdict.first_broken is not None:
        yield f"the log is broken at number {verdict.first_broken}"
    if verdict.unchained:
        yield f"{verdict.unchained} rows of the log are in no chain"


def _mails(states: Mapping[str, str], arrived: Counter[str], kills: int) -> Iterator[str]:
    """Nothing may be lost or wait; only what was being handed over when somebody died may have come twice."""
    for number, state in states.items():
        if state in (NoticeState.QUEUED, NoticeState.SENDING, NoticeState.DEAD):
            yield f"mail {number} has not left, it is {state}"
        if state == NoticeState.SENT and not arrived[number]:
            yield f"mail {number} counts as sent and never came"
    for number in arrived.keys() - states.keys():
        yield f"mail {number} came and nobody sent it"
    twice = arrived.total() - len(arrived)
    if twice > kills:
        yield f"{twice} mails came again after {kills} deaths"
