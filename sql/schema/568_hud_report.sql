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
ALTER VIEW hud_load_report SET (security_invoker = true);
COMMENT ON COLUMN hud_load_report.hud_load_run_id IS 'The load.';
COMMENT ON COLUMN hud_load_report.source IS 'The system that the export is from.';
COMMENT ON COLUMN hud_load_report.status IS 'Where the load stands.';
COMMENT ON COLUMN hud_load_report.file_order IS 'The order in which files are loaded.';
COMMENT ON COLUMN hud_load_report.file IS 'The file of the export.';
COMMENT ON COLUMN hud_load_report.rows_read IS 'Rows that were staged.';
COMMENT ON COLUMN hud_load_report.rows_loaded IS 'Rows that were written.';
COMMENT ON COLUMN hud_load_report.rows_unchanged IS 'Rows that were there already.';
COMMENT ON COLUMN hud_load_report.rows_rejected IS 'Rows that were refused, each with a finding.';
COMMENT ON COLUMN hud_load_report.findings IS 'Findings about the file.';
COMMENT ON COLUMN hud_load_report.started IS 'When loading of the file began.';
COMMENT ON COLUMN hud_load_report.finished IS 'When it ended; null while it goes on.';
