-- Answers of assessments.

CREATE FUNCTION clienttrack.unlisted_answers(answers jsonb, choices jsonb) RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_unlisted_answers';
COMMENT ON FUNCTION clienttrack.unlisted_answers(jsonb, jsonb) IS
'Used by the guard, so that the rules look only at what may not fit: the answers without those that are a text listed for
their question; null when none is left. choices: for each question_code that takes one code an object whose keys are the codes,
for example {"SSI": {"0": true, "1": true}}. What is no object comes back as it is.';
