"""Configurations, the published catalogue, staging and sync runs.

Only adds tables: the previous version keeps running beside it.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What a search judges for every row stands in front: PostgreSQL walks over the columns before the one it needs.
_SEARCHED = """
    resource text NOT NULL,
    member text NOT NULL,
    search_text text NOT NULL,
    search_name text NOT NULL,
    name_key text COLLATE "C" NOT NULL
"""
_INDEXED = """
    start_at timestamptz,
    end_at timestamptz,
    source_key text NOT NULL,
    origin text NOT NULL,
    digest bytea NOT NULL,
    primary_code text,
    facets jsonb NOT NULL,
    refs jsonb NOT NULL,
    consumers text[] NOT NULL
"""

# A text of letters is sought in the words that there are, a few thousand, and then by whole words in the resources:
# exact, without reading their texts. A very long word counts as pieces that overlap, so that up to 50 letters in a row
# stand whole in one of them.
_SEARCH_WORDS = """
    CREATE FUNCTION gateway_search_words(searched text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(word), '{}') FROM (
            SELECT word FROM unnest(string_to_array(searched, ' ')) AS word WHERE length(word) BETWEEN 1 AND 100
            UNION
            SELECT substr(word, start, 100) FROM unnest(string_to_array(searched, ' ')) AS word,
                   generate_series(1, length(word) - 50, 50) AS start
            WHERE length(word) > 100
        ) AS words
    $$
"""
# Words are added with the rows that hold them, whoever writes those, and stay; so names of persons are not among them,
# and a search for persons has to read their texts. Two publications that bring new words
# wait for each other, or they might wait for each other's words in a circle.
_KEEP_WORDS = """
    CREATE FUNCTION gateway_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        new_words text[];
    BEGIN
        SELECT array_agg(DISTINCT word) INTO new_words
        FROM written, unnest(written.search_words) AS word
        WHERE written.resource <> 'Person'
          AND NOT EXISTS (SELECT 1 FROM catalogue_words known WHERE known.word = word.word);
        IF new_words IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock(7110003);
            INSERT INTO catalogue_words SELECT unnest(new_words) ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END;
    $$
"""

STATEMENTS = (
    _SEARCH_WORDS,
    """
    CREATE TABLE configurations (
        generation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        digest text NOT NULL,
        document jsonb NOT NULL,
        applied_at timestamptz NOT NULL,
        applied_by text NOT NULL
    )
    """,
    """
    CREATE TABLE catalogue_generation (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        generation bigint NOT NULL
    )
    """,
    "INSERT INTO catalogue_generation (generation) VALUES (1)",
    """
    CREATE TABLE resource_identities (
        id uuid PRIMARY KEY,
        member text NOT NULL,
        resource text NOT NULL,
        source_key text NOT NULL,
        claimed_at timestamptz NOT NULL,
        UNIQUE (member, resource, source_key)
    )
    """,
    f"""
    CREATE TABLE catalogue_resources (
        id uuid PRIMARY KEY,
        {_SEARCHED},
        search_vector tsvector NOT NULL,
        {_INDEXED},
        changed_at timestamptz NOT NULL,
        search_words text[] NOT NULL GENERATED ALWAYS AS (gateway_search_words(search_text)) STORED
    )
    """,
    _KEEP_WORDS,
    'CREATE TABLE catalogue_words (word text COLLATE "C" PRIMARY KEY)',
    "CREATE INDEX ix_catalogue_words_letters ON catalogue_words USING gin (word gin_trgm_ops)",
    *(
        f"""
        CREATE TRIGGER gateway_keep_words_{event.lower()} AFTER {event} ON catalogue_resources
        REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gateway_keep_words()
        """
        for event in ("INSERT", "UPDATE")
    ),
    # A collection in its usual order; a member's rows of one resource (publication).
    "CREATE INDEX ix_catalogue_resources_name ON catalogue_resources (resource, name_key, id)",
    "CREATE INDEX ix_catalogue_resources_member ON catalogue_resources (member, resource)",
    "CREATE INDEX ix_catalogue_resources_code ON catalogue_resources (resource, primary_code)",
    # Sub-collections: refs @> '{"course": ["…"]}'.
    "CREATE INDEX ix_catalogue_resources_refs ON catalogue_resources USING gin (refs jsonb_path_ops)",
    # q: substring, stems, typing errors.
    "CREATE INDEX ix_catalogue_resources_text ON catalogue_resources USING gin (search_text gin_trgm_ops)",
    "CREATE INDEX ix_catalogue_resources_typing ON catalogue_resources USING gin (search_name gin_trgm_ops)",
    "CREATE INDEX ix_catalogue_resources_words ON catalogue_resources USING gin (search_words)",
    "CREATE INDEX ix_catalogue_resources_vector ON catalogue_resources USING gin (search_vector)",
    """
    CREATE TABLE catalogue_bodies (
        id uuid NOT NULL,
        version smallint NOT NULL,
        body bytea NOT NULL,
        timeline bytea,
        PRIMARY KEY (id, version)
    )
    """,
    f"""
    CREATE TABLE staged_resources (
        run uuid NOT NULL,
        id uuid NOT NULL,
        {_SEARCHED},
        {_INDEXED},
        body bytea NOT NULL,
        timeline bytea,
        target_ids uuid[] NOT NULL,
        targets jsonb NOT NULL,
        place text NOT NULL,
        row integer,
        PRIMARY KEY (run, id)
    )
    """,
    "CREATE TABLE staged_tombstones (run uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (run, id))",
    """
    CREATE TABLE sync_runs (
        id uuid PRIMARY KEY,
        member text NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        configuration bigint,
        requested_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        progress jsonb NOT NULL,
        counts jsonb NOT NULL,
        hold jsonb NOT NULL,
        failures jsonb NOT NULL,
        decided_by text,
        decided_at timestamptz,
        decision_reason text,
        CHECK (state IN ('queued', 'running', 'held', 'published', 'unchanged', 'failed', 'rejected',
                         'interrupted', 'superseded', 'dry-run'))
    )
    """,
    "CREATE INDEX ix_sync_runs_member ON sync_runs (member, requested_at DESC)",
    """
    CREATE TABLE sync_findings (
        run uuid NOT NULL REFERENCES sync_runs (id) ON DELETE CASCADE,
        number integer NOT NULL,
        severity text NOT NULL,
        code text NOT NULL,
        stream text NOT NULL,
        resource text NOT NULL,
        source_key text,
        place text NOT NULL,
        row integer,
        target text,
        columns text[] NOT NULL,
        details jsonb NOT NULL,
        PRIMARY KEY (run, number)
    )
    """,
    """
    CREATE TABLE stream_states (
        member text NOT NULL,
        source text NOT NULL,
        stream text NOT NULL,
        state jsonb NOT NULL,
        run uuid NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (member, source, stream)
    )
    """,
    """
    CREATE TABLE member_snapshots (
        member text PRIMARY KEY,
        run uuid NOT NULL,
        published_at timestamptz NOT NULL,
        verified_at timestamptz NOT NULL,
        counts jsonb NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "member_snapshots",
        "stream_states",
        "sync_findings",
        "sync_runs",
        "staged_tombstones",
        "staged_resources",
        "catalogue_bodies",
        "catalogue_words",
        "catalogue_resources",
        "resource_identities",
        "catalogue_generation",
        "configurations",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION gateway_keep_words()")
    op.execute("DROP FUNCTION gateway_search_words(text)")
