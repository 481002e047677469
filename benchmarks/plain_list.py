"""The floor that `tracker list` is measured against: the same rows with as little as possible."""

import sqlite3
from contextlib import closing

import typer
from tabulate import tabulate

STATEMENT = """
WITH counts AS (
  SELECT a.*, c.measure_id, CASE
           WHEN a.status IN ('done', 'dropped') OR c.kind = 'continuing' OR a.due_on IS NULL THEN 6
           WHEN date('now', '+8 hours') > a.due_on THEN 1
           WHEN a.percent IS NULL THEN 3
           WHEN a.percent * (julianday(a.due_on) - began.day) < 90 * (now.day - began.day) THEN 2
           WHEN a.percent * (julianday(a.due_on) - began.day) > 110 * (now.day - began.day) THEN 5
           ELSE 4 END place
  FROM assignments a JOIN commitments c ON c.id = a.commitment_id
  JOIN measures m ON m.id = c.measure_id
  JOIN (SELECT id, julianday(coalesce(issued_on, horizon || '-01-01')) day FROM documents) began
    ON began.id = m.document_id
  CROSS JOIN (SELECT julianday(date('now', '+8 hours')) day) now
  WHERE a.standing AND a.role <> 'support'),
counted AS (
  SELECT measure_id, count(*) n, sum(status = 'done') done, sum(status = 'stalled') stalled,
         sum(status = 'not_started') idle, max(target) latest, max(target_basis) basis,
         min(CASE WHEN status NOT IN ('done', 'dropped') THEN target END) next,
         sum(status = 'done' AND verification = 'verified') verified, min(place) place,
         min(CASE verification WHEN 'returned' THEN 1 WHEN 'unreported' THEN 2
                               WHEN 'reported' THEN 3 ELSE 4 END) checked
  FROM counts GROUP BY measure_id),
owned AS (
  SELECT measure_id, group_concat(code, ' ') codes FROM (
    SELECT DISTINCT c.measure_id, o.code, o.place FROM assignments a
    JOIN commitments c ON c.id = a.commitment_id JOIN owners o ON o.id = a.owner_id
    WHERE a.standing ORDER BY c.measure_id, o.place) GROUP BY measure_id)
SELECT m.key, s.label, m.title_en, n.latest, o.codes,
       CASE WHEN n.done = n.n THEN 'done' WHEN n.idle = n.n THEN 'not started'
            WHEN n.stalled THEN 'stalled' ELSE 'in progress' END,
       CASE n.place WHEN 1 THEN 'overdue' WHEN 2 THEN 'behind' WHEN 3 THEN 'unquantified'
                    WHEN 4 THEN 'on schedule' WHEN 5 THEN 'ahead' ELSE 'n/a' END,
       CASE n.checked WHEN 1 THEN 'returned' WHEN 2 THEN 'unreported' WHEN 3 THEN 'reported'
                      ELSE 'verified' END, n.basis, n.next, n.n, n.done,
       printf('%.1f%%', 100.0 * n.done / n.n), printf('%.1f%%', 100.0 * n.verified / n.n),
       substr('████████', 1, 8 * n.done / n.n) || substr('░░░░░░░░', 1, 8 - 8 * n.done / n.n)
FROM measures m JOIN documents d ON d.id = m.document_id JOIN sections s ON s.id = m.section_id
JOIN counted n ON n.measure_id = m.id JOIN owned o ON o.measure_id = m.id
ORDER BY d.code, m.number"""


def main(db: str) -> None:
    """Print the measures of the ledger in the file DB."""
    with closing(sqlite3.connect(db)) as connection:
        typer.echo(tabulate(connection.execute(STATEMENT).fetchall()))


typer.run(main)
