-- What isolation specs begin with: CALL test.fresh_hmis() brings the schema hmis to where install() leaves it.
--
-- `make installcheck` reads this file into the database of the specs. The first call installs the schema and remembers
-- what it holds then. Every other call only takes away what was entered or made since, at a thirtieth of the cost. Where
-- something that install() made is gone or altered, the schema is installed anew.
CREATE SCHEMA test;
CREATE SCHEMA installed;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION clienttrack;

CREATE TABLE test.installed_object (classid oid NOT NULL, name text NOT NULL);
COMMENT ON TABLE test.installed_object IS 'The tables, views, functions and so on of the schema hmis when it was installed.';

CREATE TABLE test.installed_definition (digest bigint NOT NULL);
COMMENT ON TABLE test.installed_definition IS 'What test.definition_digest() said when the schema hmis was installed.';

CREATE TABLE test.installed_sequence (sequence regclass NOT NULL, start_value bigint NOT NULL, last_value bigint);
COMMENT ON TABLE test.installed_sequence IS
'The sequences of the schema hmis, with the last number that installing used; null for none.';

CREATE VIEW test.current_object AS
SELECT d.classid, d.objid, coalesce(c.relname, d.objid::text) AS name, coalesce(c.relispartition, false) AS partition
FROM pg_depend d LEFT JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = to_regnamespace('hmis')
AND d.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass);
COMMENT ON VIEW test.current_object IS 'What is in the schema hmis now. A table may be made again under its name.';

CREATE VIEW test.filled_table AS
SELECT c.oid::regclass AS filled, to_regclass(format('installed.%I', c.relname)) AS copy
FROM pg_class c WHERE c.relnamespace = to_regnamespace('hmis') AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
ORDER BY c.oid;
COMMENT ON VIEW test.filled_table IS
'The tables of the schema hmis that hold rows, or once did; with the copy of the rows that installing made, if any.';

CREATE FUNCTION test.definition_digest() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
-- Returns a number that becomes another when something that install() made is gone, or its columns, constraints, indexes,
-- triggers, policies or source are altered. A partition may be made again.
BEGIN
	RETURN (
		WITH present AS (
			SELECT o.* FROM test.installed_object i JOIN test.current_object o USING (classid, name)
		), definition AS (
			SELECT p.objid FROM present p WHERE NOT p.partition
		), part (name, transaction, place) AS (
			SELECT p.name, NULL, NULL FROM present p
			UNION ALL SELECT x.attname, x.xmin, x.ctid FROM pg_attribute x JOIN definition d ON d.objid = x.attrelid
			UNION ALL SELECT x.conname, x.xmin, x.ctid FROM pg_constraint x JOIN definition d ON d.objid = x.conrelid
			UNION ALL SELECT 'index', x.xmin, x.ctid FROM pg_index x JOIN definition d ON d.objid = x.indrelid
			UNION ALL SELECT x.tgname, x.xmin, x.ctid FROM pg_trigger x JOIN definition d ON d.objid = x.tgrelid
			UNION ALL SELECT x.polname, x.xmin, x.ctid FROM pg_policy x JOIN definition d ON d.objid = x.polrelid
			UNION ALL SELECT x.rulename, x.xmin, x.ctid FROM pg_rewrite x JOIN definition d ON d.objid = x.ev_class
			UNION ALL SELECT x.proname, x.xmin, x.ctid FROM pg_proc x JOIN definition d ON d.objid = x.oid
		)
		SELECT sum(hashtext(concat_ws(' ', p.name, p.transaction, p.place))) FROM part p);
END
$$;

CREATE PROCEDURE test.require_no_transaction() LANGUAGE plpgsql AS $$
-- Ensures that no session of this spec is left in a transaction, whose locks the next permutation would wait for.
DECLARE
	spec CONSTANT text := regexp_replace(current_setting('application_name'), '/[^/]*$', '');
	sessions CONSTANT text := (SELECT string_agg(a.application_name, ', ') FROM pg_stat_activity a
		WHERE a.datname = current_database() AND starts_with(a.application_name, spec || '/') AND a.pid <> pg_backend_pid()
		AND a.state LIKE 'idle in transaction%');
BEGIN
	IF sessions IS NOT NULL THEN
		RAISE EXCEPTION 'the permutation before left a transaction open: %', sessions
			USING ERRCODE = 'active_sql_transaction', HINT = 'Let each permutation end what it begins.';
	END IF;
END
$$;

CREATE PROCEDURE test.install_hmis() LANGUAGE plpgsql SET client_min_messages = warning AS $$
-- Installs the schema hmis, in place of the one that is there, and remembers what it holds.
DECLARE
	t test.filled_table;
	stored regclass;
BEGIN
	DROP SCHEMA IF EXISTS hmis, installed CASCADE;
	CALL clienttrack.install('hmis');
	-- So that empty_hmis() can take events away. Whoever does not work as a replica still cannot.
	ALTER TABLE hmis.audit_event ENABLE TRIGGER append_only;
	-- What is planned and where rows are put must not depend on when they were vacuumed.
	FOR stored IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', stored);
	END LOOP;

	CREATE SCHEMA installed;
	FOR t IN TABLE test.filled_table LOOP
		EXECUTE format('CREATE TABLE installed.%I AS TABLE %s',
			(SELECT c.relname FROM pg_class c WHERE c.oid = t.filled), t.filled);
	END LOOP;
	TRUNCATE test.installed_object, test.installed_definition, test.installed_sequence;
	INSERT INTO test.installed_object SELECT classid, name FROM test.current_object;
	INSERT INTO test.installed_definition SELECT test.definition_digest();
	INSERT INTO test.installed_sequence SELECT s.seqrelid, s.seqstart, pg_sequence_last_value(s.seqrelid)
	FROM test.current_object o JOIN pg_sequence s ON s.seqrelid = o.objid AND o.classid = 'pg_class'::regclass;
END
$$;

CREATE PROCEDURE test.drop_added_objects() LANGUAGE plpgsql SET client_min_messages = warning AS $$
-- Drops what was made in the schema hmis since it was installed.
DECLARE
	statements CONSTANT text := (
		SELECT string_agg(format('DROP %s IF EXISTS %s CASCADE', i.type, i.identity), '; ' ORDER BY i.type = 'sequence')
		FROM test.current_object o, pg_identify_object(o.classid, o.objid, 0) i
		WHERE (o.classid, o.name) NOT IN (TABLE test.installed_object));
BEGIN
	IF statements IS NOT NULL THEN
		EXECUTE statements;
	END IF;
END
$$;

CREATE PROCEDURE test.restore_rows(changed regclass, copy regclass) LANGUAGE plpgsql AS $$
-- Ensures that a table holds the rows of its copy, and leaves it alone if it does.
DECLARE
	same boolean;
BEGIN
	EXECUTE format('SELECT NOT EXISTS (TABLE %1$s EXCEPT ALL TABLE %2$s) AND NOT EXISTS (TABLE %2$s EXCEPT ALL TABLE %1$s)',
		changed, copy) INTO same;
	IF NOT same THEN
		EXECUTE format('DELETE FROM %s', changed);
		EXECUTE format('INSERT INTO %s TABLE %s', changed, copy);
	END IF;
END
$$;

CREATE PROCEDURE test.empty_hmis() LANGUAGE plpgsql SET session_replication_role = replica AS $$
-- Takes the rows entered since the schema was installed out of its tables, and lets the sequences begin again. As a replica
-- no rule or foreign key is judged, and nothing audited; sessions nevertheless forget what they remember of the rows.
DECLARE
	t test.filled_table;
BEGIN
	FOR t IN TABLE test.filled_table LOOP
		IF t.copy IS NULL THEN
			EXECUTE format('DELETE FROM %s', t.filled);
		ELSE
			CALL test.restore_rows(t.filled, t.copy);
		END IF;
	END LOOP;
	PERFORM setval(s.sequence, coalesce(s.last_value, s.start_value), s.last_value IS NOT NULL) FROM test.installed_sequence s
	WHERE pg_sequence_last_value(s.sequence) IS DISTINCT FROM s.last_value;
END
$$;

CREATE PROCEDURE test.fresh_hmis() LANGUAGE plpgsql SET lock_timeout = '30s' AS $$
-- Ensures that the schema hmis is as if it had just been installed. Other sessions must not be using it.
BEGIN
	CALL test.require_no_transaction();
	IF test.definition_digest() = (SELECT d.digest FROM test.installed_definition d) THEN
		CALL test.drop_added_objects();
		CALL test.empty_hmis();
	ELSE
		CALL test.install_hmis();
	END IF;
END
$$;
