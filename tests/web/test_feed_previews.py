"""Who asks: calendar programs get the calendar, whatever only looks at a pasted address gets an empty one."""

import pytest

from hub.models.subscription import Level
from hub.web.feed_answers import Asked
from tests.feeds import events, fetch, person, row_of, subscribe
from tests.places import book, make_offer, make_slot

PREVIEWS = (
    "WhatsApp/2.23.20.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.example/) Bot",
    "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.example/)",
    "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "Synapse/1.98.0",
    "Viber",
    "Iframely/1.3.1 (+https://iframely.com/docs/about) embed",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)",
    "SomeCrawler/1.0",
    "Mozilla/5.0 Microsoft Office Teams SkypeUriPreview",
)
PROGRAMS = {
    "Google-Calendar-Importer": "Google",
    "iOS/17.5 (21F79) dataaccessd/1.0": "Apple",
    "macOS/14.5 (23F79) CalendarAgent/1052.1": "Apple",
    "Microsoft.Exchange/15.20": "Outlook",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)": "Outlook",
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0": "Thunderbird",
    "ICSx5/2.2 (ktor)": "ICSx5",
    "vdirsyncer/0.21": "vdirsyncer",
    "Evolution/3.48": "other",
    "curl/8.5": "other",
    "": "other",
}


def asked(agent):
    return Asked.read({"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": agent})


@pytest.mark.parametrize("agent", PREVIEWS)
def test_what_only_looks_is_known_in_any_case(agent):
    assert asked(agent).only_previews
    assert asked(agent.upper()).only_previews


@pytest.mark.parametrize(("agent", "family"), PROGRAMS.items())
def test_calendar_programs_are_no_previews(agent, family):
    assert not asked(agent).only_previews
    assert asked(agent).family == family


def test_a_preview_learns_nothing_and_is_no_fetch(app, world):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    row, token = subscribe(world, person(world, "tarik"), level=Level.FULL)
    for agent in ("WhatsApp/2.23", "Mastodon/4.3.0 (http.rb/5.2.0)", "Synapse/1.98.0", "VIBER"):
        assert events(fetch(app, token, User_Agent=agent)) == []
    assert row_of(world, row).fetched_on is None
    assert len(events(fetch(app, token, User_Agent="curl/8.5"))) == 1
