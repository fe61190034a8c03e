-- Ensures that every case is measured in the same way: its sides take turns in one session, each starts right after a
-- checkpoint and after the rows of the one before are gone, and a round that warms up is not counted. Two clocks are
-- read: elapsed time, and the processor time of the server process, which a busy machine disturbs less.
CREATE SCHEMA bench;

CREATE UNLOGGED TABLE bench.side (
	benchmark text, side text, position integer,
	rows bigint, prepare text[] NOT NULL DEFAULT '{}', statement text NOT NULL, tidy text[] NOT NULL DEFAULT '{}',
	PRIMARY KEY (benchmark, side));
COMMENT ON TABLE bench.side IS 'What is compared: statements to make ready, the one that is timed, and those that clean up.';

CREATE UNLOGGED TABLE bench.timing (
	benchmark text, side text, run integer, rows bigint, milliseconds double precision, cpu_milliseconds double precision);
COMMENT ON TABLE bench.timing IS 'What was measured. Run 0 warms up. For single statements: what one of many took.';

CREATE UNLOGGED TABLE bench.summary (
	benchmark text, name text, ratio numeric, at_most numeric, cpu_ratio numeric, lowest numeric, highest numeric,
	milliseconds numeric, judged_by text NOT NULL DEFAULT 'elapsed', line integer GENERATED ALWAYS AS IDENTITY);
COMMENT ON TABLE bench.summary IS 'One line for each comparison, in the order in which they were made.';

CREATE FUNCTION bench.cpu() RETURNS double precision
LANGUAGE sql VOLATILE
-- Returns the processor time that this server process has used, in milliseconds: to the nanosecond where the kernel
-- keeps it (schedstat), else in ticks of 10 ms.
RETURN coalesce(
	split_part(pg_read_file('/proc/self/schedstat', 0, 1000, true), ' ', 1)::float8 / 1e6,
	(SELECT (fields[12]::float8 + fields[13]::float8) * 10
	 FROM regexp_split_to_array(regexp_replace(pg_read_file('/proc/self/stat', 0, 1000, true), '^.*\) ', ''), ' ') AS fields));

CREATE PROCEDURE bench.start()
LANGUAGE plpgsql AS $$
-- Ensures that both clocks are read right before the statement.
BEGIN
	PERFORM set_config('bench.cpu', bench.cpu()::text, false), set_config('bench.started', clock_timestamp()::text, false);
END
$$;

CREATE PROCEDURE bench.stop(benchmark text, side text, run integer, rows bigint)
LANGUAGE plpgsql AS $$
-- Ensures that what the statement took, its commit included, is kept.
DECLARE
	stopped timestamptz := clock_timestamp();
	cpu float8 := bench.cpu();
BEGIN
	INSERT INTO bench.timing VALUES (benchmark, side, run, rows,
		extract(epoch FROM stopped - current_setting('bench.started')::timestamptz) * 1000,
		cpu - current_setting('bench.cpu')::float8);
END
$$;

CREATE FUNCTION bench.rounds(benchmark text, rounds integer) RETURNS SETOF text
LANGUAGE sql
BEGIN ATOMIC
	-- Returns the statements of a benchmark, to be executed one by one with \gexec. The order of the sides is turned round
	-- in every second round, so that a machine that slows down or speeds up favours none.
	SELECT step.statement
	FROM generate_series(0, rounds) AS r (run)
	CROSS JOIN bench.side s
	CROSS JOIN LATERAL unnest(s.prepare || ARRAY['CHECKPOINT', 'CALL bench.start()', s.statement,
		format('CALL bench.stop(%L, %L, %s, %L)', s.benchmark, s.side, r.run, s.rows)] || s.tidy) WITH ORDINALITY AS step (statement, ordinal)
	WHERE s.benchmark = rounds.benchmark
	ORDER BY r.run, s.position * (CASE r.run % 2 WHEN 0 THEN 1 ELSE -1 END), step.ordinal;
END;

CREATE PROCEDURE bench.compare(benchmark text, name text, side text, against text, at_most numeric DEFAULT NULL,
	judged_by text DEFAULT 'elapsed')
LANGUAGE sql
BEGIN ATOMIC
	-- Ensures that the summary has the median of the ratios of two sides, round by round.
	INSERT INTO bench.summary (benchmark, name, ratio, at_most, cpu_ratio, lowest, highest, milliseconds, judged_by)
	SELECT compare.benchmark, compare.name, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY a.milliseconds / b.milliseconds)::numeric, 3), compare.at_most,
		round(percentile_cont(0.5) WITHIN GROUP (ORDER BY a.cpu_milliseconds / nullif(b.cpu_milliseconds, 0))::numeric, 3),
		round(min(a.milliseconds / b.milliseconds)::numeric, 3), round(max(a.milliseconds / b.milliseconds)::numeric, 3),
		round(percentile_cont(0.5) WITHIN GROUP (ORDER BY a.milliseconds)::numeric, 3), compare.judged_by
	FROM bench.timing a JOIN bench.timing b ON b.benchmark = a.benchmark AND b.run = a.run
	WHERE a.benchmark = compare.benchmark AND a.run > 0 AND a.side = compare.side AND b.side = compare.against;
END;

CREATE FUNCTION bench.verdicts(benchmark text)
RETURNS TABLE (benchmark text, "case" text, ratio numeric, at_most numeric, verdict text, cpu_ratio numeric,
	lowest numeric, highest numeric, milliseconds numeric)
LANGUAGE sql
BEGIN ATOMIC
	-- Returns the lines of the summary, each with what became of its limit. Where the work is the processor's, a limit that
	-- one clock says is kept and the other says is not is told as such.
	SELECT s.benchmark, s.name, s.ratio, s.at_most,
		CASE WHEN s.at_most IS NULL THEN 'reported'
			WHEN s.judged_by = 'both' AND s.ratio <= s.at_most AND s.cpu_ratio > s.at_most THEN 'met by the clock only'
			WHEN s.ratio <= s.at_most THEN 'met'
			WHEN s.judged_by = 'both' AND s.cpu_ratio <= s.at_most THEN 'met by processor time only'
			ELSE 'missed' END,
		s.cpu_ratio, s.lowest, s.highest, s.milliseconds
	FROM bench.summary s WHERE s.benchmark = verdicts.benchmark ORDER BY s.line;
END;
