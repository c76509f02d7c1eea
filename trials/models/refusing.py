"""What the triggers of a trial, a claim and a report have in common."""

REFUSE_IF = "IF {test} THEN RAISE EXCEPTION '{why}'; END IF; RETURN {row};"
