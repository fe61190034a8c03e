-- What all forms share that change a record: what they hand in, and that nobody changed the record meanwhile.

CREATE OR REPLACE FUNCTION check_changed_keys(changes jsonb, editable text[], required text[], what text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that changes are an object, say what was read, name only what can be changed, and leave nothing empty that must be there.
DECLARE
	keys CONSTANT text := format('The keys are date_updated, %s.', array_to_string(editable, ', '));
	wrong text;
BEGIN
	IF jsonb_typeof(changes) IS DISTINCT FROM 'object' THEN
		RAISE EXCEPTION 'changes must be a jsonb object' USING ERRCODE = 'invalid_parameter_value', HINT = keys;
	END IF;
	SELECT k INTO wrong FROM jsonb_object_keys(changes) k WHERE k <> ALL (editable || 'date_updated'::text) LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION 'changes have a key that is not known: %', left(wrong, 60) USING ERRCODE = 'invalid_parameter_value', HINT = keys;
	END IF;
	IF coalesce(jsonb_typeof(changes -> 'date_updated'), 'null') = 'null' THEN
		RAISE EXCEPTION 'date_updated must be given' USING ERRCODE = 'null_value_not_allowed',
			HINT = format('Give it as it was when the %s was read, so that nobody''s change is overwritten.', what);
	ELSIF changes ->> 'date_updated' !~ '^(\d{4,}-\d{2}-\d{2}([T ].+)?|-?infinity)$' THEN
		RAISE EXCEPTION 'date_updated must be a date like 2026-03-01, not %', left(changes ->> 'date_updated', 40)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT k INTO wrong FROM unnest(required) k WHERE jsonb_typeof(changes -> k) = 'null' LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '% must not be null', wrong USING ERRCODE = 'null_value_not_allowed', HINT = 'Leave out what does not change.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_changed_keys(jsonb, text[], text[], text) IS
'Used by edit_service() and the like. editable: the keys that changes may have besides date_updated. required: those of them that are
not null. what: words for the record. Raises 22023 (malformed, unknown key), 22004 (null, no date_updated).';

CREATE OR REPLACE FUNCTION refuse_stale(what text, id bigint, read timestamptz, stored timestamptz) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that nobody has changed a record, which is locked, since it was read.
BEGIN
	IF stored <> read THEN
		RAISE EXCEPTION 'the % was changed since you read it', what USING ERRCODE = 'CT018',
			DETAIL = format('%s %s was changed at %s.', initcap(what), id, stored),
			HINT = 'Read it again, and make your change to what is there now.';
	END IF;
END
$$;
COMMENT ON FUNCTION refuse_stale(text, bigint, timestamptz, timestamptz) IS
'Used by edit_service() and the like. what: words for the record. read: date_updated as the caller read it, null: no matter; stored: as it is.
Raises CT018.';
