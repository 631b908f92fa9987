"""Qualifications and keuzedelen as they really exist: codes, names, levels.

Where each was verified stands in ``docs/explanation/demo.md``. A dossier is only named where the source names it.
``topics`` is the sector of ``demo.data.topics`` from which the schools make modules.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Qualification:
    crebo: str
    name: str
    english: str
    level: int
    dossier: str | None
    dossier_name: str | None
    isced: str
    topics: str
    work: str  # what the job is about, as the middle of a Dutch sentence


QUALIFICATIONS = {
    qualification.crebo: qualification
    for qualification in (
        Qualification("27141", "Apothekersassistent", "Pharmacy assistant", 4, "23450", "Apothekersassistent", "0916",
                      "zorg", "medicijnen klaarmaken, uitgeven en uitleggen in een apotheek"),
        Qualification("25480", "Mbo-Verpleegkundige", "Nurse (MBO)", 4, "23182", "Mbo-Verpleegkundige", "0913",
                      "zorg", "verpleegkunde in het ziekenhuis, de wijk, de ggz of de ouderenzorg"),
        Qualification("25491", "Verzorgende IG", "Care worker in individual health care", 3, "23187",
                      "Verzorgende IG", "0913", "zorg", "zorg en begeleiding aan huis of in een instelling"),
        Qualification("25473", "Doktersassistent", "Medical assistant", 4, "23180", "Doktersassistent", "0913",
                      "zorg", "ontvangst, triage en kleine ingrepen in een huisartsenpraktijk"),
        Qualification("25490", "Tandartsassistent", "Dental assistant", 4, "23186", "Tandartsassistent", "0911",
                      "zorg", "assisteren aan de stoel en organiseren van de praktijk"),
        Qualification("25498", "Helpende Zorg en Welzijn", "Assistant in care and welfare", 2, "23189",
                      "Dienstverlening", "0921", "zorg", "ondersteunen bij wonen, huishouden en persoonlijke zorg"),
        Qualification("25486", "Pedagogisch medewerker kinderopvang", "Child care worker", 3, "23183",
                      "Pedagogisch Werk", "0922", "welzijn", "kinderen begeleiden in de kinderopvang"),
        Qualification("25485", "Onderwijsassistent", "Teaching assistant", 4, "23183", "Pedagogisch Werk", "0113",
                      "welzijn", "de leraar ondersteunen bij lessen en leerlingen"),
        Qualification("25489", "Sociaal-maatschappelijk dienstverlener", "Social services worker", 4, "23185",
                      "Sociaal werk", "0923", "welzijn", "mensen helpen met vragen over geld, wonen en meedoen"),
        Qualification("25604", "Software developer", "Software developer", 4, None, None, "0613",
                      "ict", "software ontwerpen, bouwen en testen"),
        Qualification("25189", "ICT-beheerder", "ICT administrator", 4, "23089", "ICT- en mediabeheer", "0612",
                      "ict", "systemen en netwerken inrichten en beheren"),
        Qualification("25191", "Medewerker beheer ICT", "ICT management assistant", 3, "23090", "ICT support",
                      "0612", "ict", "gebruikers en werkplekken ondersteunen"),
        Qualification("25182", "Zelfstandig werkend kok", "Independent cook", 3, "23085", "Keuken", "1013",
                      "horeca", "menu's bedenken en zelfstandig bereiden"),
        Qualification("25180", "Kok", "Cook", 2, "23085", "Keuken", "1013",
                      "horeca", "gerechten bereiden in een professionele keuken"),
        Qualification("25170", "Leidinggevende bediening", "Restaurant service manager", 4, "23081", "Bediening",
                      "1013", "horeca", "een team in de bediening aansturen"),
        Qualification("25138", "Bedrijfsadministrateur", "Business administrator", 4, "23065",
                      "Financieel administratieve beroepen", "0411", "economie",
                      "de administratie van een bedrijf voeren"),
        Qualification("25148", "Medewerker marketing en communicatie", "Marketing and communication officer", 4,
                      "23067", "Marketing, communicatie en evenementen", "0414", "economie",
                      "campagnes bedenken en uitvoeren"),
        Qualification("25167", "Verkoper", "Sales assistant", 2, "23080", "Verkoop", "0416",
                      "economie", "klanten helpen en adviseren in de winkel"),
        Qualification("25297", "Technicus engineering", "Engineering technician", 4, None, None, "0715",
                      "techniek", "machines en installaties ontwerpen en verbeteren"),
        Qualification("25307", "Eerste monteur service en onderhoud werktuigkundige installaties",
                      "Senior mechanic for building services", 3, None, None, "0713", "techniek",
                      "warmtepompen en klimaatinstallaties onderhouden"),
        Qualification("25104", "Middenkaderfunctionaris Bouw", "Construction supervisor", 4, "23053",
                      "Middenkader bouw en infra", "0732", "bouw", "bouwprojecten voorbereiden en begeleiden"),
        Qualification("25118", "Allround timmerman", "All-round carpenter", 3, "23057", "Timmeren", "0732",
                      "bouw", "timmerwerk maken en plaatsen op de bouw"),
        Qualification("25244", "Eerste Autotechnicus", "Senior car mechanic", 3, "23109",
                      "Voertuigen en mobiele werktuigen", "0716", "techniek", "auto's onderzoeken en repareren"),
        Qualification("25371", "Logistiek medewerker", "Logistics worker", 2, "23143", "Logistiek", "1041",
                      "economie", "goederen ontvangen, opslaan en verzenden"),
        Qualification("25415", "Sport- en bewegingsleider", "Sports and exercise leader", 3, "23163",
                      "Sport en Bewegen", "1014", "welzijn", "sport en bewegen voor allerlei groepen organiseren"),
        Qualification("25201", "Mediavormgever", "Media designer", 4, "23095", "Mediavormgeving", "0211",
                      "ict", "beeld, video en websites vormgeven"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keuzedeel:
    code: str
    name: str
    english: str
    load: int
    subject: str


KEUZEDELEN = (
    Keuzedeel("K0023", "Digitale vaardigheden gevorderd", "Advanced digital skills", 240,
              "slim werken met gegevens, presentaties en gedeelde bestanden"),
    Keuzedeel("K0071", "Nederlands 3F", "Dutch 3F", 240, "lezen, schrijven en spreken op niveau 3F"),
    Keuzedeel("K0072", "Ondernemend gedrag", "Entrepreneurial behaviour", 240,
              "kansen zien, plannen maken en anderen meekrijgen"),
    Keuzedeel("K0080", "Oriëntatie op ondernemerschap", "Introduction to entrepreneurship", 240,
              "wat er komt kijken bij een eigen bedrijf"),
    Keuzedeel("K0226", "Inspelen op innovaties", "Responding to innovation", 240,
              "vernieuwingen in je vak onderzoeken en uitproberen"),
    Keuzedeel("K0505", "Verdieping software", "Advanced software", 240,
              "een grotere toepassing ontwerpen en bouwen"),
    Keuzedeel("K0788", "Basis programmeren van games", "Basics of game programming", 240,
              "een eenvoudig spel ontwerpen en programmeren"),
)  # fmt: skip
