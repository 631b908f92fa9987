"""The worked qualification: Apothekersassistent, crebo 27141, with its tracks, courses, components and outcomes.

Facts (codes of core tasks and work processes, study load, forms) follow the example that the MBO profile OKx works
out; sentences are ours. ``demo.data.generate`` puts it into one school in full.
"""

from __future__ import annotations

from demo.data.model import Outcome

CREBO = "27141"

CORE_TASKS = (
    ("B1-K1", "Biedt farmaceutische patiëntenzorg"),
    ("B1-K1-W1", "Neemt de zorg-/adviesvraag in behandeling"),
    ("B1-K1-W2", "Voert medicatiebewaking uit"),
    ("B1-K1-W3", "Verstrekt (zelfzorg)medicijnen en/of hulpmiddelen"),
    ("B1-K1-W4", "Geeft informatie en advies over medicijngebruik, gezondheid en leefstijl"),
    ("B1-K2", "Voert logistieke taken uit in de apotheek"),
    ("B1-K2-W1", "Maakt medicijnen klaar voor gebruik en/of aflevering"),
    ("B1-K2-W2", "Houdt de voorraad bij"),
    ("B1-K3", "Werkt mee aan kwaliteit en deskundigheid"),
    ("B1-K3-W1", "Draagt bij aan sociaal veilige werkomgeving"),
    ("B1-K3-W2", "Evalueert de werkzaamheden en ontwikkelt zichzelf als professional"),
    ("B1-K3-W3", "Stemt de farmaceutische zorgverlening af"),
)

TRACKS = (
    # code, name, English, months, SBU
    ("APO-REG", "Apothekersassistent regulier voltijd", "Pharmacy assistant, regular full-time", 36, 4800),
    ("APO-VER", "Apothekersassistent versneld", "Pharmacy assistant, accelerated", 24, 3600),
)

OUTCOMES = {
    outcome.code: outcome
    for outcome in (
        Outcome("LO-APOTH-001", "Voert professionele baliegesprekken", "B1-K1-W1"),
        Outcome("LO-APOTH-001a", "Herkent en hanteert emoties in baliegesprek", "B1-K1-W1", ("LO-APOTH-001",)),
        Outcome("LO-APOTH-001b", "Verstrekt correcte medicatie-informatie aan cliënt", "B1-K1-W2",
                ("LO-APOTH-001", "LO-APOTH-003")),
        Outcome("LO-APOTH-001c", "Past communicatie aan bij culturele achtergrond cliënt", None, ("LO-APOTH-001",)),
        Outcome("LO-APOTH-002", "Bereidt farmaceutische producten", "B1-K2-W1"),
        Outcome("LO-APOTH-002a", "Weegt en meet grondstoffen conform voorschrift", None, ("LO-APOTH-002",)),
        Outcome("LO-APOTH-002b", "Voert eindcontrole uit op bereid product", None, ("LO-APOTH-002",)),
        Outcome("LO-APOTH-002c", "Documenteert bereidingsproces in apotheekinformatiesysteem", None,
                ("LO-APOTH-002",)),
        Outcome("LO-APOTH-003", "Handelt medicatieveilig", "B1-K3-W1"),
        Outcome("LO-SHARED", "Hygiëneprotocol volgen", None, ("LO-APOTH-001", "LO-APOTH-002", "LO-APOTH-003")),
        Outcome("LO-APOTH-B1-K1-W1-001", "Neemt de zorg-/adviesvraag in behandeling", "B1-K1-W1"),
        Outcome("LO-APOTH-B1-K1-W1-001a", "Stelt gerichte vragen en verzamelt patiëntinformatie", "B1-K1-W1",
                ("LO-APOTH-B1-K1-W1-001",)),
        Outcome("LO-APOTH-B1-K1-W1-001b",
                "Bepaalt passende vervolgstap en stemt af met patiënt/naastbetrokkenen", "B1-K1-W1",
                ("LO-APOTH-B1-K1-W1-001",)),
        Outcome("LO-APOTH-B1-K2-W2-001", "Houdt de voorraad bij (bewaken, bestellen, registreren)", "B1-K2-W2"),
        Outcome("LO-APOTH-B1-K3-W2-001", "Evalueert werkzaamheden en ontwikkelt zichzelf als professional",
                "B1-K3-W2"),
        Outcome("LO-APOTH-B1-K3-W2-001a", "Verzamelt feedback en vertaalt dit naar leerdoelen", "B1-K3-W2",
                ("LO-APOTH-B1-K3-W2-001",)),
        Outcome("LO-APOTH-B1-K3-W2-001b", "Formuleert verbeterpunten en doet verbetervoorstellen", "B1-K3-W2",
                ("LO-APOTH-B1-K3-W2-001",)),
    )
}  # fmt: skip


def outcomes(*codes: str) -> tuple[Outcome, ...]:
    return tuple(OUTCOMES[code] for code in codes)


# code, kind, title, English, SBU, delivery, tracks, outcomes, choice, what you learn, admission
COURSES = (
    ("APO-BAL", "module", "Baliegesprekken en cliëntcommunicatie", "Counter conversations and client communication",
     240, "locatie", ("APO-REG", "APO-VER"),
     ("LO-APOTH-001", "LO-APOTH-001a", "LO-APOTH-001b", "LO-APOTH-001c", "LO-SHARED"), True,
     "gesprekken voeren aan de balie van een nagebouwde apotheek", None),
    ("APO-FKM", "module", "Farmaceutische kennis en medicatieveiligheid", "Pharmaceutical knowledge and safety",
     360, "hybride", ("APO-REG", "APO-VER"), ("LO-APOTH-003", "LO-APOTH-001b", "LO-SHARED"), True,
     "medicijnen herkennen, bewaken en veilig uitgeven", None),
    ("APO-BER", "module", "Bereiden van farmaceutische producten", "Preparing pharmaceutical products",
     320, "locatie", ("APO-REG",),
     ("LO-APOTH-002", "LO-APOTH-002a", "LO-APOTH-002b", "LO-APOTH-002c", "LO-SHARED"), False,
     "wegen, meten, bereiden en controleren in het laboratorium", None),
    ("APO-BPV", "bpv", "Beroepspraktijkvorming apotheek", "Work placement in a pharmacy",
     1200, "werkplek", ("APO-REG", "APO-VER"), ("LO-APOTH-001", "LO-APOTH-002", "LO-APOTH-003"), False,
     "werken in een apotheek, drie dagen per week, veertig weken",
     "Baliegesprekken en cliëntcommunicatie is afgerond."),
    ("APO-ZAV", "module", "Balie: zorg-/adviesvraag", "Counter: the care and advice question",
     60, "locatie", ("APO-REG", "APO-VER"),
     ("LO-APOTH-B1-K1-W1-001", "LO-APOTH-B1-K1-W1-001a", "LO-APOTH-B1-K1-W1-001b"), True,
     "de vraag van een patiënt goed uitvragen en de juiste stap kiezen", None),
    ("APO-VRD", "module", "Voorraadbeheer en distributieketen", "Stock management and distribution",
     40, "locatie", ("APO-REG", "APO-VER"), ("LO-APOTH-B1-K2-W2-001",), True,
     "voorraad bewaken, bestellen en registreren", None),
    ("APO-PRO", "module", "Professionalisering en kwaliteitsontwikkeling", "Professional development and quality",
     40, "online", ("APO-REG", "APO-VER"),
     ("LO-APOTH-B1-K3-W2-001", "LO-APOTH-B1-K3-W2-001a", "LO-APOTH-B1-K3-W2-001b"), True,
     "feedback verzamelen en je eigen werk verbeteren", None),
)  # fmt: skip

# code, course, kind, name, delivery, SBU, parent, outcomes
COMPONENTS = (
    ("APO-BAL-SIM", "APO-BAL", "practicum", "Gespreksvoering simulatie", "locatie", 120, None, ("LO-APOTH-001",)),
    ("APO-BAL-EMO", "APO-BAL", "opdracht", "Gesprek bij emotionele cliënt", "locatie", 30, "APO-BAL-SIM",
     ("LO-APOTH-001a",)),
    ("APO-BAL-INF", "APO-BAL", "opdracht", "Medicatie-informatie verstrekken", "locatie", 30, "APO-BAL-SIM",
     ("LO-APOTH-001b",)),
    ("APO-BAL-CUL", "APO-BAL", "opdracht", "Culturele sensitiviteit", "locatie", 30, "APO-BAL-SIM",
     ("LO-APOTH-001c",)),
    ("APO-BAL-THE", "APO-BAL", "les", "Farmaceutische theorie", "locatie", 80, None, ()),
    ("APO-BAL-FOR", "APO-BAL", "toets", "Formatieve toets baliegesprekken", "locatie", 1, None, ()),
    ("APO-BAL-EXA", "APO-BAL", "toets", "Praktijkexamen baliegesprekken", "locatie", 4, None, ("LO-APOTH-001",)),
    ("APO-ZAV-INT", "APO-ZAV", "practicum", "Intake zorg-/adviesvraag (simulatie)", "locatie", 40, None,
     ("LO-APOTH-B1-K1-W1-001",)),
    ("APO-ZAV-VRA", "APO-ZAV", "opdracht", "Vragen stellen en informatie verzamelen", "locatie", 15, "APO-ZAV-INT",
     ("LO-APOTH-B1-K1-W1-001a",)),
    ("APO-ZAV-TOE", "APO-ZAV", "toets", "Praktijktoets intake", "locatie", 2, None, ("LO-APOTH-B1-K1-W1-001",)),
    ("APO-VRD-PRA", "APO-VRD", "practicum", "Voorraadcontrole en bestelcyclus (practicum)", "locatie", 15, None,
     ("LO-APOTH-B1-K2-W2-001",)),
    ("APO-PRO-POR", "APO-PRO", "toets", "Portfolio-beoordeling", "online", 1, None, ("LO-APOTH-B1-K3-W2-001",)),
)  # fmt: skip
