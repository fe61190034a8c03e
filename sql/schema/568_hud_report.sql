-- What became of each HUD load.

CREATE OR REPLACE VIEW hud_load_report AS
SELECT r.hud_load_run_id, s.source, r.status, h.file_order, f.file, f.rows_read, f.rows_loaded, f.rows_unchanged,
	f.rows_rejected, f.findings, f.started, f.finished
FROM hud_load_run r
JOIN hud_load_file f USING (hud_load_run_id)
JOIN hud_file h USING (file)
LEFT JOIN hud_source s USING (hud_source_id);
COMMENT ON VIEW hud_load_report IS
'Each load and file: rows_read = rows_loaded + rows_unchanged + rows_rejected. While a load runs, files that are done are
filled in and the one being loaded has started and not finished.';
