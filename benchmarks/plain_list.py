"""The floor that `tracker list` is measured against: the same rows with as little as possible."""

import typer
from sqlalchemy import create_engine, text
from tabulate import tabulate

STATEMENT = """
WITH counted AS (
  SELECT c.measure_id, count(*) n, sum(a.status = 'done') done, sum(a.status = 'stalled') stalled,
         sum(a.status = 'not_started') idle, max(a.target) latest, max(a.target_basis) basis,
         min(CASE WHEN a.status NOT IN ('done', 'dropped') THEN a.target END) next,
         sum(a.status = 'done' AND a.verification = 'verified') verified
  FROM assignments a JOIN commitments c ON c.id = a.commitment_id
  WHERE a.standing AND a.role <> 'support' GROUP BY c.measure_id),
owned AS (
  SELECT measure_id, group_concat(code, ' ') codes FROM (
    SELECT DISTINCT c.measure_id, o.code, o.place FROM assignments a
    JOIN commitments c ON c.id = a.commitment_id JOIN owners o ON o.id = a.owner_id
    WHERE a.standing ORDER BY c.measure_id, o.place) GROUP BY measure_id)
SELECT m.key, s.label, m.title_en, n.latest, n.basis, n.next, o.codes,
       CASE WHEN n.done = n.n THEN 'done' WHEN n.idle = n.n THEN 'not started'
            WHEN n.stalled THEN 'stalled' ELSE 'in progress' END, n.n, n.done,
       printf('%.1f%%', 100.0 * n.done / n.n), printf('%.1f%%', 100.0 * n.verified / n.n),
       substr('████████', 1, 8 * n.done / n.n) || substr('░░░░░░░░', 1, 8 - 8 * n.done / n.n)
FROM measures m JOIN documents d ON d.id = m.document_id JOIN sections s ON s.id = m.section_id
JOIN counted n ON n.measure_id = m.id JOIN owned o ON o.measure_id = m.id
ORDER BY d.code, m.number"""


def main(db: str) -> None:
    """Print the measures of the ledger in the file DB."""
    with create_engine(f"sqlite:///{db}").connect() as connection:
        typer.echo(tabulate([list(row) for row in connection.execute(text(STATEMENT))]))


typer.run(main)
