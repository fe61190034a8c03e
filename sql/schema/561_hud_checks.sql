-- The checks on HUD rows that look at more than one value, as data.

CREATE OR REPLACE FUNCTION hud_row_check()
RETURNS TABLE (file text, check_name text, severity text, column_name text, value text, condition text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the checks: value and condition are SQL expressions over w, a row of pg_temp.hud_work.
	VALUES
		('Export', 'csv_version', 'warning', 'CSVVersion', 'w.csvversion', $$w.csvversion IS NULL OR w.csvversion !~ '^20[0-9]{2} v[0-9]'$$),
		('Project', 'orphan_organization', 'error', 'OrganizationID', 'w.organizationid', 'w.organization_id IS NULL'),
		('Project', 'missing_value', 'warning', 'ProjectType', 'NULL', 'w.also_continuumproject = 1 AND w.project_type IS NULL'),
		('Project', 'end_before_start', 'warning', 'OperatingEndDate', 'w.operatingenddate', 'w.operatingenddate < w.operating_start_date'),
		('ProjectCoC', 'orphan_project', 'error', 'ProjectID', 'w.projectid', 'w.program_id IS NULL'),
		('Funder', 'orphan_project', 'error', 'ProjectID', 'w.projectid', 'w.program_id IS NULL'),
		('Funder', 'missing_value', 'warning', 'OtherFunder', 'NULL', 'w.funder = 46 AND w.otherfunder IS NULL'),
		('Funder', 'end_before_start', 'warning', 'EndDate', 'w.end_date', 'w.end_date < w.start_date'),
		('Client', 'impossible_birth_date', 'warning', 'DOB', 'NULL', 'w.dob > coalesce(w.date_created, now())::date'),
		('Client', 'client_disposed', 'error', NULL, 'NULL', $$w.client_id IN (SELECT c.client_id FROM client c WHERE c.date_disposed IS NOT NULL)$$),
		('Enrollment', 'orphan_client', 'error', 'PersonalID', 'w.personalid', 'w.client_id IS NULL'),
		('Enrollment', 'orphan_project', 'error', 'ProjectID', 'w.projectid', 'w.program_id IS NULL'),
		('Enrollment', 'missing_value', 'warning', 'EnrollmentCoC', 'NULL', 'w.relationship_to_hoh = 1 AND w.enrollment_coc IS NULL'),
		('Enrollment', 'coc_code', 'warning', 'EnrollmentCoC', 'w.enrollment_coc', $$w.enrollment_coc !~ '^[A-Za-z]{2}-[0-9]{3}$'$$),
		('Enrollment', 'entry_after_created', 'warning', 'EntryDate', 'w.entry_date', 'w.entry_date > w.date_created::date'),
		('Enrollment', 'outside_operating_dates', 'warning', 'EntryDate', 'w.entry_date', 'EXISTS (SELECT FROM program p WHERE p.program_id = w.program_id
			AND (w.entry_date < p.operating_start_date OR w.entry_date > p.operating_end_date))'),
		('Enrollment', 'move_in_outside_stay', 'warning', 'MoveInDate', 'w.move_in_date', 'w.move_in_date < w.entry_date OR w.move_in_date > w.exit_date'),
		('Enrollment', 'client_disposed', 'error', NULL, 'NULL', $$w.client_id IN (SELECT c.client_id FROM client c WHERE c.date_disposed IS NOT NULL)$$),
		('Exit', 'orphan_enrollment', 'error', 'EnrollmentID', 'w.enrollmentid', 'w.enrollment_id IS NULL'),
		('Exit', 'client_mismatch', 'error', 'PersonalID', 'w.personalid', 'w.enrollment_id IS NOT NULL AND w.client_id IS DISTINCT FROM w.enrolled_client_id'),
		('Exit', 'exit_before_entry', 'error', 'ExitDate', 'w.exit_date', 'w.exit_date < w.entry_date AND w.date_deleted IS NULL'),
		('Exit', 'client_disposed', 'error', NULL, 'NULL', $$w.client_id IN (SELECT c.client_id FROM client c WHERE c.date_disposed IS NOT NULL)$$),
		('Services', 'orphan_enrollment', 'error', 'EnrollmentID', 'w.enrollmentid', 'w.enrollment_id IS NULL'),
		('Services', 'client_mismatch', 'error', 'PersonalID', 'w.personalid', 'w.enrollment_id IS NOT NULL AND w.client_id IS DISTINCT FROM w.enrolled_client_id'),
		('Services', 'unknown_service', 'error', 'TypeProvided', $$format('%s-%s', w.recordtype, w.typeprovided)$$, 'w.service_id IS NULL'),
		('Services', 'bed_night_type', 'warning', 'TypeProvided', 'w.typeprovided', 'w.recordtype = 200 AND w.typeprovided <> 200'),
		('Services', 'bed_night_project', 'warning', 'RecordType', 'w.recordtype', 'w.recordtype = 200 AND w.project_type IS DISTINCT FROM 1'),
		('Services', 'negative_amount', 'error', 'FAAmount', 'w.fa_amount', 'w.fa_amount < 0'),
		('Services', 'end_before_start', 'warning', 'FAEndDate', 'w.faenddate', 'w.faenddate < w.fa_start_date'),
		('Services', 'client_disposed', 'error', NULL, 'NULL', $$w.client_id IN (SELECT c.client_id FROM client c WHERE c.date_disposed IS NOT NULL)$$),
		('IncomeBenefits', 'source_contradicts', 'warning', 'IncomeFromAnySource', 'w.also_incomefromanysource',
			'w.also_incomefromanysource = 0 AND (w.has_income OR w.income_sum > 0 OR w.also_totalmonthlyincome > 0)'),
		('IncomeBenefits', 'source_missing', 'warning', 'IncomeFromAnySource', 'w.also_incomefromanysource',
			'w.also_incomefromanysource = 1 AND NOT w.has_income'),
		('IncomeBenefits', 'source_contradicts', 'warning', 'BenefitsFromAnySource', 'w.also_benefitsfromanysource',
			'w.also_benefitsfromanysource = 0 AND w.has_benefits'),
		('IncomeBenefits', 'source_missing', 'warning', 'BenefitsFromAnySource', 'w.also_benefitsfromanysource',
			'w.also_benefitsfromanysource = 1 AND NOT w.has_benefits'),
		('IncomeBenefits', 'source_contradicts', 'warning', 'InsuranceFromAnySource', 'w.also_insurancefromanysource',
			'w.also_insurancefromanysource = 0 AND w.has_insurance'),
		('IncomeBenefits', 'source_missing', 'warning', 'InsuranceFromAnySource', 'w.also_insurancefromanysource',
			'w.also_insurancefromanysource = 1 AND NOT w.has_insurance'),
		('IncomeBenefits', 'total_differs', 'warning', 'TotalMonthlyIncome', 'w.also_totalmonthlyincome',
			'w.also_totalmonthlyincome <> w.income_sum'),
		('Disabilities', 'unknown_disability', 'error', 'DisabilityType', 'w.also_disabilitytype',
			'w.also_disabilitytype NOT BETWEEN 5 AND 10'),
		('Disabilities', 'not_in_list', 'warning', 'DisabilityResponse', 'NULL', 'w.also_disabilityresponse IN (2, 3) AND
			w.also_disabilitytype <> 10')
	UNION ALL
	SELECT f.file, c.check_name, c.severity, c.column_name, c.value, c.condition
	FROM unnest(ARRAY['IncomeBenefits', 'HealthAndDV', 'Disabilities']) AS f (file), (VALUES
		('orphan_enrollment', 'error', 'EnrollmentID', 'w.enrollmentid', 'w.enrollment_id IS NULL'),
		('client_mismatch', 'error', 'PersonalID', 'w.personalid', 'w.enrollment_id IS NOT NULL AND
			w.personal_client_id IS DISTINCT FROM w.client_id'),
		('client_disposed', 'error', NULL, 'NULL',
			$$w.client_id IN (SELECT c.client_id FROM client c WHERE c.date_disposed IS NOT NULL)$$),
		('unknown_assessment_type', 'error', NULL, 'NULL', 'w.assessment_type_id IS NULL'),
		('stage_not_at_entry', 'warning', 'InformationDate', 'w.assessment_date', 'w.data_collection_stage = 1 AND
			w.assessment_date <> w.entry_date'),
		('stage_not_at_exit', 'warning', 'InformationDate', 'w.assessment_date', 'w.data_collection_stage = 3
			AND w.enrollment_id IS NOT NULL AND w.assessment_date IS DISTINCT FROM w.exit_date'),
		('outside_stay', 'warning', 'InformationDate', 'w.assessment_date', 'w.data_collection_stage IN (2, 5)
			AND (w.assessment_date < w.entry_date OR w.assessment_date > w.exit_date)')) AS c (check_name, severity,
			column_name, value, condition);
END;
COMMENT ON FUNCTION hud_row_check() IS
'The checks that hud_load() makes on rows beside those of hud_column: file, check_name, severity (error: the row is refused),
column_name, value to quote and condition under which the finding is made.';
