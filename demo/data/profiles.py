"""Who the three schools are. Names, codes and staff are invented; the towns are real."""

from __future__ import annotations

from dataclasses import dataclass

from demo.data.model import Site


@dataclass(frozen=True, slots=True)
class Profile:
    """``programmes``: (crebo, leerweg). ``colleges``: (code, name, English, sectors). ``modules`` and ``offers``
    are how many there are at scale 1, of all kinds together.
    """

    id: str
    kind: str
    name: str
    short_name: str
    brin: str
    oin: str
    colour: str
    colleges: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    sites: tuple[Site, ...]
    programmes: tuple[tuple[str, str], ...]
    modules: int
    offers: int
    students: int
    first_student: int
    english_share: float
    worked_qualification: bool = False

    @property
    def home(self) -> str:
        return f"{self.id}.example"


PROFILES = (
    Profile(
        id="wilgenstroom",
        kind="csv",
        name="ROC Wilgenstroom",
        short_name="Wilgenstroom",
        brin="97ZA",
        oin="00000099970000000001",
        colour="#0f6b5c",
        colleges=(
            ("COL-ZW", "College Zorg en Welzijn", "College of Care and Welfare", ("zorg", "welzijn")),
            ("COL-TB", "College Techniek en Bouw", "College of Engineering and Construction", ("techniek", "bouw")),
            ("COL-EH", "College Economie en Horeca", "College of Business and Hospitality", ("economie", "horeca")),
        ),
        sites=(
            Site("WD1", "Wilgenhof Deventer", "Voorbeeldkade", "12", "7411 ZZ", "Deventer", 52.2518, 6.1589),
            Site("WZ1", "Stroomhuis Zutphen", "Proefweg", "3", "7201 ZZ", "Zutphen", 52.1402, 6.1966),
            Site("WA1", "Praktijkhal Apeldoorn", "Oefenlaan", "101", "7311 ZZ", "Apeldoorn", 52.2112, 5.9699),
        ),
        programmes=(
            ("25480", "BOL"), ("25480", "BBL"), ("25491", "BBL"), ("25473", "BOL"), ("25486", "BOL"),
            ("25118", "BBL"), ("25104", "BOL"), ("25307", "BBL"), ("25138", "BOL"), ("25182", "BBL"),
        ),
        modules=110,
        offers=370,
        students=30,
        first_student=2026001,
        english_share=0.5,
        worked_qualification=True,
    ),
    Profile(
        id="zandermeer",
        kind="sql",
        name="ROC Zandermeer",
        short_name="Zandermeer",
        brin="98ZB",
        oin="00000099980000000002",
        colour="#7a3b8f",
        colleges=(
            ("ZORG", "Zorgacademie", "Care Academy", ("zorg", "welzijn")),
            ("TECH", "Techniek en ICT", "Engineering and ICT", ("techniek", "ict")),
            ("GAST", "Gastvrijheid en handel", "Hospitality and Trade", ("horeca", "economie")),
        ),
        sites=(
            Site("ZT1", "Meerzicht Tilburg", "Voorbeeldplein", "1", "5038 ZZ", "Tilburg", 51.5606, 5.0919),
            Site("ZB1", "De Zander Breda", "Proefstraat", "44", "4811 ZZ", "Breda", 51.5866, 4.7760),
        ),
        programmes=(
            ("25480", "BOL"), ("25491", "BOL"), ("25490", "BOL"), ("25489", "BOL"), ("25604", "BOL"),
            ("25191", "BOL"), ("25297", "BOL"), ("25244", "BBL"), ("25170", "BOL"), ("25167", "BBL"),
        ),
        modules=100,
        offers=330,
        students=30,
        first_student=50101,
        english_share=0.4,
    ),
    Profile(
        id="klaverkust",
        kind="ooapi",
        name="ROC Klaverkust",
        short_name="Klaverkust",
        brin="99ZC",
        oin="00000099990000000003",
        colour="#b35900",
        colleges=(
            ("MENS", "Mens en Maatschappij", "People and Society", ("zorg", "welzijn")),
            ("DIGI", "Digitaal en Creatief", "Digital and Creative", ("ict",)),
            ("ZEE", "Zee, Handel en Keuken", "Sea, Trade and Kitchen", ("economie", "horeca")),
        ),
        sites=(
            Site("KA1", "Klaverhuis Alkmaar", "Voorbeeldgracht", "8", "1811 ZZ", "Alkmaar", 52.6324, 4.7534),
            Site("KH1", "Kustcampus Den Helder", "Oefendijk", "21", "1781 ZZ", "Den Helder", 52.9563, 4.7608),
        ),
        programmes=(
            ("25498", "BOL"), ("25480", "BBL"), ("25485", "BOL"), ("25415", "BOL"), ("25604", "BOL"),
            ("25201", "BOL"), ("25148", "BOL"), ("25371", "BBL"),
        ),
        modules=90,
        offers=300,
        students=30,
        first_student=880301,
        english_share=0.8,
    ),
)  # fmt: skip
