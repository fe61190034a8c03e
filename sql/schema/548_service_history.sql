-- What was given, with names, totals and running totals, newest first. Views named …_all show deleted rows as well.

CREATE OR REPLACE VIEW client_service_history_all AS
SELECT s.client_service_id, s.client_id, s.date_provided, s.service_id, v.service_code, v.service_name, vg.service_group_name,
	trim_scale(s.units) AS units, s.unit_of_measure, trim_scale(s.unit_value) AS unit_value, s.total_value,
	s.program_id, p.program_name, o.organization_name, s.enrollment_id, s.location_id, l.location_name, s.provider_id, pr.provider_name, s.provided_by_user_id,
	user_name(pu) AS provided_by, f.fund_name, s.grant_award_id,
	ga.grant_identifier, r.service_reason_name AS reason, s.goal_id, gl.goal_description, s.action_step_id, s.referral_id, s.client_barrier_id, b.barrier_name, s.service_authorization_id, s.comments, s.fa_amount,
	s.fa_start_date, s.fa_end_date, s.service_batch_run_id, s.date_created::date - s.date_provided AS days_to_entry, s.date_created,
	user_name(eu) AS entered_by, s.date_updated, s.date_deleted, s.delete_reason
FROM client_service s
LEFT JOIN service v ON v.service_id = s.service_id
LEFT JOIN service_group vg ON vg.service_group_id = v.service_group_id
LEFT JOIN program p ON p.program_id = s.program_id
LEFT JOIN organization o ON o.organization_id = p.organization_id
LEFT JOIN location l ON l.location_id = s.location_id
LEFT JOIN provider pr ON pr.provider_id = s.provider_id
LEFT JOIN hmis_user pu ON pu.user_id = s.provided_by_user_id
LEFT JOIN hmis_user eu ON eu.user_id = s.entered_by_user_id
LEFT JOIN grant_award ga ON ga.grant_award_id = s.grant_award_id
LEFT JOIN fund f ON f.fund_id = ga.fund_id
LEFT JOIN service_reason r ON r.service_reason_id = s.service_reason_id
LEFT JOIN goal gl ON gl.goal_id = s.goal_id
LEFT JOIN client_barrier cb ON cb.client_barrier_id = s.client_barrier_id
LEFT JOIN barrier b ON b.barrier_id = cb.barrier_id
ORDER BY s.date_provided DESC, s.client_service_id DESC;
ALTER VIEW client_service_history_all SET (security_invoker = true);
COMMENT ON VIEW client_service_history_all IS
'Services of clients with names in place of identifiers, newest first; deleted ones too (date_deleted).';
COMMENT ON COLUMN client_service_history_all.client_service_id IS 'Identifier.';
COMMENT ON COLUMN client_service_history_all.client_id IS 'The client.';
COMMENT ON COLUMN client_service_history_all.date_provided IS 'The day it was given.';
COMMENT ON COLUMN client_service_history_all.service_id IS 'The service.';
COMMENT ON COLUMN client_service_history_all.service_code IS 'Code of the service.';
COMMENT ON COLUMN client_service_history_all.service_name IS 'Name of the service.';
COMMENT ON COLUMN client_service_history_all.service_group_name IS 'The group of the service.';
COMMENT ON COLUMN client_service_history_all.units IS 'How many units.';
COMMENT ON COLUMN client_service_history_all.unit_of_measure IS 'What the units are.';
COMMENT ON COLUMN client_service_history_all.unit_value IS 'Value of one unit in dollars.';
COMMENT ON COLUMN client_service_history_all.total_value IS 'Value in dollars.';
COMMENT ON COLUMN client_service_history_all.program_id IS 'The program that gave it.';
COMMENT ON COLUMN client_service_history_all.program_name IS 'Name of the program.';
COMMENT ON COLUMN client_service_history_all.organization_name IS 'The organization of the program.';
COMMENT ON COLUMN client_service_history_all.enrollment_id IS 'The enrollment it belongs to.';
COMMENT ON COLUMN client_service_history_all.location_id IS 'The location.';
COMMENT ON COLUMN client_service_history_all.location_name IS 'Where it was given.';
COMMENT ON COLUMN client_service_history_all.provider_id IS 'The provider.';
COMMENT ON COLUMN client_service_history_all.provider_name IS 'The provider who gave it, where it is not the program.';
COMMENT ON COLUMN client_service_history_all.provided_by_user_id IS 'The user who gave it.';
COMMENT ON COLUMN client_service_history_all.provided_by IS 'Name of the user who gave it.';
COMMENT ON COLUMN client_service_history_all.fund_name IS 'The fund that pays.';
COMMENT ON COLUMN client_service_history_all.grant_award_id IS 'The grant that pays.';
COMMENT ON COLUMN client_service_history_all.grant_identifier IS 'Number of the grant.';
COMMENT ON COLUMN client_service_history_all.reason IS 'Why it was given.';
COMMENT ON COLUMN client_service_history_all.goal_id IS 'The goal that it serves.';
COMMENT ON COLUMN client_service_history_all.goal_description IS 'The goal in words.';
COMMENT ON COLUMN client_service_history_all.action_step_id IS 'The step of the action plan that it carries out.';
COMMENT ON COLUMN client_service_history_all.referral_id IS 'The referral that it is the outcome of.';
COMMENT ON COLUMN client_service_history_all.client_barrier_id IS 'The need or barrier that it is given for.';
COMMENT ON COLUMN client_service_history_all.barrier_name IS 'Name of the need or barrier.';
COMMENT ON COLUMN client_service_history_all.service_authorization_id IS 'The service authorization that it draws on.';
COMMENT ON COLUMN client_service_history_all.comments IS 'Comments.';
COMMENT ON COLUMN client_service_history_all.fa_amount IS 'HUD financial assistance in dollars.';
COMMENT ON COLUMN client_service_history_all.fa_start_date IS 'First day of the HUD financial assistance.';
COMMENT ON COLUMN client_service_history_all.fa_end_date IS 'Last day of the HUD financial assistance.';
COMMENT ON COLUMN client_service_history_all.service_batch_run_id IS 'The batch run that posted it; null for other services.';
COMMENT ON COLUMN client_service_history_all.days_to_entry IS 'How many days after the date provided it was entered.';
COMMENT ON COLUMN client_service_history_all.date_created IS 'When it was entered.';
COMMENT ON COLUMN client_service_history_all.entered_by IS 'The user who entered it.';
COMMENT ON COLUMN client_service_history_all.date_updated IS 'When it was last changed: what edit_service() wants to know.';
COMMENT ON COLUMN client_service_history_all.date_deleted IS 'When it was deleted; null while it is live.';
COMMENT ON COLUMN client_service_history_all.delete_reason IS 'Why it was deleted.';

CREATE OR REPLACE VIEW client_service_history AS
SELECT h.*,
	sum(h.units) OVER running AS running_units, sum(h.total_value) OVER running_client AS running_value,
	sum(h.units) OVER (PARTITION BY h.client_id, h.unit_of_measure) AS units_of_client,
	sum(h.total_value) OVER (PARTITION BY h.client_id) AS value_of_client
FROM client_service_history_all h
WHERE h.date_deleted IS NULL
WINDOW running AS (PARTITION BY h.client_id, h.unit_of_measure ORDER BY h.date_provided, h.client_service_id),
	running_client AS (PARTITION BY h.client_id ORDER BY h.date_provided, h.client_service_id)
ORDER BY h.date_provided DESC, h.client_service_id DESC;
ALTER VIEW client_service_history SET (security_invoker = true);
COMMENT ON VIEW client_service_history IS
'Services of clients with names in place of identifiers, newest first, with totals and running totals: of units for each unit of
measure of a client, and of their value for a client. They are of all live services of the client, whatever days a query asks for.';
COMMENT ON COLUMN client_service_history.running_units IS 'Units in this unit of measure that the client had received with this service.';
COMMENT ON COLUMN client_service_history.running_value IS 'Value in dollars of what the client had received with this service.';
COMMENT ON COLUMN client_service_history.units_of_client IS 'Units in this unit of measure that the client has received altogether.';
COMMENT ON COLUMN client_service_history.value_of_client IS 'Value in dollars of what the client has received altogether.';

CREATE OR REPLACE VIEW indirect_service_history_all AS
SELECT s.indirect_service_id, s.date_provided, s.service_id, v.service_code, v.service_name, s.persons_served,
	trim_scale(s.units) AS units, s.unit_of_measure, trim_scale(s.unit_value) AS unit_value, s.total_value, s.program_id, p.program_name,
	o.organization_name, l.location_name, pr.provider_name, user_name(pu) AS provided_by,
	ga.grant_identifier, r.service_reason_name AS reason, s.comments, s.date_created,
	user_name(eu) AS entered_by, s.date_updated, s.date_deleted, s.delete_reason
FROM indirect_service s
LEFT JOIN service v ON v.service_id = s.service_id
LEFT JOIN program p ON p.program_id = s.program_id
LEFT JOIN organization o ON o.organization_id = p.organization_id
LEFT JOIN location l ON l.location_id = s.location_id
LEFT JOIN provider pr ON pr.provider_id = s.provider_id
LEFT JOIN hmis_user pu ON pu.user_id = s.provided_by_user_id
LEFT JOIN hmis_user eu ON eu.user_id = s.entered_by_user_id
LEFT JOIN grant_award ga ON ga.grant_award_id = s.grant_award_id
LEFT JOIN service_reason r ON r.service_reason_id = s.service_reason_id
ORDER BY s.date_provided DESC, s.indirect_service_id DESC;
ALTER VIEW indirect_service_history_all SET (security_invoker = true);
COMMENT ON VIEW indirect_service_history_all IS
'Services to people who are not identified, with names in place of identifiers, newest first; deleted ones too.';
COMMENT ON COLUMN indirect_service_history_all.indirect_service_id IS 'Identifier.';
COMMENT ON COLUMN indirect_service_history_all.date_provided IS 'The day it was given.';
COMMENT ON COLUMN indirect_service_history_all.service_id IS 'The service.';
COMMENT ON COLUMN indirect_service_history_all.service_code IS 'Code of the service.';
COMMENT ON COLUMN indirect_service_history_all.service_name IS 'Name of the service.';
COMMENT ON COLUMN indirect_service_history_all.persons_served IS 'How many people were served.';
COMMENT ON COLUMN indirect_service_history_all.units IS 'How many units.';
COMMENT ON COLUMN indirect_service_history_all.unit_of_measure IS 'What the units are.';
COMMENT ON COLUMN indirect_service_history_all.unit_value IS 'Value of one unit in dollars.';
COMMENT ON COLUMN indirect_service_history_all.total_value IS 'Value in dollars.';
COMMENT ON COLUMN indirect_service_history_all.program_id IS 'The program that gave it.';
COMMENT ON COLUMN indirect_service_history_all.program_name IS 'Name of the program.';
COMMENT ON COLUMN indirect_service_history_all.organization_name IS 'The organization of the program.';
COMMENT ON COLUMN indirect_service_history_all.location_name IS 'Where it was given.';
COMMENT ON COLUMN indirect_service_history_all.provider_name IS 'The provider who gave it, where it is not the program.';
COMMENT ON COLUMN indirect_service_history_all.provided_by IS 'The user who gave it.';
COMMENT ON COLUMN indirect_service_history_all.grant_identifier IS 'The grant that pays.';
COMMENT ON COLUMN indirect_service_history_all.reason IS 'Why it was given.';
COMMENT ON COLUMN indirect_service_history_all.comments IS 'Comments.';
COMMENT ON COLUMN indirect_service_history_all.date_created IS 'When it was entered.';
COMMENT ON COLUMN indirect_service_history_all.entered_by IS 'The user who entered it.';
COMMENT ON COLUMN indirect_service_history_all.date_updated IS 'When it was last changed.';
COMMENT ON COLUMN indirect_service_history_all.date_deleted IS 'When it was deleted; null while it is live.';
COMMENT ON COLUMN indirect_service_history_all.delete_reason IS 'Why it was deleted.';

CREATE OR REPLACE VIEW turn_away_history_all AS
SELECT t.turn_away_id, t.turn_away_date, t.client_id, t.persons, t.service_id, v.service_code, v.service_name,
	r.turn_away_reason_name AS reason, t.bar_id, t.program_id, p.program_name, o.organization_name, l.location_name, t.comments,
	t.date_created, user_name(eu) AS entered_by, t.date_updated, t.date_deleted, t.delete_reason
FROM turn_away t
LEFT JOIN service v ON v.service_id = t.service_id
LEFT JOIN turn_away_reason r ON r.turn_away_reason_id = t.turn_away_reason_id
LEFT JOIN program p ON p.program_id = t.program_id
LEFT JOIN organization o ON o.organization_id = p.organization_id
LEFT JOIN location l ON l.location_id = t.location_id
LEFT JOIN hmis_user eu ON eu.user_id = t.entered_by_user_id
ORDER BY t.turn_away_date DESC, t.turn_away_id DESC;
ALTER VIEW turn_away_history_all SET (security_invoker = true);
COMMENT ON VIEW turn_away_history_all IS
'People turned away, with names in place of identifiers, newest first; deleted ones too.';
COMMENT ON COLUMN turn_away_history_all.turn_away_id IS 'Identifier.';
COMMENT ON COLUMN turn_away_history_all.turn_away_date IS 'When.';
COMMENT ON COLUMN turn_away_history_all.client_id IS 'The client; null: not identified.';
COMMENT ON COLUMN turn_away_history_all.persons IS 'How many people.';
COMMENT ON COLUMN turn_away_history_all.service_id IS 'The service that they asked for.';
COMMENT ON COLUMN turn_away_history_all.service_code IS 'Code of the service.';
COMMENT ON COLUMN turn_away_history_all.service_name IS 'Name of the service.';
COMMENT ON COLUMN turn_away_history_all.reason IS 'Why.';
COMMENT ON COLUMN turn_away_history_all.bar_id IS 'The bar that is the reason.';
COMMENT ON COLUMN turn_away_history_all.program_id IS 'The program that turned them away.';
COMMENT ON COLUMN turn_away_history_all.program_name IS 'Name of the program.';
COMMENT ON COLUMN turn_away_history_all.organization_name IS 'The organization of the program.';
COMMENT ON COLUMN turn_away_history_all.location_name IS 'Where.';
COMMENT ON COLUMN turn_away_history_all.comments IS 'Comments.';
COMMENT ON COLUMN turn_away_history_all.date_created IS 'When it was entered.';
COMMENT ON COLUMN turn_away_history_all.entered_by IS 'The user who entered it.';
COMMENT ON COLUMN turn_away_history_all.date_updated IS 'When it was last changed.';
COMMENT ON COLUMN turn_away_history_all.date_deleted IS 'When it was deleted; null while it is live.';
COMMENT ON COLUMN turn_away_history_all.delete_reason IS 'Why it was deleted.';

CREATE OR REPLACE VIEW indirect_service_history AS
SELECT h.* FROM indirect_service_history_all h WHERE h.date_deleted IS NULL ORDER BY h.date_provided DESC, h.indirect_service_id DESC;
ALTER VIEW indirect_service_history SET (security_invoker = true);
COMMENT ON VIEW indirect_service_history IS 'Services to people who are not identified, with names in place of identifiers, newest first.';

CREATE OR REPLACE VIEW turn_away_history AS
SELECT h.* FROM turn_away_history_all h WHERE h.date_deleted IS NULL ORDER BY h.turn_away_date DESC, h.turn_away_id DESC;
ALTER VIEW turn_away_history SET (security_invoker = true);
COMMENT ON VIEW turn_away_history IS 'People turned away, with names in place of identifiers, newest first.';
