-- Views for the gateway, to start from. PostgreSQL; other databases need small changes.
--
-- The left side (the tables and their columns) is an example: put your own tables there. The right side (the names
-- after AS) is what the mapping reads. Keep those names and the mapping stays short.
--
-- Rules that save trouble later:
--   * one row per object, with a key that never changes and is never used again;
--   * codes are text: keep leading zeros (crebo, BRIN, Keuzedeelcode);
--   * changed_at moves whenever anything in the row changes, also when that is in a joined table;
--   * a row that is removed stays for at least a month with deleted = true;
--   * no BSN, no nationality, no address, no gender in any view. The gateway would not read them, but what is not in
--     the view cannot leak either.

CREATE SCHEMA IF NOT EXISTS ooapi;

-- An account that can read these views and nothing else. Set its password with \password, not here.
CREATE ROLE ooapi_reader LOGIN;
GRANT USAGE ON SCHEMA ooapi TO ooapi_reader;

CREATE VIEW ooapi.ooapi_organization AS
SELECT eenheid.code                              AS code,
       eenheid.naam                              AS name,
       eenheid.afkorting                         AS short_name,
       eenheid.soort                             AS organization_type,
       bovenliggend.code                         AS parent_code,
       instelling.brin                           AS brin,
       eenheid.gewijzigd_op                      AS changed_at,
       eenheid.verwijderd                        AS deleted
FROM organisatie_eenheid eenheid
JOIN instelling ON instelling.id = eenheid.instelling_id
LEFT JOIN organisatie_eenheid bovenliggend ON bovenliggend.id = eenheid.parent_id;

CREATE VIEW ooapi.ooapi_education_specification AS
SELECT kwalificatie.crebo                        AS crebo,
       kwalificatie.naam                         AS name,
       kwalificatie.niveau                       AS level,
       kwalificatie.gewijzigd_op                 AS changed_at,
       kwalificatie.verwijderd                   AS deleted
FROM kwalificatie;

CREATE VIEW ooapi.ooapi_program AS
SELECT opleiding.code                            AS code,
       opleiding.naam                            AS name_nl,
       opleiding.internationale_naam             AS name_en,
       opleiding.omschrijving                    AS description,
       kwalificatie.crebo                        AS crebo,
       opleiding.leerweg                         AS leerweg,       -- BOL, BBL
       opleiding.intensiteit                     AS intensiteit,   -- Voltijd, Deeltijd
       opleiding.duur_in_maanden                 AS duration_months,
       opleiding.studielast_sbu                  AS study_load,
       eenheid.code                              AS organization_code,
       GREATEST(opleiding.gewijzigd_op, kwalificatie.gewijzigd_op) AS changed_at,
       opleiding.verwijderd                      AS deleted
FROM opleiding
JOIN kwalificatie ON kwalificatie.id = opleiding.kwalificatie_id
JOIN organisatie_eenheid eenheid ON eenheid.id = opleiding.organisatie_eenheid_id;

-- Modules and keuzedelen. The programmes that a module belongs to stand in one column, separated by commas.
CREATE VIEW ooapi.ooapi_course AS
SELECT product.code                              AS code,
       product.titel                             AS name_nl,
       product.internationale_titel              AS name_en,
       product.omschrijving                      AS description,
       product.niveau                            AS level,
       product.belasting_sbu                     AS study_load,
       product.keuzedeelcode                     AS keuzedeel_code,
       (SELECT string_agg(opleiding.code, ',' ORDER BY opleiding.code)
        FROM product_opleiding koppeling
        JOIN opleiding ON opleiding.id = koppeling.opleiding_id
        WHERE koppeling.product_id = product.id) AS program_codes,
       product.gewijzigd_op                      AS changed_at,
       product.verwijderd                        AS deleted
FROM onderwijsproduct product
WHERE product.soort IN ('module', 'keuzedeel');

CREATE VIEW ooapi.ooapi_academic_session AS
SELECT periode.code                              AS code,
       periode.naam                              AS name,
       periode.begindatum                        AS start_date,
       periode.einddatum                         AS end_date,
       leerjaar.code                             AS year_code,
       periode.gewijzigd_op                      AS changed_at,
       periode.verwijderd                        AS deleted
FROM periode
JOIN leerjaar ON leerjaar.id = periode.leerjaar_id;

CREATE VIEW ooapi.ooapi_course_offering AS
SELECT aanbod.code                               AS code,
       product.code                              AS course_code,
       periode.code                              AS academic_session_code,
       aanbod.begindatum                         AS start_date,
       aanbod.einddatum                          AS end_date,
       aanbod.begindatum_inschrijving            AS enroll_start_date,
       aanbod.einddatum_inschrijving             AS enroll_end_date,
       aanbod.minimum_deelnemers                 AS min_number_students,
       aanbod.maximum_deelnemers                 AS max_number_students,
       locatie.naam                              AS location,
       GREATEST(aanbod.gewijzigd_op, product.gewijzigd_op) AS changed_at,
       aanbod.verwijderd                         AS deleted
FROM onderwijsproduct_aanbod aanbod
JOIN onderwijsproduct product ON product.id = aanbod.product_id
LEFT JOIN periode ON periode.id = aanbod.periode_id
LEFT JOIN locatie ON locatie.id = aanbod.locatie_id;

-- Students: only looked up, by the number below. Needs an index on that number.
CREATE VIEW ooapi.ooapi_person AS
SELECT deelnemer.deelnemernummer                 AS student_number,
       deelnemer.roepnaam                        AS given_name,
       deelnemer.voorvoegsel                     AS surname_prefix,
       deelnemer.achternaam                      AS surname,
       deelnemer.school_mail                     AS mail
FROM deelnemer
WHERE deelnemer.actief;

GRANT SELECT ON ALL TABLES IN SCHEMA ooapi TO ooapi_reader;
