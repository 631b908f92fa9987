"""Subjects per sector from which the schools make modules: stem of the code, title, English title, what you learn.

Each subject becomes one or two modules (part 1 and part 2). Invented, in the spirit of a real MBO catalogue.
"""

from __future__ import annotations

Topic = tuple[str, str, str, str]

GENERIC: tuple[Topic, ...] = (
    ("NED", "Nederlands", "Dutch", "lezen, luisteren, schrijven en gesprekken voeren"),
    ("ENG", "Engels", "English", "Engels gebruiken op school, stage en werk"),
    ("REK", "Rekenen", "Arithmetic", "rekenen met geld, maten, tabellen en procenten"),
    ("BUR", "Burgerschap", "Citizenship", "meedoen in de samenleving en een eigen mening vormen"),
    ("LOB", "Loopbaan", "Career", "ontdekken wat je kunt, wilt en gaat doen"),
)

SECTORS: dict[str, tuple[Topic, ...]] = {
    "zorg": (
        ("VPK", "Verpleegkunde", "Nursing", "verpleegkundig redeneren en zorg plannen"),
        ("AFP", "Anatomie, fysiologie en pathologie", "Anatomy, physiology and pathology",
         "hoe het lichaam werkt en wat er mis kan gaan"),
        ("FAR", "Farmacologie", "Pharmacology", "hoe medicijnen werken en welke risico's ze hebben"),
        ("MRK", "Medisch rekenen", "Medical arithmetic", "doseringen en infuussnelheden foutloos berekenen"),
        ("VTV", "Verpleegtechnische vaardigheden", "Nursing techniques", "injecteren en wonden verzorgen"),
        ("GER", "Ouderenzorg en dementie", "Care for older people", "zorg geven aan ouderen met meerdere klachten"),
        ("GGZ", "Geestelijke gezondheidszorg", "Mental health care", "omgaan met psychische problemen en crisis"),
        ("ZTE", "Zorgtechnologie en e-health", "Care technology and e-health", "technologie inzetten in de zorg"),
        ("COM", "Communicatie in de zorg", "Communication in care", "gesprekken voeren met cliënten en naasten"),
        ("HYG", "Hygiëne en infectiepreventie", "Hygiene and infection prevention", "besmetting voorkomen op het werk"),
        ("EHB", "Eerste hulp en reanimatie", "First aid and resuscitation", "handelen bij ongevallen en hartstilstand"),
        ("TRI", "Triage", "Triage", "bepalen hoe snel een patiënt hulp nodig heeft"),
    ),
    "welzijn": (
        ("PED", "Ontwikkelingspsychologie", "Developmental psychology", "hoe kinderen en jongeren zich ontwikkelen"),
        ("SPE", "Spel en activiteiten", "Play and activities", "activiteiten bedenken die bij een groep passen"),
        ("GES", "Gespreksvoering", "Conversation skills", "luisteren, doorvragen en slecht nieuws brengen"),
        ("BEG", "Methodisch begeleiden", "Methodical coaching", "werken met een plan en dat bijstellen"),
        ("DIV", "Diversiteit en inclusie", "Diversity and inclusion", "werken met mensen met allerlei achtergronden"),
        ("SCH", "Schuldhulp en sociale voorzieningen", "Debt and social services", "de weg vinden naar hulp"),
        ("TAA", "Taal en voorlezen", "Language and reading aloud", "de taal van jonge kinderen stimuleren"),
        ("BEW", "Bewegen en gezondheid", "Exercise and health", "mensen op een veilige manier laten bewegen"),
        ("TRA", "Training geven", "Giving training", "een training opbouwen, geven en evalueren"),
        ("VEI", "Veilig opgroeien", "Growing up safely", "signalen van onveiligheid herkennen en melden"),
    ),
    "ict": (
        ("PRG", "Programmeren", "Programming", "programma's schrijven, lezen en verbeteren"),
        ("WEB", "Webontwikkeling", "Web development", "websites bouwen die iedereen kan gebruiken"),
        ("DBA", "Databases", "Databases", "gegevens ontwerpen, opslaan en opvragen"),
        ("TST", "Testen", "Testing", "fouten vinden voordat de gebruiker dat doet"),
        ("NET", "Netwerken", "Networks", "netwerken ontwerpen, bouwen en controleren"),
        ("CLO", "Cloud en virtualisatie", "Cloud and virtualisation", "diensten in de cloud inrichten"),
        ("SEC", "Beveiliging", "Security", "systemen beschermen en lekken herkennen"),
        ("UXD", "Ontwerp en gebruik", "Design and usability", "ontwerpen maken en met gebruikers testen"),
        ("SCR", "Werken in een scrumteam", "Working in a scrum team", "samen in korte stappen iets opleveren"),
        ("LIN", "Linux en automatiseren", "Linux and automation", "servers beheren met scripts"),
        ("DAT", "Data en visualisatie", "Data and visualisation", "gegevens begrijpelijk in beeld brengen"),
        ("VID", "Video en animatie", "Video and animation", "een verhaal vertellen in bewegend beeld"),
    ),
    "horeca": (
        ("KKN", "Keukentechnieken", "Kitchen techniques", "snijden, garen en afwerken"),
        ("PAT", "Patisserie", "Pastry", "desserts en gebak maken"),
        ("MEN", "Menu samenstellen", "Composing a menu", "een menu bedenken dat klopt in smaak en prijs"),
        ("HCP", "Voedselveiligheid", "Food safety", "veilig werken volgens de hygiënecode"),
        ("GAS", "Gastheerschap", "Hospitality", "gasten ontvangen en verrassen"),
        ("WIJ", "Dranken en wijn", "Drinks and wine", "dranken kiezen, schenken en adviseren"),
        ("KOS", "Kosten en inkoop", "Costs and purchasing", "rekenen met inkoop, marge en verspilling"),
        ("LEI", "Leidinggeven in de horeca", "Managing a hospitality team", "een dienst plannen en een team aansturen"),
        ("PLA", "Plantaardig koken", "Plant-based cooking", "volwaardige gerechten zonder vlees of vis"),
    ),
    "economie": (
        ("BOE", "Boekhouden", "Bookkeeping", "een administratie bijhouden en controleren"),
        ("BEL", "Belastingen", "Taxes", "aangiften voorbereiden voor een klein bedrijf"),
        ("MAR", "Marketing", "Marketing", "klanten kennen en bereiken"),
        ("SOC", "Sociale media", "Social media", "een campagne maken en de opbrengst meten"),
        ("VER", "Verkoopgesprekken", "Sales conversations", "klanten helpen kiezen"),
        ("VOO", "Voorraad en magazijn", "Stock and warehouse", "goederen ontvangen, tellen en verzenden"),
        ("EXC", "Spreadsheets", "Spreadsheets", "rekenmodellen bouwen en controleren"),
        ("REC", "Recht voor ondernemers", "Law for entrepreneurs", "contracten, koop en arbeidsrecht begrijpen"),
        ("EVE", "Evenementen organiseren", "Organising events", "een evenement van plan tot evaluatie"),
        ("DUU", "Duurzaam ondernemen", "Sustainable business", "winst maken zonder de aarde uit te putten"),
    ),
    "techniek": (
        ("MEC", "Mechanica", "Mechanics", "rekenen aan krachten en constructies"),
        ("ELE", "Elektrotechniek", "Electrical engineering", "schakelingen begrijpen, meten en maken"),
        ("CAD", "Technisch tekenen met CAD", "Technical drawing with CAD", "onderdelen en samenstellingen tekenen"),
        ("PLC", "Besturingstechniek", "Control engineering", "machines besturen met een PLC"),
        ("WAR", "Warmtepompen", "Heat pumps", "warmtepompen plaatsen, inregelen en onderhouden"),
        ("LAS", "Lassen", "Welding", "veilig lassen en lassen beoordelen"),
        ("EAU", "Elektrisch aangedreven auto's", "Electric vehicles", "veilig werken aan hoogspanning in voertuigen"),
        ("DIA", "Diagnose", "Diagnosis", "storingen stap voor stap opsporen"),
        ("ROB", "Robotica", "Robotics", "een robot programmeren en veilig inzetten"),
        ("ZON", "Zonnepanelen en opslag", "Solar panels and storage", "een installatie ontwerpen en aansluiten"),
    ),
    "bouw": (
        ("TIM", "Timmeren", "Carpentry", "houtverbindingen, kozijnen en kappen maken"),
        ("BIM", "Bouwen met BIM", "Building information modelling", "een gebouw digitaal voorbereiden"),
        ("CON", "Constructies", "Structures", "sterkte en stabiliteit van gebouwen"),
        ("KAL", "Calculatie en planning", "Estimating and planning", "kosten en tijd van een project bepalen"),
        ("VGB", "Veilig werken op de bouw", "Safety on site", "risico's zien en maatregelen nemen"),
        ("CIR", "Circulair bouwen", "Circular building", "materialen opnieuw gebruiken"),
        ("REN", "Renovatie en isolatie", "Renovation and insulation", "oude gebouwen zuinig maken"),
        ("MET", "Maatvoering", "Setting out", "maten uitzetten met moderne apparatuur"),
    ),
}  # fmt: skip
