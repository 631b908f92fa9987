"""The enumerations of OOAPI v5.

A closed enumeration accepts its own values only. Three are open (``EXTENSIBLE``): a property of that kind is any
text, the values below are the known ones, and own values carry the prefix ``x-``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema


class ClosedEnumeration(StrEnum):
    """Base of the closed ones. In a model a JSON text stands for its member, also where the model is strict."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return {**handler(source), "strict": False}


# -- open ---------------------------------------------------------------------------------------------------------


class CodeType(StrEnum):
    """What kind of code an identifier is; the spellings are the standard's."""

    BRIN = "brin"
    CROHO_CREBO_CODE = "crohoCreboCode"
    PROGRAM_CODE = "programCode"
    COMPONENT_CODE = "componentCode"
    OFFERING_CODE = "offeringCode"
    ORGANIZATION_ID = "organizationId"
    BUILDING_ID = "buildingId"
    BAG_ID = "bagId"
    ROOM_CODE = "roomCode"
    SYSTEM_ID = "systemId"
    PRODUCT_ID = "productId"
    NATIONAL_IDENTITY_NUMBER = "nationalIdentityNumber"
    STUDENT_NUMBER = "studentNumber"
    STUDIELINK_NUMBER = "studielinkNumber"
    ESI = "esi"
    USER_NAME = "userName"
    ACCOUNT_ID = "accountId"
    EMAIL_ADDRESS = "emailAdress"
    GROUP_CODE = "groupCode"
    ISBN = "isbn"
    ISSN = "issn"
    ORCID = "orcId"
    UUID = "uuid"
    SCHAC_HOME = "schacHome"
    IDENTIFIER = "identifier"


class AcademicSessionType(StrEnum):
    ACADEMIC_YEAR = "academic year"
    SEMESTER = "semester"
    TRIMESTER = "trimester"
    QUARTER = "quarter"
    TESTING_PERIOD = "testing period"
    PERIOD = "period"


class CostType(StrEnum):
    STAP_ELIGIBLE = "STAP eligible"
    TOTAL_COSTS = "total costs"


EXTENSIBLE: tuple[type[StrEnum], ...] = (CodeType, AcademicSessionType, CostType)


# -- closed: persons and associations -------------------------------------------------------------------------------


class PersonAffiliation(ClosedEnumeration):
    STUDENT = "student"
    EMPLOYEE = "employee"
    GUEST = "guest"


class Gender(ClosedEnumeration):
    MALE = "M"
    FEMALE = "F"
    UNKNOWN = "U"
    OTHER = "X"


class ICERelationType(ClosedEnumeration):
    """Relation of the contact in case of emergency."""

    PARTNER = "partner"
    PARENT = "parent"
    OTHER = "other"


class AssociationType(ClosedEnumeration):
    PROGRAM_OFFERING_ASSOCIATION = "programOfferingAssociation"
    COURSE_OFFERING_ASSOCIATION = "courseOfferingAssociation"
    COMPONENT_OFFERING_ASSOCIATION = "componentOfferingAssociation"


class AssociationTypeFilter(ClosedEnumeration):
    """The query parameter ``associationType``, which leaves out the ending of the property's values."""

    PROGRAM_OFFERING = "programOffering"
    COURSE_OFFERING = "courseOffering"
    COMPONENT_OFFERING = "componentOffering"


class AssociationRole(ClosedEnumeration):
    STUDENT = "student"
    LECTURER = "lecturer"
    TEACHING_ASSISTANT = "teaching assistant"
    COORDINATOR = "coordinator"
    GUEST = "guest"


class AssociationState(ClosedEnumeration):
    PENDING = "pending"
    CANCELED = "canceled"
    DENIED = "denied"
    ASSOCIATED = "associated"
    QUEUED = "queued"


class RemoteAssociationState(ClosedEnumeration):
    PENDING = "pending"
    CANCELED = "canceled"
    DENIED = "denied"
    ASSOCIATED = "associated"
    QUEUED = "queued"


class ResultState(ClosedEnumeration):
    IN_PROGRESS = "in progress"
    POSTPONED = "postponed"
    COMPLETED = "completed"
    QUEUED = "queued"


class PassState(ClosedEnumeration):
    UNKNOWN = "unknown"
    PASSED = "passed"
    FAILED = "failed"


class ResultValueType(ClosedEnumeration):
    PASS_OR_FAIL = "pass-or-fail"  # noqa: S105 - a kind of result
    US_LETTER = "US letter"
    UK_LETTER = "UK letter"
    ZERO_TO_HUNDRED = "0-100"
    ONE_TO_TEN = "1-10"


# -- closed: what is taught -------------------------------------------------------------------------------------------


class ProgramType(ClosedEnumeration):
    PROGRAM = "program"
    MINOR = "minor"
    HONOURS = "honours"
    SPECIALIZATION = "specialization"
    TRACK = "track"


class QualificationAwarded(ClosedEnumeration):
    AD = "AD"
    BA = "BA"
    BSC = "BSc"
    LLB = "LLB"
    MA = "MA"
    MSC = "MSc"
    LLM = "LLM"
    PHD = "Phd"
    NONE = "None"


class ModeOfStudy(ClosedEnumeration):
    FULL_TIME = "full-time"
    PART_TIME = "part-time"
    DUAL_TRAINING = "dual training"
    SELF_PACED = "self-paced"


class ModeOfDelivery(ClosedEnumeration):
    DISTANCE_LEARNING = "distance-learning"
    ON_CAMPUS = "on campus"
    ONLINE = "online"
    HYBRID = "hybrid"
    SITUATED = "situated"


class LevelOfQualification(ClosedEnumeration):
    """Level of the European qualifications framework; ``4+`` is the Dutch addition."""

    LEVEL_1 = "1"
    LEVEL_2 = "2"
    LEVEL_3 = "3"
    LEVEL_4 = "4"
    LEVEL_4_PLUS = "4+"
    LEVEL_5 = "5"
    LEVEL_6 = "6"
    LEVEL_7 = "7"
    LEVEL_8 = "8"


class Level(ClosedEnumeration):
    SECONDARY_VOCATIONAL_EDUCATION = "secondary vocational education"
    SECONDARY_VOCATIONAL_EDUCATION_1 = "secondary vocational education 1"
    SECONDARY_VOCATIONAL_EDUCATION_2 = "secondary vocational education 2"
    SECONDARY_VOCATIONAL_EDUCATION_3 = "secondary vocational education 3"
    SECONDARY_VOCATIONAL_EDUCATION_4 = "secondary vocational education 4"
    ASSOCIATE_DEGREE = "associate degree"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORAL = "doctoral"
    UNDEFINED = "undefined"
    UNDIVIDED = "undivided"
    NT2_1 = "nt2-1"
    NT2_2 = "nt2-2"


class Sector(ClosedEnumeration):
    SECONDARY_VOCATIONAL_EDUCATION = "secondary vocational education"
    HIGHER_PROFESSIONAL_EDUCATION = "higher professional education"
    UNIVERSITY_EDUCATION = "university education"


class EducationSpecificationType(ClosedEnumeration):
    PROGRAM = "program"
    PRIVATE_PROGRAM = "privateProgram"
    CLUSTER = "cluster"
    COURSE = "course"


class FormalDocument(ClosedEnumeration):
    DIPLOMA = "diploma"
    CERTIFICATE = "certificate"
    NO_OFFICIAL_DOCUMENT = "no official document"
    TESTIMONIAL = "testimonial"
    SCHOOL_ADVICE = "school advice"


class ComponentType(ClosedEnumeration):
    TEST = "test"
    LECTURE = "lecture"
    PRACTICAL = "practical"
    TUTORIAL = "tutorial"
    CONSULTATION = "consultation"
    PROJECT = "project"
    WORKSHOP = "workshop"
    EXCURSION = "excursion"
    INDEPENDENT_STUDY = "independent study"
    EXTERNAL = "external"
    SKILLS_TRAINING = "skills training"


class OfferingType(ClosedEnumeration):
    PROGRAM = "program"
    COURSE = "course"
    COMPONENT = "component"


class StudyLoadUnit(ClosedEnumeration):
    """Unit of a study load: hours of contact, ECTS points, hours of study (``sbu``), study points, clock hours."""

    CONTACT_TIME = "contacttime"
    ECTS = "ects"
    SBU = "sbu"
    SP = "sp"
    HOUR = "hour"


# -- closed: where and by whom ----------------------------------------------------------------------------------------


class OrganizationType(ClosedEnumeration):
    ROOT = "root"
    INSTITUTE = "institute"
    DEPARTMENT = "department"
    FACULTY = "faculty"
    BRANCH = "branch"
    ACADEMY = "academy"
    SCHOOL = "school"


class AddressType(ClosedEnumeration):
    POSTAL = "postal"
    VISIT = "visit"
    DELIVERIES = "deliveries"
    BILLING = "billing"
    TEACHING = "teaching"


class RoomType(ClosedEnumeration):
    GENERAL_PURPOSE = "general purpose"
    LECTURE_ROOM = "lecture room"
    COMPUTER_ROOM = "computer room"
    LABORATORY = "laboratory"
    OFFICE = "office"
    WORKSPACE = "workspace"
    EXAM_LOCATION = "exam location"
    STUDY_ROOM = "study room"
    EXAMINATION_ROOM = "examination room"
    CONFERENCE_ROOM = "conference room"


class GroupType(ClosedEnumeration):
    LEARNING_GROUP = "learning group"
    CLASS = "class"
    TEAM = "team"


class NewsFeedType(ClosedEnumeration):
    """The kind of resource that a news feed is about."""

    ORGANIZATION = "organization"
    PROGRAM = "program"
    COURSE = "course"
    COMPONENT = "component"
    PERSON = "person"
    BUILDING = "building"
    ROOM = "room"


class NewsItemType(ClosedEnumeration):
    CALAMITY = "calamity"
    GENERAL = "general"
    SCHEDULE_CHANGE = "schedule-change"
    ANNOUNCEMENT = "announcement"
