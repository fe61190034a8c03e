-- The audit: what keeps it, its partitions, and what becomes of old ones.

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
	FOR EACH ROW EXECUTE FUNCTION append_only();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only;

CREATE OR REPLACE FUNCTION refuse_truncate(audit_table regclass) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- Ensures that audit_event or one of its partitions cannot be truncated. Partitions inherit row triggers only.
BEGIN
	EXECUTE format('CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s
		FOR EACH STATEMENT EXECUTE FUNCTION append_only()', audit_table);
	EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_truncate', audit_table);
END
$$;
COMMENT ON FUNCTION refuse_truncate(regclass) IS 'Used by install(), migrate() and make_audit_partitions(): puts the trigger on a table that refuses TRUNCATE.';
SELECT refuse_truncate('audit_event');
SELECT refuse_truncate(i.inhrelid::regclass) FROM pg_inherits i WHERE i.inhparent = 'audit_event'::regclass;

-- Sessions remember which columns are protected until this table changes.
CREATE OR REPLACE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON protected_column
	FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE OR REPLACE TRIGGER note_truncate AFTER TRUNCATE ON protected_column
	FOR EACH STATEMENT EXECUTE FUNCTION note_change();
ALTER TABLE protected_column ENABLE ALWAYS TRIGGER note_change, ENABLE ALWAYS TRIGGER note_truncate;

CREATE OR REPLACE FUNCTION make_audit_table(name name, purpose text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- Makes a table like audit_event, to become a partition of it.
BEGIN
	EXECUTE format('CREATE TABLE %I (LIKE audit_event INCLUDING DEFAULTS INCLUDING COMMENTS)', name);
	EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', name);
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name); -- events are read through audit_event
	EXECUTE format('COMMENT ON TABLE %I IS %L', name, purpose);
	EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', name);
	PERFORM refuse_truncate(quote_ident(name)::regclass);
END
$$;
COMMENT ON FUNCTION make_audit_table(name, text) IS
'Used by make_audit_partitions(): makes a table of this name and with this comment. Raises 42P07 (there is one).';

CREATE OR REPLACE FUNCTION audit_default_partition() RETURNS regclass
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the partition of the events of months that have none.
	SELECT i.inhrelid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	WHERE i.inhparent = 'audit_event'::regclass AND pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT';
END;
COMMENT ON FUNCTION audit_default_partition() IS
'Used by make_audit_partitions(): the partition of events that no other takes; null where there is none.';

CREATE OR REPLACE FUNCTION make_audit_partition(first_day date) RETURNS name
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
-- Makes the partition of a month, and moves there the events of the month that are in the default partition.
DECLARE
	name CONSTANT name := 'audit_event_' || to_char(first_day, 'YYYY_MM');
	month CONSTANT tstzrange := tstzrange(first_day, (first_day + interval '1 month')::date);
	others CONSTANT regclass := audit_default_partition();
	in_others boolean := false;
BEGIN
	PERFORM make_audit_table(name, format('Events of %s (UTC).', to_char(first_day, 'YYYY-MM')));
	IF others IS NOT NULL THEN
		EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', others);
		EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE event_time <@ $1)', others) INTO in_others USING month;
	END IF;
	IF in_others THEN
		EXECUTE format('ALTER TABLE audit_event DETACH PARTITION %s', others); -- whose rows may be moved then
		EXECUTE format('WITH moved AS (DELETE FROM %s WHERE event_time <@ $1 RETURNING *) INSERT INTO %I SELECT * FROM moved',
			others, name) USING month;
	END IF;
	EXECUTE format('ALTER TABLE audit_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lower(month), upper(month));
	IF in_others THEN
		EXECUTE format('ALTER TABLE audit_event ATTACH PARTITION %s DEFAULT', others);
	END IF;
	RETURN name;
END
$$;
COMMENT ON FUNCTION make_audit_partition(date) IS
'Used by make_audit_partitions(): makes the partition of the month that begins on first_day, in UTC. Events of the month that
are in the default partition are moved. Raises 42501 (not the owner), 42P07 (there is a table of this name).';

CREATE OR REPLACE FUNCTION make_audit_partitions(months_ahead integer DEFAULT 12) RETURNS SETOF name
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
-- Ensures that this month and the next ones have a partition, and so has every month with events in the default one.
DECLARE
	months date[];
BEGIN
	IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 1200 THEN
		RAISE EXCEPTION 'months_ahead must be from 0 to 1200' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF audit_default_partition() IS NULL THEN
		PERFORM make_audit_table('audit_event_default', 'Events of months that have no partition of their own.');
		ALTER TABLE audit_event ATTACH PARTITION audit_event_default DEFAULT;
	END IF;
	EXECUTE format('SELECT array_agg(DISTINCT date_trunc(''month'', event_time)::date) FROM %s', audit_default_partition())
		INTO months;
	RETURN QUERY
	SELECT make_audit_partition(m.first_day) FROM (
		SELECT unnest(months) UNION
		SELECT (date_trunc('month', now()) + make_interval(months => n))::date FROM generate_series(0, months_ahead) n) AS m (first_day)
	WHERE to_regclass(quote_ident('audit_event_' || to_char(m.first_day, 'YYYY_MM'))) IS NULL
	ORDER BY m.first_day;
END
$$;
COMMENT ON FUNCTION make_audit_partitions(integer) IS
'Makes the partitions of audit_event for this month and so many months ahead (default 12), and for months whose events went to
the default partition since they had none, which are moved; returns the names of those that were missing. To be called once a
month by the owner, for instance by cron; install() and migrate() call it too. Writers wait while events are moved.
Raises 22023 (months_ahead), 42501 (not the owner).';

CREATE OR REPLACE FUNCTION drop_audit_before(before date, keep interval DEFAULT '7 years') RETURNS SETOF name
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
-- Drops the partitions of months that ended before a day, and returns their names.
DECLARE
	old record;
BEGIN
	IF num_nulls(before, keep) > 0 THEN
		RAISE EXCEPTION 'before and keep must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF NOT isfinite(before) OR before > now() - keep THEN
		RAISE EXCEPTION 'the audit of the last % is kept', keep USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Give an earlier day, or a shorter time to keep.';
	END IF;
	FOR old IN
		SELECT c.relname, c.oid::regclass AS partition
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		CROSS JOIN LATERAL substring(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']*)''\)$') AS bound (upper)
		WHERE i.inhparent = 'audit_event'::regclass AND bound.upper::timestamptz <= before
		ORDER BY bound.upper::timestamptz
	LOOP
		EXECUTE format('DROP TABLE %s', old.partition);
		RETURN NEXT old.relname;
	END LOOP;
END
$$;
COMMENT ON FUNCTION drop_audit_before(date, interval) IS
'Drops the partitions of audit_event whose months (UTC) ended on the given day or before, and returns their names. keep: what
is kept in any case, seven years unless told otherwise. Call make_audit_partitions() first where events of old months are in the
default partition. Raises 22004 (null), 22023 (the day is within what is kept), 42501 (not the owner).';

-- This month's and the next ones' partitions.
SELECT make_audit_partitions(3);
INSERT INTO schema_function (function_name) VALUES ('refuse_truncate'), ('make_audit_table'), ('audit_default_partition'),
	('make_audit_partition'), ('make_audit_partitions'), ('drop_audit_before')
ON CONFLICT (function_name) DO NOTHING;
