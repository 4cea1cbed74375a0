"""One client of a storm, a process of its own: books, gives back, asks, withdraws, reads, and keeps a diary of it."""

import http.client
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.bench.browser import NO_ANSWER, Answer, Browser, form_of
from hub.seeds.storm import Draft, Share

DONE, REFUSED, AWAY, UNSURE, WRONG = "done", "refused", "away", "unsure", "wrong"
OUTCOMES: dict[int, str] = {
    http.client.SEE_OTHER: DONE,
    http.client.OK: DONE,
    http.client.NOT_MODIFIED: DONE,
    http.client.CONFLICT: REFUSED,
    http.client.NOT_FOUND: REFUSED,
    http.client.SERVICE_UNAVAILABLE: AWAY,
}
SETTLED = (DONE, REFUSED)
GIVE_UP = 90  # seconds after which the same form is not sent once more


@dataclass(frozen=True)
class Order:
    """What a client gets to know, as it crosses into its process."""

    number: int
    seed: int
    port: int
    email: str
    password: str
    slots: list[str]
    share: Share
    diary: str


@dataclass
class Hand:
    """A client at work: what it was told is in its diary, line by line, at once."""

    order: Order
    dice: random.Random
    browser: Browser
    diary: Any
    booked: dict[str, tuple[str, str]] = field(default_factory=dict)  # booking → person and date
    doubtful: set[str] = field(default_factory=set)  # people of whose places nobody was told for sure
    drafts: list[Draft] = field(default_factory=list)
    sent: list[Draft] = field(default_factory=list)
    etags: dict[str, str] = field(default_factory=dict)

    def note(self, deed: str, outcome: str, **facts: Any) -> None:
        """Write one line down before anything else happens."""
        self.diary.write(json.dumps({"deed": deed, "outcome": outcome, **facts}) + "\n")
        self.diary.flush()

    def book(self) -> None:
        """Take a place, with the form sent again while no answer came: the same key, so it is one booking."""
        person, slot = self.dice.choice(self.order.share.people), self.dice.choice(self.order.slots)
        path = f"/slots/{slot}/bookings"
        form = self._form(f"{path}/new?person={person}", path)
        if form is None:
            return
        answer = self._send_until_answered(path, form)
        if answer is None:
            self.doubtful.add(person)
            self.note("book", UNSURE, person=person, slot=slot)
            return
        outcome = self._outcome(answer)
        number = answer.location.rpartition("/bookings/")[2] if outcome == DONE else ""
        if outcome == DONE:
            self.booked[number] = (person, slot)
        elif outcome != REFUSED:
            self.doubtful.add(person)
        self.note("book", outcome, person=person, slot=slot, booking=number, status=answer.status)

    def give_back(self) -> None:
        """Give back a place of one's own."""
        if not self.booked:
            return
        number = self.dice.choice(sorted(self.booked))
        person, _ = self.booked[number]
        path = f"/bookings/{number}/cancellation"
        form = self._form(path, path)
        if form is None:
            return
        answer = self._send_until_answered(path, form)
        outcome = self._outcome(answer) if answer else UNSURE
        if outcome == DONE:
            del self.booked[number]
        else:
            self.doubtful.add(person)
        self.note("give back", outcome, booking=number, status=answer.status if answer else 0)

    def send(self) -> None:
        """Send an enquiry to its partner; a draft stays one until that is answered, whatever was away meanwhile."""
        if not self.drafts:
            return
        draft = _next(self.drafts)
        answer = self._step(f"/enquiries/{draft.enquiry}", f"/enquiries/{draft.enquiry}/sending")
        outcome = self._outcome(answer) if answer else UNSURE
        if outcome in SETTLED:
            self.drafts.remove(draft)
        if outcome == DONE:
            self.sent.append(draft)
        self.note("send", outcome, enquiry=draft.enquiry, status=answer.status if answer else 0)

    def withdraw(self) -> None:
        """Take back the consent under which an enquiry was sent."""
        if not self.sent:
            return
        draft = _next(self.sent)
        path = f"/people/{draft.person}/consents/{draft.consent}/withdrawal"
        answer = self._step(path, path)
        outcome = self._outcome(answer) if answer else UNSURE
        if outcome in SETTLED:
            self.sent.remove(draft)
        self.note("withdraw", outcome, consent=draft.consent, status=answer.status if answer else 0)

    def read(self) -> None:
        """Fetch a calendar as a program does; it must show exactly the places that were answered before."""
        person = self.dice.choice(sorted(self.order.share.feeds))
        path, known = self.order.share.feeds[person], self.etags.get(person, "")
        answer = self.browser.ask("GET", path, headers={"If-None-Match": known} if known else None)
        outcome = self._outcome(answer)
        if answer.status == http.client.OK:
            self.etags[person] = answer.etag
            due = sum(owner == person for owner, _ in self.booked.values())
            shown = answer.body.count("BEGIN:VEVENT") - answer.body.count("STATUS:CANCELLED")
            if "END:VCALENDAR" not in answer.body or (person not in self.doubtful and shown != due):
                outcome = WRONG
                self.note("read", WRONG, shown=shown, due=due, status=answer.status)
                return
        self.note("read", outcome, status=answer.status)

    def look(self) -> None:
        """Open the page of the day."""
        answer = self.browser.ask("GET", "/today")
        if answer.location.startswith("/login"):
            self.enter()
        self.note("look", self._outcome(answer), status=answer.status)

    def _step(self, page: str, path: str) -> Answer | None:
        form = self._form(page, path)
        return self._send_until_answered(path, form) if form is not None else None

    def _form(self, page: str, path: str) -> dict[str, str] | None:
        """Read the page before a form; None where it cannot be had now."""
        answer = self.browser.ask("GET", page)
        if answer.location.startswith("/login"):
            self.enter()
            answer = self.browser.ask("GET", page)
        if answer.status not in OUTCOMES:
            self.note("page", WRONG, status=answer.status)
        fields = form_of(answer.body, path)
        return fields if answer.status == http.client.OK and "csrf_token" in fields else None

    def _send_until_answered(self, path: str, form: dict[str, str]) -> Answer | None:
        """Send the very same form until something is answered, as somebody does who presses the button again.

        Refused after a try that nobody answered may mean that that one was done: None, as for no answer at all.
        """
        give_up, doubt = time.monotonic() + GIVE_UP, False
        while time.monotonic() < give_up:
            try:
                answer = self.browser.ask("POST", path, form)
            except NO_ANSWER:
                self.note("press again", UNSURE)
                doubt = True
            else:
                if answer.status != http.client.SERVICE_UNAVAILABLE:
                    return None if doubt and self._outcome(answer) == REFUSED else answer
                self.note("come back later", AWAY)
            time.sleep(0.2)
        return None

    def _outcome(self, answer: Answer) -> str:
        if answer.location.startswith("/login"):
            return AWAY  # the login idled out: nothing was done
        return OUTCOMES.get(answer.status, WRONG)

    def enter(self) -> None:
        let_in = self.browser.sign_in(self.order.email, self.order.password)
        self.note("sign in", DONE if let_in else AWAY)


def _next(waiting: list[Draft]) -> Draft:
    """Return the first and put it last, so that one that cannot be had now holds up none of the others."""
    waiting.append(waiting.pop(0))
    return waiting[-1]


DEEDS: tuple[tuple[Callable[[Hand], None], int], ...] = (
    (Hand.book, 40),
    (Hand.give_back, 20),
    (Hand.read, 20),
    (Hand.look, 8),
    (Hand.send, 7),
    (Hand.withdraw, 5),
)


def work(order: Order, ended: Any, pause: Any) -> None:
    """Do one deed after the other until told to end, with so many seconds between two; here begins its own process."""
    verbs, weights = zip(*DEEDS, strict=True)
    dice = random.Random(order.seed)  # noqa: S311 (a plan that can be played again, no secret)
    with Path(order.diary).open("w", encoding="utf-8") as diary:
        hand = Hand(order, dice, Browser(order.port), diary, drafts=list(order.share.drafts))
        while not ended.is_set():
            deed = dice.choices(verbs, weights)[0]
            try:
                if not hand.browser.cookies:
                    hand.enter()
                deed(hand)
            except NO_ANSWER:
                hand.note("no answer", UNSURE)
                time.sleep(0.1)
            ended.wait(pause.value)
