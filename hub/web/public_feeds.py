"""GET /calendars/….ics: calendars anybody may subscribe to, from the same stored bytes as the secret ones."""

import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from wsgiref.types import WSGIEnvironment

from sqlalchemy.exc import IntegrityError

from hub import clock, i18n
from hub.actions.public_calendars import open_calendar
from hub.models.subscription import FeedKind
from hub.policy.actor import SYSTEM
from hub.queries import subscriptions
from hub.queries.feed_kinds import find_public
from hub.queries.subscriptions import Part
from hub.web.feed_answers import MISSING, TOO_MANY, WRONG_METHOD, Answer, Asked
from hub.web.feeds import SUFFIX, Feeds

PREFIX = "/calendars/"
KINDS = {"houses": FeedKind.HOUSE, "offers": FeedKind.PUBLIC_OFFER, "networks": FeedKind.PROGRAMME}
# Whatever looks otherwise names nothing, and nobody is asked for it.
ADDRESS = re.compile(
    rf"{PREFIX}(?:(?P<locale>[a-z]+)/)?(?P<things>{'|'.join(KINDS)})/(?P<public_id>\w{{1,16}}){re.escape(SUFFIX)}",
    re.ASCII,
)
_HEADERS = {("Cache-Control", "private, no-cache"): ("Cache-Control", "public, no-cache")}


@dataclass(frozen=True)
class Named:
    """What an address names: /calendars/houses/<id>.ics, in another language /calendars/en/houses/<id>.ics."""

    kind: FeedKind
    public_id: str
    locale: str

    @classmethod
    def read(cls, path: str) -> "Named | None":
        """Read a path; None for one that can name nothing. Each calendar has one address only."""
        found = ADDRESS.fullmatch(path)
        if found is None or found["locale"] == i18n.DEFAULT or found["locale"] not in (None, *i18n.LANGUAGES):
            return None
        return cls(KINDS[found["things"]], found["public_id"], found["locale"] or i18n.DEFAULT)

    @property
    def digest(self) -> str:
        """What stands in place of a token's digest; it is made in another way, so that no token leads here."""
        name = f"{self.kind.value} {self.public_id} {self.locale}"
        return blake2b(name.encode(), digest_size=32, person=b"public calendar").hexdigest()


class PublicFeeds(Feeds):
    """All answers to the calendars under /calendars/. They are nobody's, so nothing is noted of who fetches them."""

    def serves(self, path: str) -> bool:
        """Tell whether a path is a calendar; others there are pages."""
        return path.startswith(PREFIX) and path.endswith(SUFFIX)

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """Answer one request; robots and caches may know what stands on public pages."""
        answer = super().answer(environ)
        headers = [_HEADERS.get(one, one) for one in answer.headers if one[0] != "X-Robots-Tag"]
        return replace(answer, headers=headers)

    def _route(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return WRONG_METHOD
        named = Named.read(environ["PATH_INFO"])
        return MISSING if named is None else self._show_named(named, replace(Asked.read(environ), fetching=False))

    def _show_named(self, named: Named, asked: Asked) -> Answer:
        part = asked.variant if asked.if_none_match is None else Part.HEAD
        head = subscriptions.find_feed(self.database, named.digest, part)
        if (head is None or head.ended_at is not None) and self._open(named):
            head = subscriptions.find_feed(self.database, named.digest, part)
        if head is None:
            return MISSING
        if self.meter.exceeded(named.digest):
            return TOO_MANY
        return self._show(head, named.digest, asked, clock.now())

    def _open(self, named: Named) -> bool:
        """Make the calendar if what it is about is there for everybody; a crowd of made-up names makes no row."""
        at = clock.now()
        with self.database.reading() as tx:
            if find_public(tx, named.kind, named.public_id, at=at) is None:
                return False
        try:
            with self.database.transaction() as tx:
                return open_calendar(
                    tx,
                    actor=SYSTEM,
                    kind=named.kind,
                    public_id=named.public_id,
                    locale=named.locale,
                    digest=named.digest,
                    at=at,
                )
        except IntegrityError:  # somebody else came first at the same moment
            return True
