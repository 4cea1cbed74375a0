"""What the demo's partners offer: invented, in every form and kind of access, in real municipalities."""

from dataclasses import dataclass
from datetime import time

from hub.models.offer import Access, Aim, Form


@dataclass(frozen=True)
class OfferSeed:
    """One offer with its weekly time; weekday 0 is Monday."""

    organisation: str
    title: str
    short_title: str
    aim: Aim
    form: Form
    access: Access
    weekday: int
    start: time
    minutes: int
    places: int
    summary: str
    bring: str = ""
    interval: int = 1
    companion: bool = False
    women_only: bool = False
    languages: tuple[str, ...] = ("de",)

    @property
    def end(self) -> time:
        """When it ends on the same day."""
        total = self.start.hour * 60 + self.start.minute + self.minutes
        return time(total // 60, total % 60)


A, F, X = Aim, Form, Access
_MOVE = "Wir fangen langsam an. Jede Übung geht auch im Sitzen."
_TALK = "Kaffee steht da. Sie müssen nichts erzählen."

# Templates for offers that many places have: title, short title, aim, form, access, minutes, places, summary, bring.
# fmt: off
COMMON = {
    "back": (
        "Rückenschule im Sitzen", "Bewegung", A.MOVE, F.GROUP, X.ANONYMOUS, 60, 8,
        _MOVE, "Bequeme Kleidung",
    ),
    "walk": (
        "Spaziergang mit Pausen", "Runde", A.MOVE, F.GROUP, X.OPEN, 60, 15,
        "Wir gehen so weit, wie alle können.", "Feste Schuhe",
    ),
    "aqua": (
        "Bewegung im warmen Wasser", "Bewegung", A.MOVE, F.GROUP, X.ANONYMOUS, 45, 6,
        _MOVE, "Badesachen und Handtuch",
    ),
    "cafe": (
        "Offenes Frühstück", "Frühstück", A.PEOPLE, F.OPEN_HOUR, X.OPEN, 120, 25,
        _TALK, "",
    ),
    "calm": (
        "Zur Ruhe kommen", "Gruppe", A.MIND, F.GROUP, X.ANONYMOUS, 60, 8,
        "Atmen, hören, liegen. Niemand schaut zu.", "Eine Decke",
    ),
    "phone": (
        "Handy-Sprechstunde", "Sprechstunde", A.DIGITAL, F.OPEN_HOUR, X.OPEN, 90, 8,
        "Bringen Sie Ihr Gerät mit. Wir schauen zusammen.", "Ihr Handy",
    ),
    "budget": (
        "Auskommen mit dem Geld", "Beratung", A.DAILY_LIFE, F.SINGLE, X.NAMED, 45, 2,
        "Wir ordnen Briefe und rechnen nach. In Ruhe.", "Ihre Unterlagen",
    ),
    "first": (
        "Erstgespräch", "Gespräch", A.BODY, F.SINGLE, X.REQUEST, 45, 2,
        "Ein Gespräch über das, was Ihnen fehlt und guttut.", "",
    ),
    "pain": (
        "Schmerz verstehen", "Gruppe", A.BODY, F.GROUP, X.NAMED, 90, 8,
        "Warum es wehtut und was Sie selbst tun können.", "",
    ),
    "garden": (
        "Garten für alle", "Garten", A.PEOPLE, F.OPEN_HOUR, X.OPEN, 120, 20,
        "Gießen, sitzen, reden. Jede Hand hilft.", "Alte Kleidung",
    ),
    "work": (
        "Probieren, was geht", "Werkstatt", A.WORK, F.GROUP, X.NAMED, 120, 6,
        "Holz, Papier, Stoff. Zwei Stunden, nicht mehr.", "",
    ),
    "cook": (
        "Kochen für wenig Geld", "Kochen", A.DAILY_LIFE, F.GROUP, X.ANONYMOUS, 120, 8,
        "Wir kochen und essen zusammen.", "Eine Dose für Reste",
    ),
    "dance": (
        "Tanzen im Sitzen", "Tanzen", A.MOVE, F.GROUP, X.OPEN, 60, 20,
        "Musik aus alten Zeiten. Stühle stehen da.", "",
    ),
    "sleep": (
        "Besser schlafen", "Kurs", A.BODY, F.COURSE, X.NAMED, 75, 8,
        "Acht Treffen. Kleine Schritte, die man zu Hause übt.", "",
    ),
    "talk": (
        "Sprechen im Alltag", "Sprachrunde", A.PEOPLE, F.GROUP, X.ANONYMOUS, 60, 10,
        "Deutsch reden, ohne Noten.", "",
    ),
    "online": (
        "Entspannen am Bildschirm", "Online-Gruppe", A.MIND, F.ONLINE, X.ANONYMOUS, 30, 12,
        "Von zu Hause. Die Kamera darf aus sein.", "",
    ),
    "visit": (
        "Besuch zu Hause", "Besuch", A.DAILY_LIFE, F.HOME_VISIT, X.REQUEST, 60, 1,
        "Wir kommen zu Ihnen und schauen, was leichter geht.", "",
    ),
    "women": (
        "Frauenrunde", "Runde", A.PEOPLE, F.GROUP, X.ANONYMOUS, 90, 10,
        _TALK, "",
    ),
}

# Who offers what, and when: organisation, template, weekday, hour, minute.
PLAN = (
    ("club", "back", 2, 10, 0), ("club", "dance", 4, 15, 0), ("club", "walk", 0, 9, 30),
    ("clinic", "first", 1, 9, 0), ("clinic", "first", 3, 13, 0), ("clinic", "pain", 0, 14, 0),
    ("clinic", "calm", 1, 15, 30), ("clinic", "sleep", 3, 10, 0), ("town", "cafe", 4, 9, 0),
    ("town", "phone", 2, 14, 0), ("town", "budget", 0, 13, 0), ("federation", "walk", 3, 10, 0),
    ("federation", "online", 1, 18, 0), ("federation", "aqua", 4, 11, 0), ("club_radebeul", "back", 1, 17, 0),
    ("club_radebeul", "walk", 5, 10, 0), ("club_riesa", "aqua", 2, 16, 0), ("club_riesa", "dance", 0, 14, 30),
    ("club_grimma", "back", 3, 9, 30), ("club_grimma", "walk", 1, 10, 0), ("club_borna", "aqua", 3, 15, 0),
    ("club_borna", "back", 0, 10, 30), ("club_wurzen", "dance", 2, 15, 0), ("care_riesa", "first", 2, 8, 30),
    ("care_riesa", "pain", 3, 16, 0), ("care_grimma", "first", 0, 9, 0), ("care_grimma", "calm", 2, 17, 0),
    ("care_wurzen", "first", 4, 8, 0), ("care_wurzen", "sleep", 1, 17, 30),
    ("town_weinboehla", "cafe", 1, 9, 30), ("town_weinboehla", "garden", 3, 14, 0),
    ("town_grossenhain", "phone", 3, 10, 0), ("town_markranstaedt", "cafe", 2, 9, 0),
    ("town_colditz", "garden", 5, 10, 0), ("carrier_meissen", "budget", 2, 9, 0),
    ("carrier_meissen", "visit", 1, 10, 0), ("carrier_leipzig", "budget", 3, 10, 0),
    ("carrier_leipzig", "visit", 4, 10, 0), ("carrier_leipzig", "cook", 0, 11, 0),
    ("association_meissen", "talk", 0, 16, 0), ("association_meissen", "women", 3, 9, 30),
    ("association_borna", "women", 1, 14, 0), ("association_borna", "cook", 4, 11, 0),
    ("education_meissen", "phone", 4, 10, 0), ("education_meissen", "talk", 2, 17, 30),
    ("education_grimma", "online", 3, 18, 30), ("education_grimma", "work", 1, 9, 0),
    ("house_bautzen", "cafe", 0, 9, 0), ("house_bautzen", "garden", 2, 15, 0),
    ("house_bautzen", "calm", 3, 11, 0), ("house_bautzen", "work", 1, 13, 0),
    ("clinic_bautzen", "first", 1, 10, 0), ("clinic_bautzen", "pain", 4, 10, 0),
    ("club_bautzen", "back", 0, 16, 0), ("club_bautzen", "walk", 3, 14, 0),
    ("carrier_bautzen", "budget", 2, 10, 0), ("carrier_bautzen", "cook", 4, 12, 0),
    ("education_bautzen", "phone", 1, 15, 0), ("education_bautzen", "talk", 3, 16, 30),
    ("association_kamenz", "women", 2, 10, 0), ("association_kamenz", "dance", 5, 15, 0),
)
# fmt: on
LANGUAGES = {
    "talk": ("de", "en", "uk"),
    "women": ("de", "uk"),
    "cafe": ("de", "pl"),
    "budget": ("de", "en"),
    "phone": ("de", "hsb"),
}


def offer_seeds() -> list[OfferSeed]:
    """Return the offers of the plan."""
    seeds = []
    for organisation, key, weekday, hour, minute in PLAN:
        title, short, aim, form, access, minutes, places, summary, bring = COMMON[key]
        seeds.append(
            OfferSeed(
                organisation,
                title,
                short,
                aim,
                form,
                access,
                weekday,
                time(hour, minute),
                minutes,
                places,
                summary,
                bring,
                interval=2 if key == "visit" else 1,
                companion=form is F.OPEN_HOUR,
                women_only=key == "women",
                languages=LANGUAGES.get(key, ("de",)),
            )
        )
    return seeds
