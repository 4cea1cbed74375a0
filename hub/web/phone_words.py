"""What is said and asked on the telephone, line by line: the same sentences on the screen and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for

from hub.i18n import N_, Message
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice
from hub.models.offer import Freshness, Offer, OfferState
from hub.models.prior_question import PriorQuestion
from hub.models.slot import Slot, SlotState
from hub.policy.fields import Field, Reader
from hub.queries.attendance import ABOUT_ATTENDANCE
from hub.queries.disclosures import Content, lines, phase_now, told_fields
from hub.queries.phone_list import Call, Phoned
from hub.web.filters import NBSP, day_clock, short_clock, short_day
from hub.web.prior_question_words import sentences
from hub.web.week import places_words

# What belongs on a sheet of paper that lies on a desk; the rest of the allowed fields stands on the enquiry's page.
SPOKEN = frozenset({Field.AIM, Field.DATE, Field.ROUGH, Field.QUESTION})
ASKED_ABOUT: dict[Freshness, tuple[str, Message, Message]] = {
    Freshness.ASKED: ("asked", N_("gefragt"), N_("Findet „{title}“ noch so statt?")),
    Freshness.FADING: (
        "due",
        N_("steht weit hinten"),
        N_("Findet „{title}“ noch so statt? Solange niemand es sagt, steht es in der Suche ganz hinten."),
    ),
    Freshness.HIDDEN: (
        "off",
        N_("nicht zu finden"),
        N_("Findet „{title}“ noch so statt? Solange niemand es sagt, findet es niemand."),
    ),
}


@dataclass(frozen=True)
class Line:
    """One thing to say or ask: the sentence, how urgent it is, a little more, and where the answer is written down."""

    sentence: Message
    state: str = ""
    word: Message | None = None
    more: str = ""
    link: tuple[Message, str] | None = None
    post: tuple[Message, str] | None = None
    asks: bool = True  # paper leaves room for an answer


@dataclass(frozen=True)
class Sheet:
    """Everything about one organisation as the list shows it."""

    phoned: Phoned
    lines: list[Line] = field(default_factory=list)
    dates: list[tuple[str, str | None]] = field(default_factory=list)  # words, and where the date can be changed
    remarks: list[Message] = field(default_factory=list)


def sheet_of(phoned: Phoned, at: datetime) -> Sheet:
    """Return the sentences about one organisation, in the order in which one would say them."""
    return Sheet(phoned, list(_lines(phoned, at)), [_date(phoned, slot, at) for slot in phoned.dates], _remarks(phoned))


def _lines(phoned: Phoned, at: datetime) -> Iterator[Line]:
    for call in phoned.calls:
        yield _attendance(phoned, call) if call.notice.template == ABOUT_ATTENDANCE else _call(call, phoned)
    for enquiry in phoned.enquiries:
        yield _enquiry(enquiry, phoned.reader, at)
    for question in phoned.prior_questions:
        yield _prior_question(question)
    for slot in phoned.unsettled:
        yield _unsettled(phoned, slot)
    for offer in phoned.offers:
        yield _offer(phoned, offer)


def _call(call: Call, phoned: Phoned) -> Line:
    name = phoned.organisation.name
    settlement = url_for("phone_list.create_settlement", public_id=call.notice.public_id)
    wished = call.notice.template == "call_back"
    state, word, sentence = "asked", N_("bitte sagen"), N_("Es gibt eine Nachricht. Bitte im Netzwerk nachfragen.")
    if wished:
        state, word, sentence = "due", N_("Rückruf"), N_("{name} bittet um einen Rückruf.", name=name)
        if call.offer is not None:
            sentence = N_("{name} bittet um einen Rückruf zu „{title}“.", name=name, title=call.offer.title)
    elif call.notice.template == "partner_check" and call.reference:
        sentence = N_(
            "Die Anfrage {reference} ist zurückgezogen. Wer etwas dazu notiert hat, löscht es bitte.",
            reference=call.reference,
        )
    elif call.notice.template == "late_call" and call.slot is not None and call.offer is not None:
        state, word = "due", N_("heute noch")
        facts = {"title": call.offer.title, "day": day_clock(call.slot.starts_at)}
        sentence = N_("Kurzfristig abgesagt: „{title}“ am {day}. Ein Platz ist wieder frei.", **facts)
    elif call.notice.template == "partner_wanted":
        sentence = N_("In der Nähe fehlt etwas. Kann {name} es anbieten? Was es ist, weiß das Netzwerk.", name=name)
    elif call.slot is not None and call.offer is not None:
        sentence = _about_date(call.notice, call.slot, call.offer)
    elif call.offer is not None:
        sentence = _about_offer(call.offer)
    done = N_("Ist erledigt") if wished else N_("Ist gesagt")
    return Line(sentence, state, word, post=(done, settlement), asks=wished)


def _attendance(phoned: Phoned, call: Call) -> Line:
    """An umbrella reads the place codes out; a network's desk sees none, and can only ask the partner to do it."""
    if call.slot is None or call.offer is None:
        return _call(call, phoned)
    facts = {"title": call.offer.title, "day": day_clock(call.slot.starts_at)}
    if phoned.reader is Reader.UMBRELLA:
        page = url_for("attendance.edit_attendance", public_id=call.slot.public_id)
        sentence = N_("„{title}“ am {day}: Wer war da?", **facts)
        return Line(sentence, "asked", N_("bitte fragen"), link=(N_("Eintragen"), page))
    settlement = url_for("phone_list.create_settlement", public_id=call.notice.public_id)
    sentence = N_("„{title}“ am {day}: Bitte selbst eintragen, wer da war.", **facts)
    return Line(sentence, "asked", N_("bitte sagen"), post=(N_("Ist gesagt"), settlement), asks=False)


def _about_date(notice: Notice, slot: Slot, offer: Offer) -> Message:
    """What became of a date, as it stands now; how many come where somebody took a place or gave one back."""
    facts = {"title": offer.title, "day": day_clock(slot.starts_at)}
    if slot.state is SlotState.CALLED_OFF:
        return N_("„{title}“ am {day} fällt aus.", **facts)
    if notice.booking_id is None and slot.state is SlotState.PLANNED:
        return N_("„{title}“ findet am {day} statt: {places}.", places=_taken(slot), **facts)
    return N_("Bei „{title}“ am {day} hat sich etwas geändert: {places}.", places=_taken(slot), **facts)


def _about_offer(offer: Offer) -> Message:
    if offer.state is OfferState.PAUSED:
        return N_("„{title}“ macht gerade Pause.", title=offer.title)
    if offer.state is OfferState.ENDED:
        return N_("„{title}“ ist beendet.", title=offer.title)
    return N_("Zu „{title}“ gibt es eine Nachricht.", title=offer.title)


def _taken(slot: Slot) -> Message:
    if slot.places == 0:
        return N_("einfach hingehen")
    return N_("{taken} von {places} Plätzen belegt", taken=slot.taken, places=slot.places)


def _enquiry(enquiry: Enquiry, reader: Reader, at: datetime) -> Line:
    """What the matrix lets this reader see before the yes: an umbrella the aim and rough times, the network neither."""
    fields = told_fields(enquiry.field_groups, reader, phase_now(enquiry, live=True, asked_anew=True, at=at))
    facts = {"reference": enquiry.reference, "title": enquiry.offer.title if Field.OFFER in fields else ""}
    if enquiry.state is EnquiryState.WAITLISTED:
        sentence = N_("Anfrage {reference} steht auf der Warteliste. Ist jetzt ein Platz frei?", **facts)
    elif enquiry.state is EnquiryState.EXPIRED:
        sentence = N_("Anfrage {reference}: Bisher kam keine Antwort. Geht das?", **facts)
    elif Field.OFFER in fields:
        sentence = N_("Anfrage {reference}: Jemand möchte bei „{title}“ mitmachen. Geht das?", **facts)
    else:
        sentence = N_("Anfrage {reference} wartet auf eine Antwort. Geht das?", **facts)
    due = enquiry.hear_by_at
    word = N_("bis {day}", day=day_clock(due)) if due is not None else N_("offen")
    late = due is not None and due <= at
    told = "; ".join(f"{line.term}: {line.value}" for line in lines(_content(enquiry), fields & SPOKEN))
    page = "inbox.show_enquiry" if reader is Reader.UMBRELLA else "phone_answers.show_answer"
    link = (N_("Antwort eintragen"), url_for(page, reference=enquiry.reference))
    return Line(sentence, "due" if late else "soon", N_("überfällig") if late else word, told, link)


def _content(enquiry: Enquiry) -> Content:
    """Return what may be read out: of the rough frame the times only, and nothing that needs the person's row."""
    return Content(
        reference=enquiry.reference,
        aim=enquiry.referral.aim,
        offer=enquiry.offer,
        slot=enquiry.slot,
        rough={"times": enquiry.rough.get("times", ())},
        question=enquiry.reason if enquiry.answer else "",
        answer=enquiry.answer,
    )


def _prior_question(question: PriorQuestion) -> Line:
    """Somebody wants to know something, about nobody: all of it may be read out."""
    sentence = N_("Jemand möchte zu „{title}“ vorab etwas wissen, noch ohne Person.", title=question.offer.title)
    page = url_for("prior_question_answers.show_phoned", reference=question.reference)
    word = N_("bis {day}", day=day_clock(question.hear_by_at))
    told = " ".join(str(one) for one in sentences(question.topics))
    return Line(sentence, "asked", word, told, (N_("Antwort eintragen"), page))


def _unsettled(phoned: Phoned, slot: Slot) -> Line:
    facts = {"title": slot.offer.title, "day": day_clock(slot.starts_at), "n": slot.taken}
    sentence = N_("„{title}“ am {day}: Findet das statt? Niemand hat einen Platz.", **facts)
    if slot.taken:
        one = N_("„{title}“ am {day}: Findet das statt? Ein Mensch hat einen Platz.", **facts)
        many = N_("„{title}“ am {day}: Findet das statt? {n} Menschen haben einen Platz.", **facts)
        sentence = one if slot.taken == 1 else many
    page = _page_of(phoned, slot)
    return Line(sentence, "due", N_("noch offen"), link=(N_("Klären"), page) if page else None)


def _offer(phoned: Phoned, offer: Offer) -> Line:
    state, word, text = ASKED_ABOUT[offer.freshness]
    member = phoned.reader is Reader.UMBRELLA
    change = (N_("Ändern"), url_for("own_offers.edit_own_offer", public_id=offer.public_id)) if member else None
    confirm = (N_("Findet so statt"), url_for("phone_list.create_confirmation", public_id=offer.public_id))
    return Line(Message(text.text, {"title": offer.title}), state, word, link=change, post=confirm)


def _date(phoned: Phoned, slot: Slot, at: datetime) -> tuple[str, str | None]:
    when = f"{short_day(slot.starts_at)}{NBSP}{short_clock(slot.starts_at)}"
    return f"{when} {slot.offer.title}, {places_words(slot, at)}", _page_of(phoned, slot)


def _page_of(phoned: Phoned, slot: Slot) -> str | None:
    """Return the page on which a date is moved or called off: an umbrella's; the network desk only reads out."""
    return url_for("slots.show_slot", public_id=slot.public_id) if phoned.reader is Reader.UMBRELLA else None


def _remarks(phoned: Phoned) -> list[Message]:
    found = []
    if phoned.called_at is not None:
        found.append(N_("Angerufen am {day}.", day=day_clock(phoned.called_at)))
    if phoned.tried_at is not None:
        facts = {"n": phoned.tries, "day": day_clock(phoned.tried_at)}
        once = N_("Einmal nicht erreicht, am {day}.", **facts)
        found.append(once if phoned.tries == 1 else N_("{n} Mal nicht erreicht, zuletzt am {day}.", **facts))
    if not phoned.organisation.email:
        found.append(N_("Hat keine E-Mail-Adresse und erfährt alles am Telefon."))
    elif phoned.undelivered:
        found.append(N_("Eine E-Mail kam zurück. Bitte fragen Sie nach der richtigen Adresse."))
    return found
