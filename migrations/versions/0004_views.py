"""Views with plain column names, for programs that read the ledger without tracker.

They stand on the tables below them: a later revision that makes one of those tables anew, or
drops a column that a view names, drops the views first and creates them again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

# The first PostgreSQL on which a view can act with the rights of who reads it.
_INVOKER = 150000

_PLACED = """
    JOIN commitments c ON c.id = a.commitment_id
    JOIN measures m ON m.id = c.measure_id
    JOIN sections s ON s.id = m.section_id
    JOIN documents d ON d.id = m.document_id
    JOIN owners o ON o.id = a.owner_id"""

_MEASURES = """
SELECT
    m.key AS key,
    d.code AS document,
    d.title AS document_title,
    d.title_en AS document_title_en,
    s.number AS section,
    s.label AS section_label,
    s.title AS section_title,
    s.title_en AS section_title_en,
    m.number AS number,
    m.label AS label,
    m.title AS title,
    m.title_en AS title_en
FROM measures m
    JOIN sections s ON s.id = m.section_id
    JOIN documents d ON d.id = m.document_id
WHERE EXISTS (
    SELECT 1 FROM assignments a JOIN commitments c ON c.id = a.commitment_id
    WHERE a.standing AND c.measure_id = m.id
)"""

_COMMITMENTS = """
SELECT
    c.key AS key,
    m.key AS measure,
    d.code AS document,
    s.number AS section,
    s.label AS section_label,
    s.title AS section_title,
    s.title_en AS section_title_en,
    m.label AS measure_label,
    m.title AS measure_title,
    m.title_en AS measure_title_en,
    c.sentence AS sentence,
    c.title AS title,
    c.title_en AS title_en,
    c.kind AS kind,
    c.weight AS weight,
    (
        SELECT max(a.due_on) FROM assignments a
        WHERE a.commitment_id = c.id AND a.standing AND a.role <> 'support'
    ) AS due_on,
    w.text AS wording,
    c.note AS note,
    c.note_en AS note_en
FROM commitments c
    JOIN measures m ON m.id = c.measure_id
    JOIN sections s ON s.id = m.section_id
    JOIN documents d ON d.id = m.document_id
    LEFT JOIN wordings w ON w.document_id = d.id AND w.fingerprint = c.fingerprint
WHERE EXISTS (SELECT 1 FROM assignments a WHERE a.standing AND a.commitment_id = c.id)"""

_ASSIGNMENTS = f"""
SELECT
    c.key AS key,
    m.key AS measure,
    d.code AS document,
    s.number AS section,
    s.label AS section_label,
    s.title AS section_title,
    s.title_en AS section_title_en,
    m.label AS measure_label,
    m.title AS measure_title,
    m.title_en AS measure_title_en,
    c.title AS title,
    c.title_en AS title_en,
    c.kind AS kind,
    c.weight AS weight,
    o.code AS owner,
    o.name AS owner_name,
    o.name_en AS owner_name_en,
    a.role AS role,
    a.basis AS basis,
    a.scope AS scope,
    a.scope_en AS scope_en,
    a.target AS target,
    a.target_basis AS target_basis,
    a.due_on AS due_on,
    a.status AS status,
    a.percent AS percent,
    a.verification AS verification,
    e.effective_on AS effective_on,
    e.note AS note,
    e.problem AS problem,
    e.next_step AS next_step,
    e.evidence AS evidence,
    e.recorded_at AS recorded_at,
    e.actor AS actor,
    a.version AS version
FROM assignments a{_PLACED}
    LEFT JOIN entries e ON e.assignment_id = a.id AND e.version = a.report
WHERE a.standing"""

# Whether a line of the log has been taken back: by a withdrawal, which nothing takes back.
_WITHDRAWN = """EXISTS (
        SELECT 1 FROM entries w
        WHERE w.assignment_id = {line}.assignment_id AND w.kind = 'withdrawal'
            AND w.names = {line}.version
    )"""

_REPORTS = f"""
SELECT
    c.key AS key,
    m.key AS measure,
    d.code AS document,
    s.number AS section,
    c.title AS title,
    c.title_en AS title_en,
    o.code AS owner,
    o.name AS owner_name,
    o.name_en AS owner_name_en,
    a.role AS role,
    e.version AS version,
    e.effective_on AS effective_on,
    e.status AS status,
    e.percent AS percent,
    coalesce((
        SELECT r.verification FROM entries r
        WHERE r.assignment_id = e.assignment_id AND r.kind = 'review' AND r.names = e.version
            AND NOT {_WITHDRAWN.format(line="r")}
        ORDER BY r.version DESC LIMIT 1
    ), 'reported') AS verification,
    e.note AS note,
    e.problem AS problem,
    e.next_step AS next_step,
    e.evidence AS evidence,
    e.actor AS actor,
    e.recorded_at AS recorded_at,
    coalesce(e.version = a.report, false) AS current_report,
    {_WITHDRAWN.format(line="e")} AS withdrawn
FROM entries e
    JOIN assignments a ON a.id = e.assignment_id{_PLACED}
WHERE e.kind = 'report'"""

_ENTRIES = f"""
SELECT
    e.id AS entry,
    e.batch AS batch,
    c.key AS key,
    d.code AS document,
    o.code AS owner,
    a.role AS role,
    e.version AS version,
    e.kind AS kind,
    e.effective_on AS effective_on,
    e.status AS status,
    e.percent AS percent,
    e.note AS note,
    e.problem AS problem,
    e.next_step AS next_step,
    e.evidence AS evidence,
    e.verification AS verification,
    e.target AS target,
    e.target_basis AS target_basis,
    n.id AS names,
    e.actor AS actor,
    e.recorded_at AS recorded_at,
    e.first_report AS first_report,
    e.hash AS hash
FROM entries e
    JOIN assignments a ON a.id = e.assignment_id{_PLACED}
    LEFT JOIN entries n ON n.assignment_id = e.assignment_id AND n.version = e.names"""

_VIEWS = {
    "v_measures": _MEASURES,
    "v_commitments": _COMMITMENTS,
    "v_assignments": _ASSIGNMENTS,
    "v_reports": _REPORTS,
    "v_entries": _ENTRIES,
}


def upgrade() -> None:
    """Create them; on a server that can, they show nobody what he may not read in the tables."""
    rights = " WITH (security_invoker = true)" if _can_invoke() else ""
    for name, said in _VIEWS.items():
        op.execute(f"CREATE VIEW {name}{rights} AS{said}")


def downgrade() -> None:
    """Drop them; nothing stands on them."""
    for name in _VIEWS:
        op.execute(f"DROP VIEW {name}")


def _can_invoke() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return int(bind.exec_driver_sql("SHOW server_version_num").scalar_one()) >= _INVOKER
