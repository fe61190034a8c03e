-- Types of assessments: defining them from a script, and the scores that are computed from their weights.

-- Questions and choices out of jsonb.

CREATE OR REPLACE FUNCTION json_weight(item jsonb, key text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a weight or a limit of a question, null when the key is missing or null.
DECLARE
	given CONSTANT numeric := json_number(item, key);
BEGIN
	IF abs(given) >= 1e15 OR scale(trim_scale(given)) > 10 THEN
		RAISE EXCEPTION '"%" must be below 1e15 and have at most ten decimals, not %', key, left(given::text, 40)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN given;
END
$$;
COMMENT ON FUNCTION json_weight(jsonb, text) IS
'Used by define_assessment_type(). Raises 22023 for what is no number, has more than 15 digits before the point or 10 after it.';

CREATE OR REPLACE FUNCTION question_of(item jsonb, place integer) RETURNS assessment_question
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the question that an element of a list of questions describes, without its type of assessment.
DECLARE
	parsed assessment_question;
BEGIN
	PERFORM check_item(item, '{code,text,type,required,lowest,highest,weight,score_group,active,code_list,choices}', 'code',
		'{"code": "PREGNANT", "text": "Pregnant?", "type": "code", "code_list": "1.8"}');
	parsed.question_code := json_text(item, 'code');
	parsed.question_text := json_text(item, 'text');
	parsed.question_order := place;
	parsed.question_type := json_text(item, 'type');
	parsed.required := coalesce(json_boolean(item, 'required'), false);
	parsed.lowest := json_weight(item, 'lowest');
	parsed.highest := json_weight(item, 'highest');
	parsed.weight := json_weight(item, 'weight');
	parsed.score_group := json_text(item, 'score_group');
	parsed.active := coalesce(json_boolean(item, 'active'), true);
	PERFORM check_label('code', parsed.question_code, true), check_label('text', parsed.question_text, true),
		check_label('type', parsed.question_type, true), check_label('score_group', parsed.score_group, false),
		check_word('type', parsed.question_type, '{number,money,date,code,codes,text,score}'), check_question(parsed);
	RETURN parsed;
END
$$;
COMMENT ON FUNCTION question_of(jsonb, integer) IS
'Used by put_question(). item: see define_assessment_type(). place: 1 for the first. Raises 22004 (no code, text or type),
22023 (malformed).';

CREATE OR REPLACE FUNCTION check_question(question assessment_question) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a question has nothing that its type has no use for.
BEGIN
	IF question.question_type NOT IN ('number', 'money') AND num_nonnulls(question.lowest, question.highest, question.weight) > 0 THEN
		RAISE EXCEPTION 'lowest, highest and weight are for questions of type number or money, not %', question.question_type
			USING ERRCODE = 'invalid_parameter_value', HINT = 'The weights of codes are those of the choices.';
	END IF;
	IF question.highest < question.lowest THEN
		RAISE EXCEPTION 'highest must not be below lowest: % to %', question.lowest, question.highest
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF question.question_type = 'score' AND question.required THEN
		RAISE EXCEPTION 'a score cannot be required' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'It is computed, and there is none where nothing that counts was answered.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_question(assessment_question) IS 'Used by question_of(). Raises 22023.';

CREATE OR REPLACE FUNCTION choice_of(item jsonb) RETURNS assessment_choice
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the choice that an element of a list of choices describes, without its question and place.
DECLARE
	parsed assessment_choice;
BEGIN
	PERFORM check_item(item, '{code,text,answer_status,weight,active}', 'code', '{"code": "1", "text": "Yes", "weight": 1}');
	parsed.choice_code := json_text(item, 'code');
	parsed.choice_text := json_text(item, 'text');
	parsed.answer_status := coalesce(json_text(item, 'answer_status'), 'answered');
	parsed.weight := json_weight(item, 'weight');
	parsed.active := coalesce(json_boolean(item, 'active'), true);
	PERFORM check_label('code', parsed.choice_code, true), check_label('text', parsed.choice_text, true),
		check_word('answer_status', parsed.answer_status, '{answered,doesnt_know,prefers_not_to_answer,not_collected}');
	RETURN parsed;
END
$$;
COMMENT ON FUNCTION choice_of(jsonb) IS
'Used by choices_of(). item: see define_assessment_type(). Raises 22004 (no code or text), 22023 (malformed).';

CREATE OR REPLACE FUNCTION unknown_status(label text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns what a label of HUD's list 1.6 says about an answer: that there is none, and why. Any other label is an answer.
	SELECT coalesce((SELECT CASE c.code WHEN '8' THEN 'doesnt_know' WHEN '9' THEN 'prefers_not_to_answer' ELSE 'not_collected' END
		FROM hud_code c WHERE c.list = '1.6' AND c.label = replace(unknown_status.label, '''', '’')), 'answered');
END;
COMMENT ON FUNCTION unknown_status(text) IS
'Used by define_assessment_type(): the answer_status of a choice from HUD''s code lists. Codes 8, 9 and 99 mean something else in some.';

CREATE OR REPLACE FUNCTION listed_choices(code_list text) RETURNS TABLE (place bigint, choice jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the codes of a HUD list as choices, those that are no answer last. Retired ones cannot be chosen.
	SELECT row_number() OVER (ORDER BY unknown_status(c.label) <> 'answered', length(c.code), c.code COLLATE "C"),
		jsonb_build_object('code', c.code, 'text', c.label, 'answer_status', unknown_status(c.label), 'active', NOT c.retired)
	FROM hud_code c WHERE c.list = listed_choices.code_list AND c.date_deleted IS NULL;
END;
COMMENT ON FUNCTION listed_choices(text) IS
'Used by define_assessment_type(). code_list: number of a list in hud_code; choice: as in a list of choices there.';

CREATE OR REPLACE FUNCTION check_choices(item jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a question has choices if its type has them, and none otherwise.
DECLARE
	with_choices CONSTANT boolean := item ->> 'type' IN ('code', 'codes');
	given CONSTANT jsonb := nullif(item -> 'choices', 'null');
	list CONSTANT text := json_text(item, 'code_list');
BEGIN
	IF with_choices <> (num_nonnulls(list, given) > 0) THEN
		RAISE EXCEPTION '%', CASE WHEN with_choices THEN 'a question of type code or codes needs choices'
				ELSE 'choices are for questions of type code or codes' END
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Give choices, code_list, or both, to a question of type code or codes.';
	END IF;
	IF jsonb_typeof(given) <> 'array' OR jsonb_array_length(given) NOT BETWEEN (list IS NULL)::integer AND 5000 THEN
		RAISE EXCEPTION 'choices must be a jsonb array of 1 to 5000 elements' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF list IS NOT NULL AND NOT EXISTS (SELECT FROM listed_choices(list)) THEN
		RAISE EXCEPTION 'there is no HUD code list "%"', left(list, 60) USING ERRCODE = 'CT009',
			HINT = 'See hud_code for the lists, for example 1.8.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_choices(jsonb) IS
'Used by choices_of(). item: a question of define_assessment_type(). Raises 22023 (choices missing, malformed or without use),
CT009 (no such list).';

CREATE OR REPLACE FUNCTION choices_of(item jsonb) RETURNS SETOF assessment_choice
LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT AS $$
-- Returns the choices of a question in their order: those of the HUD list, as the element changes them, then its own.
DECLARE
	parsed assessment_choice;
	codes text[] := '{}';
	path text;
	choice jsonb;
	state text; message text; detail text; hint text;
BEGIN
	PERFORM check_choices(item);
	FOR path, choice IN
		SELECT coalesce(g.path, 'code_list'), CASE WHEN jsonb_typeof(g.choice) <> 'object' THEN g.choice
			ELSE coalesce(l.choice, '{}') || coalesce(jsonb_strip_nulls(g.choice), '{}') END
		FROM listed_choices(item ->> 'code_list') l
		FULL JOIN (SELECT format('choices[%s]', e.place - 1) AS path, e.place, e.value AS choice
			FROM jsonb_array_elements(nullif(item -> 'choices', 'null')) WITH ORDINALITY e (value, place)) g
			ON g.choice ->> 'code' = l.choice ->> 'code'
		ORDER BY l.place, g.place
	LOOP
		parsed := choice_of(choice);
		IF parsed.choice_code = ANY (codes) THEN
			RAISE EXCEPTION 'the choice is there twice' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		codes := codes || parsed.choice_code;
		parsed.choice_order := cardinality(codes);
		RETURN NEXT parsed;
	END LOOP;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	IF path IS NULL THEN
		RAISE;
	END IF;
	PERFORM raise_at(path, state, message, detail, hint, choice::text);
END
$$;
COMMENT ON FUNCTION choices_of(jsonb) IS
'Used by put_question(). item: a question of define_assessment_type(). Raises 22004, 22023 with the place, as choices[0], CT009
(no such list).';

-- Storing them.

CREATE OR REPLACE FUNCTION put_choices(question_id bigint, item jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that exactly the choices of an element can be chosen for a question. Those left out are deactivated.
DECLARE
	choices CONSTANT assessment_choice[] := ARRAY(SELECT c FROM choices_of(item) c);
BEGIN
	INSERT INTO assessment_choice AS t (assessment_question_id, choice_code, choice_text, choice_order, answer_status, weight, active)
	SELECT question_id, c.choice_code, c.choice_text, c.choice_order, c.answer_status, c.weight, c.active FROM unnest(choices) c
	ON CONFLICT ON CONSTRAINT assessment_choice_assessment_question_id_choice_code_key
	DO UPDATE SET choice_text = excluded.choice_text, choice_order = excluded.choice_order, answer_status = excluded.answer_status,
		weight = excluded.weight, active = excluded.active, date_deleted = NULL
	WHERE (t.choice_text, t.choice_order, t.answer_status, t.weight, t.active, t.date_deleted) IS DISTINCT FROM
		(excluded.choice_text, excluded.choice_order, excluded.answer_status, excluded.weight, excluded.active, NULL::timestamptz);
	UPDATE assessment_choice t SET active = false
	WHERE t.assessment_question_id = question_id AND t.active
	AND t.choice_code <> ALL (ARRAY(SELECT c.choice_code FROM unnest(choices) c));
END
$$;
COMMENT ON FUNCTION put_choices(bigint, jsonb) IS
'Used by put_question(). item: a question of define_assessment_type(). Raises what choices_of() raises, CT006 (another
answer_status for a choice that was taken).';

CREATE OR REPLACE FUNCTION put_question(type_id bigint, item jsonb, place integer, others text[]) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a type of assessment has a question at its place, and returns its code, which is none of the others.
DECLARE
	parsed assessment_question := question_of(item, place);
	question_id bigint;
BEGIN
	IF parsed.question_code = ANY (others) THEN
		RAISE EXCEPTION 'the question is there twice' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	INSERT INTO assessment_question AS t (assessment_type_id, question_code, question_text, question_order, question_type, required,
		lowest, highest, weight, score_group, active)
	VALUES (type_id, parsed.question_code, parsed.question_text, place, parsed.question_type, parsed.required, parsed.lowest,
		parsed.highest, parsed.weight, parsed.score_group, parsed.active)
	ON CONFLICT ON CONSTRAINT assessment_question_assessment_type_id_question_code_key
	DO UPDATE SET question_text = excluded.question_text, question_order = excluded.question_order,
		question_type = excluded.question_type, required = excluded.required, lowest = excluded.lowest, highest = excluded.highest,
		weight = excluded.weight, score_group = excluded.score_group, active = excluded.active, date_deleted = NULL
	WHERE (t.question_text, t.question_order, t.question_type, t.required, t.lowest, t.highest, t.weight, t.score_group, t.active,
			t.date_deleted) IS DISTINCT FROM (excluded.question_text, excluded.question_order, excluded.question_type,
			excluded.required, excluded.lowest, excluded.highest, excluded.weight, excluded.score_group, excluded.active,
			NULL::timestamptz);
	SELECT q.assessment_question_id INTO question_id FROM assessment_question q
	WHERE q.assessment_type_id = type_id AND q.question_code = parsed.question_code;
	PERFORM put_choices(question_id, item);
	RETURN parsed.question_code;
END
$$;
COMMENT ON FUNCTION put_question(bigint, jsonb, integer, text[]) IS
'Used by replace_questions(). item: see define_assessment_type(). place: 1 for the first. others: the codes before it. Raises
22004, 22023 (malformed, or a question twice), CT006 (another type for a question that was answered), CT009 (no such list).';

CREATE OR REPLACE FUNCTION replace_questions(type_id bigint, questions jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a type of assessment asks exactly these questions in their order, or raises, saying which is wrong. Questions
-- left out are deactivated: they may have answers.
DECLARE
	asked text[] := '{}';
	item jsonb;
	state text; message text; detail text; hint text;
BEGIN
	IF jsonb_typeof(questions) <> 'array' OR jsonb_array_length(questions) > 1000 THEN
		RAISE EXCEPTION 'questions must be a jsonb array of at most 1000 elements, not %', left(questions::text, 60)
			USING ERRCODE = 'invalid_parameter_value', HINT = 'For example: [{"code": "SIZE", "text": "Family size", "type": "number"}]';
	END IF;
	PERFORM FROM assessment_type t WHERE t.assessment_type_id = type_id FOR NO KEY UPDATE;
	BEGIN
		FOR item IN SELECT e.value FROM jsonb_array_elements(questions) WITH ORDINALITY e (value, place) ORDER BY e.place
		LOOP
			asked := asked || put_question(type_id, item, cardinality(asked) + 1, asked);
		END LOOP;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		PERFORM raise_at(format('questions[%s]', cardinality(asked)), state, message, detail, hint, item::text);
	END;
	UPDATE assessment_question q SET active = false
	WHERE q.assessment_type_id = type_id AND q.active AND q.question_code <> ALL (asked);
END
$$;
COMMENT ON FUNCTION replace_questions(bigint, jsonb) IS
'Used by define_assessment_type(). Raises 22023 and what put_question() raises, with the place, as questions[0].choices[2].';

CREATE OR REPLACE FUNCTION define_assessment_type(code text, name text DEFAULT NULL, questions jsonb DEFAULT NULL,
	sensitive boolean DEFAULT NULL, follow_up_days integer DEFAULT NULL, active boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a type of assessment like this, and returns its id.
DECLARE
	type_id bigint;
BEGIN
	PERFORM check_label('code', code, true), check_label('name', name, false);
	IF follow_up_days NOT BETWEEN 0 AND 36500 THEN
		RAISE EXCEPTION 'follow_up_days must be from 0 to 36500, not %', follow_up_days USING ERRCODE = 'invalid_parameter_value';
	END IF;
	type_id := put_setup_row('assessment_type', 'assessment_type_code', jsonb_strip_nulls(jsonb_build_object(
		'assessment_type_code', code, 'assessment_type_name', name, 'sensitive', sensitive, 'active', active))
		|| CASE WHEN follow_up_days IS NULL THEN '{}' ELSE jsonb_build_object('follow_up_days', nullif(follow_up_days, 0)) END);
	IF questions IS NOT NULL THEN
		PERFORM replace_questions(type_id, questions);
	END IF;
	RETURN type_id;
END
$$;
COMMENT ON FUNCTION define_assessment_type(text, text, jsonb, boolean, integer, boolean) IS
'Defines a type of assessment, or changes it, and returns its id. questions, in this order, in place of those that are there:
[{"code": by which answers name it, "text": to show, "type": number, money, date, code, codes, text or score, "required": an
answer is needed, and "doesn''t know" is one, "lowest", "highest", "weight": of number and money, "score_group": of a score the
questions that it adds up, of another question the group that it counts for, "active": false: no longer asked, "code_list":
choices from a list of hud_code, as "1.8", "choices": [{"code", "text", "weight": for scores, "answer_status": answered
(default), doesnt_know, prefers_not_to_answer, not_collected, "active"}, …]}, …]. With both, choices change those of the list, found
by code, and add to them. Questions and choices that are left out are deactivated: answers stay. sensitive: only users with
the right read_sensitive see and enter it, default false. follow_up_days: when a follow-up is due where no day is named; 0: it must
be named. active: whether it can be chosen, default true. Null: the default for a new type, otherwise as it is; a new one needs a
name. A deleted type comes back. Raises 22004 (no code; new without name; a question or choice without code, text or type), 22023
(blank, malformed, a question or choice twice: with the place, as questions[0].choices[2]), 42501 (not an administrator), CT006
(another type, or another answer_status, where there are answers), CT009 (no such list).';

-- Scores.

CREATE OR REPLACE FUNCTION score_assessment() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- Sets the scores of an assessment from the weights of its other answers. An update that leaves those that count as they are
-- keeps the scores that were computed then, with the weights of that time, unless it sets one to null.
DECLARE
	score_codes CONSTANT text[] := ARRAY(SELECT q.question_code FROM assessment_question q
		WHERE q.assessment_type_id = NEW.assessment_type_id AND q.question_type = 'score' AND q.date_deleted IS NULL);
	others CONSTANT jsonb := NEW.answers - score_codes;
	uncounted text[];
	scores jsonb;
BEGIN
	IF cardinality(score_codes) = 0 OR jsonb_typeof(NEW.answers) IS DISTINCT FROM 'object' THEN
		RETURN NEW;
	END IF;
	IF TG_OP = 'UPDATE' AND NEW.assessment_type_id = OLD.assessment_type_id THEN
		uncounted := score_codes || ARRAY(SELECT q.question_code FROM assessment_question q
			WHERE q.assessment_type_id = NEW.assessment_type_id AND q.question_type IN ('date', 'text') AND q.date_deleted IS NULL);
		IF NEW.answers - uncounted = OLD.answers - uncounted
				AND NOT EXISTS (SELECT FROM unnest(score_codes) c WHERE NEW.answers -> c = 'null') THEN
			NEW.answers := others || coalesce((SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(OLD.answers) o
				WHERE o.key = ANY (score_codes)), '{}');
			RETURN NEW;
		END IF;
	END IF;
	WITH points AS MATERIALIZED (
		SELECT q.score_group, (others -> q.question_code)::numeric * q.weight AS points
		FROM assessment_question q
		WHERE q.assessment_type_id = NEW.assessment_type_id AND q.weight IS NOT NULL AND q.date_deleted IS NULL
		AND CASE jsonb_typeof(others -> q.question_code) WHEN 'number' THEN abs((others -> q.question_code)::numeric) < 1e15 END -- else refused
		UNION ALL
		SELECT q.score_group, coalesce(h.weight, 0)
		FROM assessment_question q JOIN assessment_choice h ON h.assessment_question_id = q.assessment_question_id
		WHERE q.assessment_type_id = NEW.assessment_type_id AND q.question_type IN ('code', 'codes') AND q.date_deleted IS NULL
		AND h.date_deleted IS NULL AND others -> q.question_code @> to_jsonb(h.choice_code)
		AND (h.weight IS NOT NULL OR (h.answer_status = 'answered' AND EXISTS (SELECT FROM assessment_choice w
			WHERE w.assessment_question_id = q.assessment_question_id AND w.weight IS NOT NULL AND w.date_deleted IS NULL)))
	), totals AS (
		SELECT s.question_code, sum(p.points) AS total
		FROM assessment_question s JOIN points p ON s.score_group IS NULL OR p.score_group = s.score_group
		WHERE s.assessment_type_id = NEW.assessment_type_id AND s.question_type = 'score' AND s.date_deleted IS NULL
		AND (s.active OR NEW.answers ? s.question_code)
		GROUP BY s.question_code)
	SELECT jsonb_object_agg(t.question_code, trim_scale(t.total)) INTO scores FROM totals t;
	NEW.answers := others || coalesce(scores, '{}');
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION score_assessment() IS
'Row trigger of assessment, BEFORE INSERT OR UPDATE: a score is the sum of number or amount times weight, and of the weights of
the choices that were taken, over the questions of its score_group, or all. A choice without a weight counts as 0 where others of
its question have one, unless it says that there is no answer. Where nothing that counts was answered there is no score: unknown is
not 0. A score that is entered by hand is overwritten; one that is set to null is computed anew.';
CREATE OR REPLACE TRIGGER score_assessment BEFORE INSERT OR UPDATE OF answers, assessment_type_id ON assessment
	FOR EACH ROW EXECUTE FUNCTION score_assessment();

CREATE OR REPLACE FUNCTION rescore_assessments(type text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Computes the scores of all assessments of a type with the weights of now, and returns how many changed. What is entered stays
-- as it is, so rules about entering do not judge it.
DECLARE
	type_id CONSTANT bigint := assessment_type_of(type);
	anew CONSTANT jsonb := (SELECT jsonb_object_agg(q.question_code, NULL) FROM assessment_question q
		WHERE q.assessment_type_id = type_id AND q.question_type = 'score' AND q.active AND q.date_deleted IS NULL);
	history CONSTANT text := write_history('load');
	changed bigint := 0;
BEGIN
	IF type IS NULL THEN
		RAISE EXCEPTION 'type must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	WITH before AS MATERIALIZED (
		SELECT a.assessment_id, a.answers FROM assessment a
		WHERE a.assessment_type_id = type_id AND a.date_deleted IS NULL AND anew IS NOT NULL
		ORDER BY a.assessment_id FOR NO KEY UPDATE
	), after AS (
		UPDATE assessment a SET answers = b.answers || anew FROM before b
		WHERE a.assessment_id = b.assessment_id RETURNING a.answers <> b.answers AS is_new)
	SELECT count(*) FILTER (WHERE f.is_new) INTO changed FROM after f;
	PERFORM write_history(history);
	RETURN changed;
END
$$;
COMMENT ON FUNCTION rescore_assessments(text) IS
'Computes the scores of all live assessments of a type anew, of every organization, after its weights were changed, and returns how many
changed. Otherwise an assessment keeps the scores of the day when its answers were entered or changed. For administrators.
Raises 22004 (null), 42501 (not an administrator), CT009 (no such type).';

CREATE OR REPLACE FUNCTION assessment_type_of(type text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SET search_path FROM CURRENT AS $$
-- Returns the id of the live type of assessment with this code.
DECLARE
	found bigint;
BEGIN
	SELECT t.assessment_type_id INTO found FROM assessment_type t WHERE t.assessment_type_code = type AND t.date_deleted IS NULL;
	IF found IS NULL THEN
		RAISE EXCEPTION 'assessment type "%" does not exist', left(type, 60) USING ERRCODE = 'CT009', HINT = 'See assessment_type.';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION assessment_type_of(text) IS
'The id of the type of assessment with this assessment_type_code, active or not; null for null. Raises CT009 when there is none.';
INSERT INTO schema_function (function_name, grantee) VALUES ('rescore_assessments', 'clienttrack_admin')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
