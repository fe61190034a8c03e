-- Enrollments with names, and those that overlap. Views named …_all show deleted rows as well.

CREATE OR REPLACE VIEW enrollment_history_all AS
SELECT e.enrollment_id, e.client_id, e.program_id, p.program_name, o.organization_name, e.entry_date, e.exit_date,
	coalesce(e.exit_date, greatest(current_date, e.entry_date)) - e.entry_date + 1 AS days_enrolled, e.household_id, e.relationship_to_hoh,
	(SELECT count(*) FROM enrollment m WHERE m.household_id = e.household_id AND m.date_deleted IS NULL) AS household_members,
	e.destination, d.label AS destination_label, e.grant_award_id, g.grant_identifier, m.case_manager_user_id,
	user_name(u) AS case_manager, s.services, s.first_service_date, s.last_service_date,
	a.assessments, e.enrollment_coc, e.living_situation, e.disabling_condition, e.move_in_date, e.hud_elements, e.exit_hud_elements, e.comments,
	e.date_created, user_name(eu) AS entered_by, e.date_updated, e.date_deleted, e.delete_reason
FROM enrollment e
LEFT JOIN program p ON p.program_id = e.program_id
LEFT JOIN organization o ON o.organization_id = p.organization_id
LEFT JOIN hud_code d ON d.list = '3.12.1' AND d.code = e.destination::text
LEFT JOIN grant_award g ON g.grant_award_id = e.grant_award_id
LEFT JOIN LATERAL (
	SELECT c.case_manager_user_id FROM case_assignment c
	WHERE c.enrollment_id = e.enrollment_id AND c.is_primary AND c.date_deleted IS NULL
	ORDER BY c.begin_date DESC, c.case_assignment_id DESC LIMIT 1) m ON true
LEFT JOIN hmis_user u ON u.user_id = m.case_manager_user_id
LEFT JOIN hmis_user eu ON eu.user_id = e.entered_by_user_id
LEFT JOIN LATERAL (
	SELECT count(*) AS services, min(x.date_provided) AS first_service_date, max(x.date_provided) AS last_service_date
	FROM client_service x WHERE x.enrollment_id = e.enrollment_id AND x.date_deleted IS NULL) s ON true
LEFT JOIN LATERAL (
	SELECT count(*) AS assessments FROM assessment x WHERE x.enrollment_id = e.enrollment_id AND x.date_deleted IS NULL) a ON true
ORDER BY e.entry_date DESC, e.enrollment_id DESC;
ALTER VIEW enrollment_history_all SET (security_invoker = true);
COMMENT ON VIEW enrollment_history_all IS 'Enrollments of clients with names in place of identifiers, newest first; deleted ones too (date_deleted).';
COMMENT ON COLUMN enrollment_history_all.enrollment_id IS 'Identifier.';
COMMENT ON COLUMN enrollment_history_all.client_id IS 'The client.';
COMMENT ON COLUMN enrollment_history_all.program_id IS 'The program.';
COMMENT ON COLUMN enrollment_history_all.program_name IS 'Name of the program.';
COMMENT ON COLUMN enrollment_history_all.organization_name IS 'The organization of the program.';
COMMENT ON COLUMN enrollment_history_all.entry_date IS 'First day.';
COMMENT ON COLUMN enrollment_history_all.exit_date IS 'Last day; null while enrolled.';
COMMENT ON COLUMN enrollment_history_all.days_enrolled IS 'How many days, the first and the last or today''s included.';
COMMENT ON COLUMN enrollment_history_all.household_id IS 'The same for everybody enrolled together.';
COMMENT ON COLUMN enrollment_history_all.relationship_to_hoh IS 'Relationship to the head of household, 1 is the head (HUD 3.15.1).';
COMMENT ON COLUMN enrollment_history_all.household_members IS 'How many enrollments in sight the household has, ended ones too.';
COMMENT ON COLUMN enrollment_history_all.destination IS 'Where the client went (HUD 3.12.1).';
COMMENT ON COLUMN enrollment_history_all.destination_label IS 'The destination in HUD''s words.';
COMMENT ON COLUMN enrollment_history_all.grant_award_id IS 'The grant that pays.';
COMMENT ON COLUMN enrollment_history_all.grant_identifier IS 'Number of the grant.';
COMMENT ON COLUMN enrollment_history_all.case_manager_user_id IS 'The primary case manager of the enrollment, the last one where it ended.';
COMMENT ON COLUMN enrollment_history_all.case_manager IS 'Name of the primary case manager.';
COMMENT ON COLUMN enrollment_history_all.services IS 'How many live services in sight stand on it.';
COMMENT ON COLUMN enrollment_history_all.first_service_date IS 'The first day of one of them.';
COMMENT ON COLUMN enrollment_history_all.last_service_date IS 'The last day of one of them.';
COMMENT ON COLUMN enrollment_history_all.assessments IS 'How many live assessments in sight are associated with it.';
COMMENT ON COLUMN enrollment_history_all.enrollment_coc IS 'CoC code (HUD 3.16.1).';
COMMENT ON COLUMN enrollment_history_all.living_situation IS 'Prior living situation (HUD 3.917.1).';
COMMENT ON COLUMN enrollment_history_all.disabling_condition IS 'HUD 3.08.';
COMMENT ON COLUMN enrollment_history_all.move_in_date IS 'Housing move-in date (HUD 3.20.1).';
COMMENT ON COLUMN enrollment_history_all.hud_elements IS 'The other HUD elements of Enrollment.csv by their HUD names.';
COMMENT ON COLUMN enrollment_history_all.exit_hud_elements IS 'The other HUD elements of Exit.csv by their HUD names.';
COMMENT ON COLUMN enrollment_history_all.comments IS 'Comments.';
COMMENT ON COLUMN enrollment_history_all.date_created IS 'When it was entered.';
COMMENT ON COLUMN enrollment_history_all.entered_by IS 'The user who entered it.';
COMMENT ON COLUMN enrollment_history_all.date_updated IS 'When it was last changed: what edit_enrollment() wants to know.';
COMMENT ON COLUMN enrollment_history_all.date_deleted IS 'When it was deleted; null while it is live.';
COMMENT ON COLUMN enrollment_history_all.delete_reason IS 'Why it was deleted.';

CREATE OR REPLACE VIEW enrollment_history AS
SELECT h.* FROM enrollment_history_all h WHERE h.date_deleted IS NULL ORDER BY h.entry_date DESC, h.enrollment_id DESC;
ALTER VIEW enrollment_history SET (security_invoker = true);
COMMENT ON VIEW enrollment_history IS 'Enrollments of clients with names in place of identifiers, newest first.';

CREATE OR REPLACE VIEW overlapping_enrollments AS
SELECT e.client_id, e.program_id, p.program_name, e.enrollment_id, e.entry_date, e.exit_date,
	o.enrollment_id AS other_enrollment_id, o.entry_date AS other_entry_date, o.exit_date AS other_exit_date,
	o.entry_date AS overlap_begin_date, least(e.exit_date, o.exit_date) AS overlap_end_date
FROM enrollment e
JOIN enrollment o ON o.client_id = e.client_id AND o.program_id = e.program_id
	AND (o.entry_date, o.enrollment_id) > (e.entry_date, e.enrollment_id)
	AND (o.entry_date < coalesce(e.exit_date, 'infinity') OR o.entry_date = e.entry_date)
LEFT JOIN program p ON p.program_id = e.program_id
WHERE e.date_deleted IS NULL AND o.date_deleted IS NULL
ORDER BY o.entry_date DESC, o.enrollment_id DESC;
ALTER VIEW overlapping_enrollments SET (security_invoker = true);
COMMENT ON VIEW overlapping_enrollments IS
'Pairs of enrollments of one client in one program that overlap (ClientTrack: Overlapping Enrollments Report). Entering on the day another
ends is no overlap.';
COMMENT ON COLUMN overlapping_enrollments.client_id IS 'The client.';
COMMENT ON COLUMN overlapping_enrollments.program_id IS 'The program.';
COMMENT ON COLUMN overlapping_enrollments.program_name IS 'Name of the program.';
COMMENT ON COLUMN overlapping_enrollments.enrollment_id IS 'The enrollment that began earlier.';
COMMENT ON COLUMN overlapping_enrollments.entry_date IS 'Its first day.';
COMMENT ON COLUMN overlapping_enrollments.exit_date IS 'Its last day; null while enrolled.';
COMMENT ON COLUMN overlapping_enrollments.other_enrollment_id IS 'The enrollment that began later.';
COMMENT ON COLUMN overlapping_enrollments.other_entry_date IS 'Its first day.';
COMMENT ON COLUMN overlapping_enrollments.other_exit_date IS 'Its last day; null while enrolled.';
COMMENT ON COLUMN overlapping_enrollments.overlap_begin_date IS 'The first day on which both are active.';
COMMENT ON COLUMN overlapping_enrollments.overlap_end_date IS 'The last one; null: both go on.';
