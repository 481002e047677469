"""The best that could be written by hand in the sqlite3 shell for what a report asks of a ledger."""

# What a state counts as, once its row and its commitment, beside the document's first day, are there.
# The limit that is none keeps it apart: what it works out it works out once.
_COUNTS = """
  SELECT c.measure_id, a.owner_id, a.role <> 'support' counts, a.status, a.verification, c.weight, c.id,
    CASE WHEN a.status IN ('done', 'dropped') OR c.kind = 'continuing' OR a.due_on IS NULL
              OR b.gone < 0 THEN 'n/a'
         WHEN a.due_on < '{day}' THEN 'overdue'
         WHEN a.report IS NULL OR (a.percent IS NULL AND a.status <> 'not_started') OR b.gone IS NULL
           THEN 'unquantified'
         WHEN CASE a.status WHEN 'not_started' THEN 0 ELSE a.percent END
              * CAST(julianday(a.due_on) - b.began AS INTEGER) < 90 * b.gone THEN 'behind'
         WHEN CASE a.status WHEN 'not_started' THEN 0 ELSE a.percent END
              * CAST(julianday(a.due_on) - b.began AS INTEGER) > 110 * b.gone THEN 'ahead'
         ELSE 'on_schedule' END position
  FROM {states} a JOIN commitments c ON c.id = a.commitment_id JOIN measures m ON m.id = c.measure_id
    JOIN began b ON b.document_id = m.document_id
  WHERE a.standing LIMIT -1 OFFSET 0"""
_WORDS = {
    "status": ("not_started", "in_progress", "stalled", "done", "dropped"),
    "position": ("ahead", "on_schedule", "behind", "overdue", "unquantified", "n/a"),
    "verification": ("unreported", "reported", "verified", "returned"),
}
_SUMS = ", ".join(
    f"sum(counts AND {axis} = '{word}')" for axis, words in _WORDS.items() for word in words
)
_GONE = "(status = 'dropped' AND verification = 'verified')"

# What each owner's assignments in each measure amount to: as the program counts them.
_CELLS = f"""
WITH began AS MATERIALIZED (
  SELECT id document_id, julianday(coalesce(issued_on, horizon || '-01-01')) began,
    CAST(julianday('{{day}}') - julianday(coalesce(issued_on, horizon || '-01-01')) AS INTEGER) gone
  FROM documents),
{{before}} counted AS ({_COUNTS}),
grouped AS (
  SELECT measure_id, owner_id, {_SUMS}, sum(counts AND status = 'done' AND verification = 'verified'),
    sum(counts AND {_GONE}), sum(CASE WHEN counts AND NOT {_GONE} THEN weight ELSE 0 END),
    sum(CASE WHEN counts AND status = 'done' THEN weight ELSE 0 END), sum(NOT counts), count(DISTINCT id)
  FROM counted GROUP BY measure_id, owner_id)
SELECT d.code, s.number, m.key, o.code, g.* FROM grouped g JOIN measures m ON m.id = g.measure_id
  JOIN sections s ON s.id = m.section_id JOIN documents d ON d.id = m.document_id
  JOIN owners o ON o.id = g.owner_id
ORDER BY d.code, m.number, o.place, o.code"""

_STANDING = (
    "entries e LEFT JOIN gone g ON g.assignment_id = e.assignment_id AND g.names = e.version"
)

# The states of a past day, in one pass over the log: of several with the greatest date the last version.
_PAST = """
gone AS MATERIALIZED (SELECT assignment_id, names FROM entries WHERE kind = 'withdrawal'),
{told},
reviewed AS MATERIALIZED (
  SELECT e.assignment_id, e.names, max(e.version), e.verification FROM {standing}
  WHERE e.kind = 'review' AND g.names IS NULL GROUP BY e.assignment_id, e.names),
states AS (
  SELECT a.id, a.commitment_id, a.owner_id, a.role, 1 standing, t.version report,
    coalesce(t.status, 'not_started') status, t.percent,
    CASE WHEN t.version IS NULL THEN 'unreported' ELSE coalesce(r.verification, 'reported') END verification,
    date(substr(coalesce(n.target, a.first_target), 1, 4)
      || coalesce(nullif(substr(coalesce(n.target, a.first_target), 5), ''), '-12') || '-01',
      '+1 month', '-1 day') due_on
  FROM assignments a LEFT JOIN told t ON t.assignment_id = a.id
    LEFT JOIN moved n ON n.assignment_id = a.id
    LEFT JOIN reviewed r ON r.assignment_id = a.id AND r.names = t.version
  WHERE a.id IN (SELECT assignment_id FROM stands WHERE retired_at IS NULL)),"""

# Ways to find, of each assignment, the report and the move of a target that stood on a day. Which is
# the quicker depends on the file.
_TOLD = {
    "window": """
{name} AS MATERIALIZED (
  SELECT * FROM (
    SELECT e.assignment_id, e.version, e.status, e.percent, e.target, row_number() OVER (
      PARTITION BY e.assignment_id ORDER BY e.effective_on DESC, e.version DESC) place
    FROM {standing} WHERE e.kind = '{kind}' AND e.effective_on <= '{day}' AND g.names IS NULL)
  WHERE place = 1)""",
    "greatest": """
{name} AS MATERIALIZED (
  SELECT e.assignment_id, max(e.effective_on || printf('%09d', e.version)), e.version, e.status,
    e.percent, e.target
  FROM {standing} WHERE e.kind = '{kind}' AND e.effective_on <= '{day}' AND g.names IS NULL
  GROUP BY e.assignment_id)""",
    "lookup": """
{name} AS MATERIALIZED (
  SELECT a.id assignment_id, e.version, e.status, e.percent, e.target
  FROM assignments a JOIN entries e ON e.id = (
    SELECT l.id FROM entries l
    WHERE l.assignment_id = a.id AND l.kind = '{kind}' AND l.names IS NULL
      AND l.effective_on <= '{day}' AND NOT EXISTS (
      SELECT 1 FROM entries w
      WHERE w.assignment_id = a.id AND w.kind = 'withdrawal' AND w.names = l.version)
    ORDER BY l.effective_on DESC, l.version DESC LIMIT 1))""",
}


def now(day: str) -> str:
    """What all assignments amount to, as they stand."""
    return _CELLS.format(day=day, before="", states="assignments")


def past(day: str, way: str) -> str:
    """What they amounted to on a day, found in one of the ways."""
    told = ",".join(
        _TOLD[way].format(name=name, kind=kind, day=day, standing=_STANDING)
        for name, kind in (("told", "report"), ("moved", "retarget"))
    )
    return _CELLS.format(
        day=day, before=_PAST.format(told=told, standing=_STANDING), states="states"
    )


def by_owner() -> str:
    """The least that a table of owners needs: how many of their assignments have which status."""
    return (
        "SELECT o.code, m.document_id, a.status, count(*) FROM assignments a"
        " JOIN commitments c ON c.id = a.commitment_id JOIN measures m ON m.id = c.measure_id"
        " JOIN owners o ON o.id = a.owner_id WHERE a.standing AND a.role <> 'support' GROUP BY 1, 2, 3"
    )


WAYS = tuple(_TOLD)
