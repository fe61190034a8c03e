-- The columns of views of live rows mean what those of the view named …_all mean.

DO $$
DECLARE
	described record;
BEGIN
	FOR described IN
		SELECT l.relname AS view_name, a.attname AS column_name, col_description(c.oid, a.attnum) AS words
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		JOIN pg_catalog.pg_class l ON l.relnamespace = c.relnamespace AND l.relkind = 'v' AND l.relname || '_all' = c.relname
		WHERE c.relnamespace = @schema@::regnamespace AND c.relkind = 'v' AND pg_get_userbyid(c.relowner) = current_user
		AND EXISTS (SELECT FROM pg_catalog.pg_attribute b WHERE b.attrelid = l.oid AND b.attname = a.attname)
	LOOP
		EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', described.view_name, described.column_name, described.words);
	END LOOP;
END
$$;
