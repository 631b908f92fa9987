"""The sentences of the documentation in Dutch and English, and Dutch for what the document says in English."""

from __future__ import annotations

from typing import Final

from adapters.text import Text

TEXTS: Final[dict[str, Text]] = {
    "title": Text("Documentatie van de API", "Documentation of the API"),
    "intro": Text(
        "Alle opleidingen, modules en het aanbod van de scholen in {federation}, volgens de Open Education API v5. "
        "Lezen mag iedereen, zonder sleutel.",
        "All programmes, courses and offerings of the schools in {federation}, after the Open Education API v5. "
        "Everybody may read, without a key.",
    ),
    "base": Text("Adres", "Address"),
    "base_member": Text("Adres voor één school", "Address for one school"),
    "document": Text("OpenAPI-document", "OpenAPI document"),
    "first": Text("Een eerste vraag", "A first request"),
    "first_hint": Text("Kopieer de regel en voer hem uit in een terminal.", "Copy the line and run it in a terminal."),
    "paging": Text("Bladeren", "Paging"),
    "paging_text": Text(
        "Een lijst komt in bladzijden. Kies met pageSize hoeveel er op een bladzijde staan en met pageNumber welke "
        "bladzijde u wilt. totalPages zegt hoeveel er zijn.",
        "A list comes in pages. Choose with pageSize how many items a page holds and with pageNumber which page you "
        "want. totalPages says how many there are.",
    ),
    "future": Text("Alleen toekomstig aanbod", "Only future offerings"),
    "future_text": Text(
        "Zonder since ziet u alleen aanbod dat vandaag of later begint. Geef since=2000-01-01 voor alles.",
        "Without since you see only offerings that start today or later. Give since=2000-01-01 for everything.",
    ),
    "route": Text("Alleen sommige scholen", "Only some schools"),
    "route_text": Text(
        "Met de header X-Route: endpoint=a,b krijgt u alleen deze scholen, met hun id of schacHome.",
        "With the header X-Route: endpoint=a,b you get only these schools, by their ids or schacHomes.",
    ),
    "errors": Text("Fouten", "Errors"),
    "errors_text": Text(
        "Een fout komt als application/problem+json, met wat er mis is en wat u kunt doen. Met Accept-Language: nl "
        "krijgt u Nederlands.",
        "An error comes as application/problem+json, with what is wrong and what you can do. With Accept-Language: nl "
        "you get Dutch.",
    ),
    "operations": Text("Wat u kunt vragen", "What you can ask"),
    "objects": Text("Objecten", "Objects"),
    "not_served": Text("nog niet open", "not open yet"),
    "not_served_text": Text(
        "Deze vraag hoort bij de standaard. De gateway beantwoordt hem nog niet en geeft 401.",
        "This operation belongs to the standard. The gateway does not answer it yet and gives 401.",
    ),
    "parameters": Text("Parameters", "Parameters"),
    "required": Text("verplicht", "required"),
    "allowed": Text("Toegestaan", "Allowed"),
    "known": Text("Bekend; andere mogen ook", "Known; others are possible"),
    "default": Text("Standaard", "Default"),
    "repeat": Text("mag vaker", "may be repeated"),
    "replies": Text("Antwoorden", "Answers"),
    "page_of": Text("Bladzijde met", "Page of"),
    "list_of": Text("lijst", "list"),
    "or": Text("of", "or"),
    "properties": Text("Velden", "Properties"),
    "also": Text("Heeft ook alle velden van", "Has all properties of"),
    "used_by": Text("Komt terug bij", "Is the answer of"),
    "english": Text(
        "De uitleg van de velden is in het Engels, net als de standaard.",
        "",
    ),
    "back": Text("Terug naar het overzicht", "Back to the overview"),
    "place_path": Text("in het pad", "in the path"),
    "place_query": Text("in de vraag", "in the query"),
    "example": Text("Voorbeeld", "Example"),
    "example_hint": Text("Zet een id uit een lijst op de plaats van ID.", "Put an id from a list in the place of ID."),
}

TAGS: Final[dict[str, str]] = {
    "service": "Deze dienst",
    "persons": "Personen",
    "organizations": "Organisaties",
    "academic-sessions": "Perioden",
    "programs": "Opleidingen",
    "courses": "Modules",
    "components": "Onderdelen",
    "offerings": "Aanbod",
    "associations": "Inschrijvingen",
    "buildings": "Gebouwen",
    "rooms": "Ruimten",
    "news-feeds": "Nieuwskanalen",
    "news-items": "Nieuwsberichten",
    "education-specifications": "Onderwijsspecificaties",
    "groups": "Groepen",
}

# operationId -> Dutch summary.
SUMMARIES: Final[dict[str, str]] = {
    "get": "Wie deze dienst aanbiedt en wat hij volgt",
    "getPersons": "Alle personen",
    "postPersons": "Een persoon toevoegen",
    "getPersonsMe": "De persoon die is aangemeld",
    "getPersonsPersonId": "Eén persoon",
    "getPersonsPersonIdAssociations": "De inschrijvingen van een persoon",
    "getPersonsPersonIdGroups": "De groepen van een persoon",
    "getOrganizations": "Alle organisaties",
    "getOrganizationsOrganizationId": "Eén organisatie",
    "getOrganizationsOrganizationIdPrograms": "De opleidingen van een organisatie",
    "getOrganizationsOrganizationIdCourses": "De modules van een organisatie",
    "getOrganizationsOrganizationIdComponents": "De onderdelen van een organisatie",
    "getOrganizationsOrganizationIdOfferings": "Het aanbod van een organisatie",
    "getOrganizationsOrganizationIdGroups": "De groepen van een organisatie",
    "getOrganizationsOrganizationIdEducationSpecifications": "De onderwijsspecificaties van een organisatie",
    "getAcademicSessions": "Alle perioden",
    "getAcademicSessionsAcademicSessionId": "Eén periode",
    "getAcademicSessionsAcademicSessionIdOfferings": "Het aanbod in een periode",
    "getPrograms": "Alle opleidingen",
    "getProgramsProgramId": "Eén opleiding",
    "getProgramsProgramIdPrograms": "De opleidingen binnen een opleiding",
    "getProgramsProgramIdCourses": "De modules van een opleiding",
    "getProgramsProgramIdOfferings": "Het aanbod van een opleiding",
    "getCourses": "Alle modules",
    "getCoursesCourseId": "Eén module",
    "getCoursesCourseIdComponents": "De onderdelen van een module",
    "getCoursesCourseIdOfferings": "Het aanbod van een module",
    "getComponentsComponentId": "Eén onderdeel",
    "getComponentsComponentIdOfferings": "Het aanbod van een onderdeel",
    "getOfferingsOfferingId": "Eén aanbod",
    "getOfferingsOfferingIdAssociations": "De inschrijvingen op een aanbod",
    "getOfferingsOfferingIdGroups": "De groepen van een aanbod",
    "getAssociationsAssociationId": "Eén inschrijving",
    "patchAssociationsAssociationId": "De stand of het resultaat van een inschrijving wijzigen",
    "postAssociationsExternalMe": "Inschrijven op aanbod van een andere school",
    "getBuildings": "Alle gebouwen",
    "getBuildingsBuildingId": "Eén gebouw",
    "getBuildingsBuildingIdRooms": "De ruimten van een gebouw",
    "getRooms": "Alle ruimten",
    "getRoomsRoomId": "Eén ruimte",
    "getNewsFeeds": "Alle nieuwskanalen",
    "getNewsFeedsNewsFeedId": "Eén nieuwskanaal",
    "getNewsFeedsNewsFeedIdNewsItems": "De berichten van een nieuwskanaal",
    "getNewsItemsNewsItemId": "Eén nieuwsbericht",
    "getEducationSpecifications": "Alle onderwijsspecificaties",
    "getEducationSpecificationsEducationSpecificationId": "Eén onderwijsspecificatie",
    "getEducationSpecificationsEducationSpecificationIdEducationSpecifications": (
        "De onderwijsspecificaties binnen een onderwijsspecificatie"
    ),
    "getEducationSpecificationsEducationSpecificationIdCourses": "De modules van een onderwijsspecificatie",
    "getEducationSpecificationsEducationSpecificationIdPrograms": "De opleidingen van een onderwijsspecificatie",
    "getGroups": "Alle groepen",
    "getGroupsGroupId": "Eén groep",
    "getGroupsGroupIdPersons": "De leden van een groep",
}

# Parameter -> what it does, in Dutch. Filters on a property have one sentence together.
PARAMETERS: Final[dict[str, str]] = {
    "pageSize": "Hoeveel er op een bladzijde staan.",
    "pageNumber": "Welke bladzijde; de eerste is 1.",
    "consumer": "Alleen wat in consumers een deel voor deze afnemer heeft.",
    "q": "Alleen wat deze tekst in naam, afkorting of beschrijving heeft. Hoofdletters en accenten tellen niet; andere "
    "vormen van de woorden tellen mee. Is er niets: wat er op lijkt. Hoogstens 200 tekens. Zonder sort staat de beste "
    "bovenaan.",
    "primaryCode": "Alleen wat precies deze code heeft, van welke soort ook.",
    "teachingLanguage": "Alleen wat in deze taal gegeven wordt; een code van drie letters (ISO 639-2).",
    "sort": "Waarop gesorteerd wordt, met komma's ertussen; een minteken ervoor draait de volgorde om.",
    "expand": "Geef van deze verwijzingen het hele object in plaats van het id.",
    "returnTimelineOverrides": "Of de gegevens van andere perioden meekomen, als timelineOverrides.",
    "resultExpected": "Alleen aanbod met, of juist zonder, resultaat.",
    "since": "De eerste dag waarop de periode van het aanbod mag beginnen; aanbod zonder periode telt met zijn eigen "
    "begin. Zonder deze parameter is dat vandaag: alleen toekomstig aanbod. Geef 2000-01-01 voor alles.",
    "until": "De laatste dag waarop de periode van het aanbod mag eindigen; aanbod zonder periode telt met zijn eigen "
    "einde.",
    "croho-creboCode": "Alleen opleidingen met deze CROHO- of CREBO-code.",
    "parent": "Alleen perioden binnen deze periode.",
    "year": "Alleen perioden van dit schooljaar.",
    "author": "Alleen berichten van deze schrijver.",
}
FILTER: Final = "Alleen wat deze waarde heeft."
IDENTIFIER: Final = "Het id."
REPLIES: Final[dict[str, str]] = {
    "200": "Gelukt.",
    "201": "Gemaakt.",
    "400": "De vraag klopt niet, of een waarde mag niet.",
    "401": "Het is niet bekend wie er vraagt, en dat moet wel.",
    "403": "Dit mag niet.",
    "404": "Dit is er niet, of u mag het niet zien.",
    "405": "Dit pad kent deze methode niet.",
    "406": "De Accept-header laat geen application/json toe.",
    "429": "Te veel vragen tegelijk.",
    "500": "Er ging iets mis waar u niets aan kunt doen.",
    "503": "De opslag is niet bereikbaar, of er is nog geen configuratie.",
}
