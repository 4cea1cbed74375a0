"""What partners of an invented district were asked: needs, sheets with their words, yeses, and enquiries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import clock
from hub.models.consent import Consent, ConsentEvent, ConsentForm, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry, EnquiryState, hear_by
from hub.models.log import Disclosure
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.referral import Referral, ReferralState
from hub.models.user import User
from hub.policy.fields import Phase, Reader
from hub.queries.consent_texts import VERSION, digest, disclosure_wording
from hub.queries.consents import digest_of_code
from hub.queries.disclosures import told_fields
from hub.queries.receipts import snapshot
from hub.queries.wishes import Wish, groups_of, preview_of
from hub.seeds.district import Deed, District

CODE_LETTERS = 9  # of a code on a withdrawal slip
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKED, NAMED, PERIOD = 1, 3, 6  # of six people one waits for an answer, and three come with their name
NAMED_AGO, ASKED_AGO = 60 * DAY, 2 * DAY
SAID = {"form": ConsentForm.PAPER}


@dataclass
class Question:
    """One offer asked for one person: what was written for it."""

    person: Participant
    coach: User
    offer: Offer
    at: datetime
    referral: Referral
    sheet: ConsentSheet
    consent: Consent
    enquiry: Enquiry


def add_questions(district: District) -> dict[int, Question]:
    """Ask for the people, each about one offer at most; return what was agreed to by its terms, by person."""
    coaches = {coach.id: coach for coach in district.coaches}
    pairs = [(person, coaches[person.coach_id or 0], offer) for person, offer in _asked(district)]
    found = [_question(district, *pair) for pair in pairs]
    district.add(one.referral for one in found)
    district.add(one.sheet for one in found)
    for one in found:
        one.consent.referral_id, one.consent.sheet_id = one.referral.id, one.sheet.id
    district.add(one.consent for one in found)
    for one in found:
        one.enquiry.referral_id, one.enquiry.consent_id = one.referral.id, one.consent.id
    district.add(one.enquiry for one in found)
    district.add(event for one in found for event in _events(one))
    district.add(_disclosure(one) for one in found)
    district.add(_mail(one) for one in found if not one.enquiry.by_terms)
    for one in found:
        district.deeds += _deeds(one)
    return {one.person.id: one for one in found if one.enquiry.by_terms}


def _asked(district: District) -> Iterator[tuple[Participant, Offer]]:
    kinds = {access: [one for one in district.offers if one.access is access] for access in Access}
    for number, person in enumerate(district.people):
        turn = number % PERIOD
        access = Access.REQUEST if turn < ASKED else Access.NAMED if turn < ASKED + NAMED else None
        if access is not None and kinds[access]:
            yield person, district.dice.choice(kinds[access])


def _question(district: District, person: Participant, coach: User, offer: Offer) -> Question:
    by_terms = offer.access is Access.NAMED
    at = district.at - (NAMED_AGO if by_terms else ASKED_AGO) - district.dice.randrange(40) * HOUR
    referral = Referral(
        public_id=district.new_id(),
        participant_id=person.id,
        coach_id=coach.id,
        state=ReferralState.OPEN,
        aim=offer.aim,
        created_at=at,
    )
    evidence = {"signed_on": clock.local_date(at).isoformat(), "reference": "Mappe 5"}
    code = district.new_id(CODE_LETTERS)
    sheet = ConsentSheet(
        public_id=district.new_id(),
        participant_id=person.id,
        reference=district.new_reference(),
        locale="de",
        requested_by_id=coach.id,
        requested_at=at,
        answered_at=at + HOUR,
        evidence=evidence,
        withdrawal_code=code,
        withdrawal_digest=digest_of_code(code),
        version=2,
        **SAID,
    )
    reference = district.new_reference()
    consent = _consent(district, person, coach, offer, at, reference)
    consent.evidence = evidence
    return Question(person, coach, offer, at, referral, sheet, consent, _enquiry(district, consent, reference, at))


def _consent(
    district: District, person: Participant, coach: User, offer: Offer, at: datetime, reference: str
) -> Consent:
    person.coach, person.jobcenter = coach, district.jobcenter
    wish, until = Wish(access_needs=tuple(person.access_needs)), district.stays[person.id].ends_on
    groups = groups_of(offer, wish)
    content = preview_of(person, offer, None, wish, reference if offer.access is Access.REQUEST else "")
    text, code = disclosure_wording(content, person, groups, until, "de").text(), district.new_id(CODE_LETTERS)
    return Consent(
        public_id=district.new_id(),
        participant_id=person.id,
        scope=Scope.TRANSMIT,
        organisation_id=offer.organisation_id,
        offer_id=offer.id,
        field_groups=groups,
        content={"access_needs": list(wish.access_needs), "contact": content.contact, "rough": {}},
        state=ConsentState.GIVEN,
        notice_version=VERSION,
        notice_locale="de",
        notice_text=text,
        notice_hash=digest(text),
        controller=snapshot(district.jobcenter),
        withdrawal_code=code,
        withdrawal_digest=digest_of_code(code),
        requested_by_id=coach.id,
        requested_at=at,
        given_at=at + HOUR,
        valid_until_on=until,
        valid_until=clock.end_of_day(until),
        version=2,
        **SAID,
    )


def _enquiry(district: District, consent: Consent, reference: str, at: datetime) -> Enquiry:
    sent_at = at + 2 * HOUR
    by_terms = next(one for one in district.offers if one.id == consent.offer_id).access is Access.NAMED
    return Enquiry(
        public_id=district.new_id(),
        reference=reference,
        participant_id=consent.participant_id,
        organisation_id=consent.organisation_id,
        offer_id=consent.offer_id,
        state=EnquiryState.RUNNING if by_terms else EnquiryState.SENT,
        by_terms=by_terms,
        field_groups=list(consent.field_groups),
        access_needs=consent.content["access_needs"],
        contact=consent.content["contact"],
        created_at=sent_at if by_terms else at,
        sent_at=sent_at,
        answered_at=sent_at if by_terms else None,
        hear_by_at=None if by_terms else hear_by("normal", sent_at),
        version=2,
    )


def _events(one: Question) -> list[ConsentEvent]:
    who = {"consent_id": one.consent.id, "recorded_by_id": one.coach.id}
    return [
        ConsentEvent(state=ConsentState.REQUESTED, at=one.at, expressed_by="controller", **who),
        ConsentEvent(state=ConsentState.GIVEN, at=one.at + HOUR, expressed_by="participant", **who, **SAID),
    ]


def _purpose(one: Question) -> str:
    return "enquiry.accepted_by_terms" if one.enquiry.by_terms else "enquiry.sent"


def _told(one: Question) -> tuple[str, ...]:
    """Return the field groups that left the house with the enquiry."""
    return tuple(sorted(field.value for field in told_fields(one.consent.field_groups, Reader.PARTNER, Phase.SENT)))


def _disclosure(one: Question) -> Disclosure:
    return Disclosure(
        participant_id=one.person.id,
        organisation_id=one.offer.organisation_id,
        enquiry_id=one.enquiry.id,
        fields=list(_told(one)),
        purpose=_purpose(one),
        at=one.at + 2 * HOUR,
    )


def _mail(one: Question) -> Notice:
    """Return the mail that told the partner; it left long ago."""
    sent_at = one.at + 2 * HOUR
    return Notice(
        template="partner_question",
        channel=Channel.EMAIL,
        organisation_id=one.offer.organisation_id,
        enquiry_id=one.enquiry.id,
        state=NoticeState.SENT,
        next_at=sent_at,
        created_at=sent_at,
        sent_at=sent_at,
        version=2,
    )


def _deeds(one: Question) -> list[Deed]:
    groups, consent = tuple(one.consent.field_groups), ("consent", one.consent.public_id, one.person)
    sent = ("enquiry", one.enquiry.public_id, one.person, _told(one))
    return [
        Deed(one.at, one.coach, "referral.opened", "referral", one.referral.public_id, one.person),
        Deed(one.at, one.coach, "consent.requested", *consent, groups, Scope.TRANSMIT.value),
        Deed(one.at + HOUR, one.coach, "consent.given", *consent, groups, Scope.TRANSMIT.value),
        Deed(one.at + 2 * HOUR, one.coach, _purpose(one), *sent),
    ]
