-- Ensures that the summary says how the time to post grows: the exponent of the power law that fits best (1: linear), and
-- the time per client of the largest run against that of the second smallest, where what a statement costs whatever its
-- size no longer counts.
WITH median AS (
	SELECT side, rows, percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) AS ms,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu_milliseconds) AS cpu_ms
	FROM bench.timing WHERE benchmark = 'growth' AND run > 0 GROUP BY side, rows
), ends AS (
	SELECT side, max(rows) AS last, (array_agg(rows ORDER BY rows))[2] AS first FROM median GROUP BY side
)
INSERT INTO bench.summary (benchmark, name, ratio, at_most, cpu_ratio, milliseconds, judged_by)
(SELECT 'growth', 'growth of posting, guarded: exponent of clients (1: linear)', round(regr_slope(ln(ms), ln(rows))::numeric, 3), 1.1,
	round(regr_slope(ln(cpu_ms), ln(rows))::numeric, 3), max(ms)::numeric(12, 3), 'both'
FROM median WHERE side = 'guarded')
UNION ALL
(SELECT 'growth', format('time per client, %s: %s clients against %s', e.side, e.last, e.first),
	round((l.ms / l.rows / (f.ms / f.rows))::numeric, 3), CASE e.side WHEN 'guarded' THEN 1.3 END,
	round((l.cpu_ms / l.rows / (f.cpu_ms / f.rows))::numeric, 3), l.ms::numeric(12, 3), 'both'
FROM ends e
JOIN median l ON l.side = e.side AND l.rows = e.last
JOIN median f ON f.side = e.side AND f.rows = e.first
ORDER BY e.side);
