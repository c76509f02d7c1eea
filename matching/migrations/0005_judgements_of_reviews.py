from django.db import migrations

# A decided match keeps the figures it was decided on; of another one these are the nearest there are.
COPY = """
INSERT INTO matching_judgement
    (kind, ground, wish_id, solution_id, person_id, place, probability, factors, engine_version, at)
SELECT r.verdict, r.ground, m.wish_id, m.solution_id, r.expert_id, r.rank_shown, r.probability_shown,
    coalesce((SELECT jsonb_object_agg(one ->> 'name', one -> 'value')
              FROM jsonb_array_elements(m.score -> 'contributions') AS one), '{}'),
    m.engine_version, r.at
FROM matching_review AS r JOIN matching_match AS m ON m.id = r.match_id
WHERE r.verdict IN ('approve', 'decline') AND r.probability_shown BETWEEN 0 AND 1
"""


class Migration(migrations.Migration):
    """Verdicts that were given before they were written down to learn from."""

    dependencies = [("matching", "0004_judgements")]

    operations = [migrations.RunSQL(COPY, "DELETE FROM matching_judgement")]
