-- HUD HMIS CSV on its way in: what the files look like, staging tables, what was loaded, and what was found wrong.

CREATE TABLE hud_file (
	file text PRIMARY KEY,
	file_order smallint NOT NULL UNIQUE,
	staging_table name NOT NULL UNIQUE,
	target_table name,
	target_key name,
	needed boolean NOT NULL DEFAULT false
);
CALL declare_table('hud_file', 'setup');
COMMENT ON TABLE hud_file IS 'The files of a HUD HMIS CSV export that are loaded.';
COMMENT ON COLUMN hud_file.file IS 'Name without .csv.';
COMMENT ON COLUMN hud_file.file_order IS 'Order of loading.';
COMMENT ON COLUMN hud_file.staging_table IS 'The table that takes it as text.';
COMMENT ON COLUMN hud_file.target_table IS 'The table that its rows become rows of.';
COMMENT ON COLUMN hud_file.target_key IS 'The key of that table.';
COMMENT ON COLUMN hud_file.needed IS 'Whether an export without it is not loaded.';
INSERT INTO hud_file (file, file_order, staging_table, target_table, target_key, needed) VALUES
	('Export', 1, 'hud_export', NULL, NULL, true),
	('User', 2, 'hud_user', 'hmis_user', 'user_id', false),
	('Organization', 3, 'hud_organization', 'organization', 'organization_id', false),
	('Project', 4, 'hud_project', 'program', 'program_id', false),
	('ProjectCoC', 5, 'hud_project_coc', 'program_coc', 'program_coc_id', false),
	('Funder', 6, 'hud_funder', 'grant_award_program', 'grant_award_program_id', false),
	('Client', 7, 'hud_client', 'client', 'client_id', true),
	('Enrollment', 8, 'hud_enrollment', 'enrollment', 'enrollment_id', true),
	('Exit', 9, 'hud_exit', NULL, NULL, false),
	('Services', 10, 'hud_services', 'client_service', 'client_service_id', false),
	('IncomeBenefits', 11, 'hud_income_benefits', 'assessment', 'assessment_id', false),
	('HealthAndDV', 12, 'hud_health_and_dv', 'assessment', 'assessment_id', false),
	('Disabilities', 13, 'hud_disabilities', 'assessment', 'assessment_id', false);

CREATE TABLE hud_column (
	file text NOT NULL REFERENCES hud_file,
	file_position smallint NOT NULL,
	column_name text NOT NULL,
	data_type text NOT NULL CHECK (data_type IN ('S', 'I', 'D', 'T', 'M', 'M+')),
	max_length integer,
	required boolean NOT NULL,
	code_list text,
	filled_when text,
	rejects boolean NOT NULL,
	guarded boolean NOT NULL,
	layout text NOT NULL CHECK (layout IN ('both', '2024', '2026')),
	stored_as text,
	PRIMARY KEY (file, file_position),
	UNIQUE (file, column_name)
);
CALL declare_table('hud_column', 'setup');
COMMENT ON TABLE hud_column IS 'The columns of the HUD files and what is checked of them. Source: HMIS CSV Format Specifications, FY2024 and FY2026.';
COMMENT ON COLUMN hud_column.file IS 'The file.';
COMMENT ON COLUMN hud_column.file_position IS 'Position in the FY2026 file; columns of FY2024 files only come behind.';
COMMENT ON COLUMN hud_column.column_name IS 'Name as HUD writes it.';
COMMENT ON COLUMN hud_column.data_type IS 'S text, I integer, D date, T date and time, M money, M+ money that is not negative.';
COMMENT ON COLUMN hud_column.max_length IS 'Most characters of S.';
COMMENT ON COLUMN hud_column.required IS 'Whether it may not be empty, in either layout.';
COMMENT ON COLUMN hud_column.code_list IS 'List of hud_code that holds the right values.';
COMMENT ON COLUMN hud_column.filled_when IS 'When it may be filled: COLUMN=code,code; & between conditions that hold together, | between alternatives.';
COMMENT ON COLUMN hud_column.rejects IS 'Whether a row in which it is missing or unreadable is refused; otherwise that is a warning.';
COMMENT ON COLUMN hud_column.guarded IS 'Whether its values never appear in findings.';
COMMENT ON COLUMN hud_column.layout IS 'Fiscal year of the layout that it belongs to, or both.';
COMMENT ON COLUMN hud_column.stored_as IS 'Name in hud_elements, where it is not column_name.';
INSERT INTO hud_column (file, file_position, column_name, data_type, max_length, required, code_list, filled_when, rejects,
	guarded, layout, stored_as) VALUES
	('Export', 1, 'ExportID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Export', 2, 'SourceType', 'I', NULL, true, '1.9', NULL, false, false, 'both', NULL),
	('Export', 3, 'SourceID', 'S', 350, false, NULL, NULL, false, false, 'both', NULL),
	('Export', 4, 'SourceName', 'S', 50, false, NULL, NULL, false, false, 'both', NULL),
	('Export', 5, 'SourceContactFirst', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('Export', 6, 'SourceContactLast', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('Export', 7, 'SourceContactPhone', 'S', 10, false, NULL, NULL, false, true, 'both', NULL),
	('Export', 8, 'SourceContactExtension', 'S', 5, false, NULL, NULL, false, true, 'both', NULL),
	('Export', 9, 'SourceContactEmail', 'S', 320, false, NULL, NULL, false, true, 'both', NULL),
	('Export', 10, 'ExportDate', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Export', 11, 'ExportStartDate', 'D', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Export', 12, 'ExportEndDate', 'D', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Export', 13, 'SoftwareName', 'S', 50, true, NULL, NULL, false, false, 'both', NULL),
	('Export', 14, 'SoftwareVersion', 'S', 50, false, NULL, NULL, false, false, 'both', NULL),
	('Export', 15, 'CSVVersion', 'S', 50, false, NULL, NULL, false, false, 'both', NULL),
	('Export', 16, 'ExportPeriodType', 'I', NULL, true, '1.1', NULL, false, false, 'both', NULL),
	('Export', 17, 'ExportDirective', 'I', NULL, true, '1.2', NULL, false, false, 'both', NULL),
	('Export', 18, 'HashStatus', 'I', NULL, true, '1.5', NULL, false, false, 'both', NULL),
	('Export', 19, 'ImplementationID', 'S', 200, true, NULL, NULL, false, false, 'both', NULL),
	('Organization', 1, 'OrganizationID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Organization', 2, 'OrganizationName', 'S', 200, true, NULL, NULL, false, false, 'both', NULL),
	('Organization', 3, 'VictimServiceProvider', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Organization', 4, 'OrganizationCommonName', 'S', 200, false, NULL, NULL, false, false, 'both', NULL),
	('Organization', 5, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Organization', 6, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Organization', 7, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Organization', 8, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Organization', 9, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('User', 1, 'UserID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('User', 2, 'UserFirstName', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('User', 3, 'UserLastName', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('User', 4, 'UserPhone', 'S', 10, false, NULL, NULL, false, true, 'both', NULL),
	('User', 5, 'UserExtension', 'S', 5, false, NULL, NULL, false, true, 'both', NULL),
	('User', 6, 'UserEmail', 'S', 320, false, NULL, NULL, false, true, 'both', NULL),
	('User', 7, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('User', 8, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('User', 9, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('User', 10, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Project', 1, 'ProjectID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Project', 2, 'OrganizationID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Project', 3, 'ProjectName', 'S', 200, true, NULL, NULL, false, false, 'both', NULL),
	('Project', 4, 'ProjectCommonName', 'S', 200, false, NULL, NULL, false, false, 'both', NULL),
	('Project', 5, 'OperatingStartDate', 'D', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Project', 6, 'OperatingEndDate', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Project', 7, 'ContinuumProject', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Project', 8, 'ProjectType', 'I', NULL, false, '2.02.6', NULL, false, false, 'both', NULL),
	('Project', 9, 'HousingType', 'I', NULL, false, '2.02.D', NULL, false, false, 'both', NULL),
	('Project', 10, 'RRHSubType', 'I', NULL, false, '2.02.A', NULL, false, false, 'both', NULL),
	('Project', 11, 'ResidentialAffiliation', 'I', NULL, false, '1.10', NULL, false, false, 'both', NULL),
	('Project', 12, 'TargetPopulation', 'I', NULL, false, '2.02.7', NULL, false, false, 'both', NULL),
	('Project', 13, 'HOPWAMedAssistedLivingFac', 'I', NULL, false, '2.02.8', NULL, false, false, 'both', NULL),
	('Project', 14, 'PITCount', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Project', 15, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Project', 16, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Project', 17, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Project', 18, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Project', 19, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 1, 'ProjectCoCID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('ProjectCoC', 2, 'ProjectID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('ProjectCoC', 3, 'CoCCode', 'S', 6, true, NULL, NULL, true, false, 'both', NULL),
	('ProjectCoC', 4, 'Geocode', 'S', 6, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 5, 'Address1', 'S', 100, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 6, 'Address2', 'S', 100, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 7, 'City', 'S', 50, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 8, 'State', 'S', 2, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 9, 'ZIP', 'S', 5, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 10, 'GeographyType', 'I', NULL, false, '2.03.4', NULL, false, false, 'both', NULL),
	('ProjectCoC', 11, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 12, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 13, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 14, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('ProjectCoC', 15, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Funder', 1, 'FunderID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Funder', 2, 'ProjectID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Funder', 3, 'Funder', 'I', NULL, true, '2.06.1', NULL, true, false, 'both', NULL),
	('Funder', 4, 'OtherFunder', 'S', 100, false, NULL, 'Funder=46', false, false, 'both', NULL),
	('Funder', 5, 'GrantID', 'S', 100, false, NULL, NULL, false, false, 'both', NULL),
	('Funder', 6, 'StartDate', 'D', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Funder', 7, 'EndDate', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Funder', 8, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Funder', 9, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Funder', 10, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Funder', 11, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Funder', 12, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Client', 1, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Client', 2, 'FirstName', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 3, 'MiddleName', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 4, 'LastName', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 5, 'NameSuffix', 'S', 50, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 6, 'NameDataQuality', 'I', NULL, true, '3.01.5', NULL, false, false, 'both', NULL),
	('Client', 7, 'SSN', 'S', 9, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 8, 'SSNDataQuality', 'I', NULL, true, '3.02.2', NULL, false, false, 'both', NULL),
	('Client', 9, 'DOB', 'D', NULL, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 10, 'DOBDataQuality', 'I', NULL, true, '3.03.2', NULL, false, false, 'both', NULL),
	('Client', 11, 'Sex', 'I', NULL, false, '4.21', NULL, false, false, '2026', NULL),
	('Client', 12, 'AmIndAKNative', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Client', 13, 'Asian', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Client', 14, 'BlackAfAmerican', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Client', 15, 'HispanicLatinao', 'I', NULL, false, '1.10', NULL, false, false, '2026', NULL),
	('Client', 16, 'MidEastNAfrican', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Client', 17, 'NativeHIPacific', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Client', 18, 'White', 'I', NULL, true, '1.10', NULL, false, false, 'both', NULL),
	('Client', 19, 'RaceNone', 'I', NULL, false, '1.6', NULL, false, false, 'both', NULL),
	('Client', 20, 'AdditionalRaceEthnicity', 'S', 100, false, NULL, NULL, false, true, 'both', NULL),
	('Client', 21, 'VeteranStatus', 'I', NULL, true, '1.8', NULL, false, false, 'both', NULL),
	('Client', 22, 'YearEnteredService', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Client', 23, 'YearSeparated', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Client', 24, 'WorldWarII', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 25, 'KoreanWar', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 26, 'VietnamWar', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 27, 'DesertStorm', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 28, 'AfghanistanOEF', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 29, 'IraqOIF', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 30, 'IraqOND', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 31, 'OtherTheater', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Client', 32, 'MilitaryBranch', 'I', NULL, false, 'V1.11', NULL, false, false, 'both', NULL),
	('Client', 33, 'DischargeStatus', 'I', NULL, false, 'V1.12', NULL, false, false, 'both', NULL),
	('Client', 34, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Client', 35, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Client', 36, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Client', 37, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Client', 38, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Client', 39, 'HispanicLatinaeo', 'I', NULL, false, NULL, NULL, false, false, '2024', 'HispanicLatinao'),
	('Client', 40, 'Woman', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 41, 'Man', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 42, 'NonBinary', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 43, 'CulturallySpecific', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 44, 'Transgender', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 45, 'Questioning', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 46, 'DifferentIdentity', 'I', NULL, false, '1.10', NULL, false, false, '2024', NULL),
	('Client', 47, 'GenderNone', 'I', NULL, false, '1.6', NULL, false, false, '2024', NULL),
	('Client', 48, 'DifferentIdentityText', 'S', 100, false, NULL, NULL, false, true, '2024', NULL),
	('Enrollment', 1, 'EnrollmentID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Enrollment', 2, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Enrollment', 3, 'ProjectID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Enrollment', 4, 'EntryDate', 'D', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('Enrollment', 5, 'HouseholdID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 6, 'RelationshipToHoH', 'I', NULL, true, '3.15.1', NULL, false, false, 'both', NULL),
	('Enrollment', 7, 'EnrollmentCoC', 'S', 6, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 8, 'LivingSituation', 'I', NULL, false, '3.12.1', NULL, false, false, 'both', NULL),
	('Enrollment', 9, 'RentalSubsidyType', 'I', NULL, false, '3.12.A', 'LivingSituation=435', false, false, 'both', NULL),
	('Enrollment', 10, 'LengthOfStay', 'I', NULL, false, '3.917.2', NULL, false, false, 'both', NULL),
	('Enrollment', 11, 'LOSUnderThreshold', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 12, 'PreviousStreetESSH', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 13, 'DateToStreetESSH', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 14, 'TimesHomelessPastThreeYears', 'I', NULL, false, '3.917.4', NULL, false, false, 'both', NULL),
	('Enrollment', 15, 'MonthsHomelessPastThreeYears', 'I', NULL, false, '3.917.5', NULL, false, false, 'both', NULL),
	('Enrollment', 16, 'DisablingCondition', 'I', NULL, true, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 17, 'DateOfEngagement', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 18, 'MoveInDate', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 19, 'DateOfPATHStatus', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 20, 'ClientEnrolledInPATH', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 21, 'ReasonNotEnrolled', 'I', NULL, false, 'P3.A', 'ClientEnrolledInPATH=0', false, false, 'both', NULL),
	('Enrollment', 22, 'PercentAMI', 'I', NULL, false, 'V4.1', NULL, false, false, 'both', NULL),
	('Enrollment', 23, 'ReferralSource', 'I', NULL, false, 'R1.1', NULL, false, false, 'both', NULL),
	('Enrollment', 24, 'CountOutreachReferralApproaches', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 25, 'DateOfBCPStatus', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 26, 'EligibleForRHY', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 27, 'ReasonNoServices', 'I', NULL, false, 'R2.A', 'EligibleForRHY=0', false, false, 'both', NULL),
	('Enrollment', 28, 'RunawayYouth', 'I', NULL, false, '1.8', 'EligibleForRHY=1', false, false, 'both', NULL),
	('Enrollment', 29, 'FormerWardChildWelfare', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 30, 'ChildWelfareYears', 'I', NULL, false, 'R11.A', NULL, false, false, 'both', NULL),
	('Enrollment', 31, 'ChildWelfareMonths', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 32, 'FormerWardJuvenileJustice', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 33, 'JuvenileJusticeYears', 'I', NULL, false, 'R11.A', NULL, false, false, 'both', NULL),
	('Enrollment', 34, 'JuvenileJusticeMonths', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 35, 'UnemploymentFam', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 36, 'MentalHealthDisorderFam', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 37, 'PhysicalDisabilityFam', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 38, 'AlcoholDrugUseDisorderFam', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 39, 'InsufficientIncome', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 40, 'IncarceratedParent', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Enrollment', 41, 'VAMCStation', 'S', 5, false, 'V6.1', NULL, false, false, 'both', NULL),
	('Enrollment', 42, 'TargetScreenReqd', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 43, 'TimeToHousingLoss', 'I', NULL, false, 'V7.A', NULL, false, false, 'both', NULL),
	('Enrollment', 44, 'AnnualPercentAMI', 'I', NULL, false, 'V7.B', NULL, false, false, 'both', NULL),
	('Enrollment', 45, 'LiteralHomelessHistory', 'I', NULL, false, 'V7.C', NULL, false, false, 'both', NULL),
	('Enrollment', 46, 'ClientLeaseholder', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 47, 'HOHLeaseholder', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 48, 'SubsidyAtRisk', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 49, 'EvictionHistory', 'I', NULL, false, 'V7.G', NULL, false, false, 'both', NULL),
	('Enrollment', 50, 'CriminalRecord', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 51, 'IncarceratedAdult', 'I', NULL, false, 'V7.I', NULL, false, false, 'both', NULL),
	('Enrollment', 52, 'PrisonDischarge', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 53, 'SexOffender', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 54, 'DisabledHoH', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 55, 'CurrentPregnant', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 56, 'SingleParent', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 57, 'DependentUnder6', 'I', NULL, false, 'V7.O', NULL, false, false, 'both', NULL),
	('Enrollment', 58, 'HH5Plus', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 59, 'CoCPrioritized', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Enrollment', 60, 'HPScreeningScore', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 61, 'ThresholdScore', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 62, 'MentalHealthConsultation', 'I', NULL, false, 'V10', NULL, false, false, '2026', NULL),
	('Enrollment', 63, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 64, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 65, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 66, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 67, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Enrollment', 68, 'SexualOrientation', 'I', NULL, false, NULL, NULL, false, false, '2024', NULL),
	('Enrollment', 69, 'SexualOrientationOther', 'S', 100, false, NULL, NULL, false, true, '2024', NULL),
	('Enrollment', 70, 'TranslationNeeded', 'I', NULL, false, '1.8', NULL, false, false, '2024', NULL),
	('Enrollment', 71, 'PreferredLanguage', 'I', NULL, false, NULL, NULL, false, false, '2024', NULL),
	('Enrollment', 72, 'PreferredLanguageDifferent', 'S', 100, false, NULL, NULL, false, true, '2024', NULL),
	('Exit', 1, 'ExitID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Exit', 2, 'EnrollmentID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Exit', 3, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Exit', 4, 'ExitDate', 'D', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('Exit', 5, 'Destination', 'I', NULL, true, '3.12.1', NULL, false, false, 'both', NULL),
	('Exit', 6, 'DestinationSubsidyType', 'I', NULL, false, '3.12.A', 'Destination=435', false, false, 'both', NULL),
	('Exit', 7, 'OtherDestination', 'S', 50, false, NULL, 'Destination=17', false, true, 'both', NULL),
	('Exit', 8, 'HousingAssessment', 'I', NULL, false, 'W5.1', NULL, false, false, 'both', NULL),
	('Exit', 9, 'SubsidyInformation', 'I', NULL, false, 'W5.A-B', NULL, false, false, 'both', NULL),
	('Exit', 10, 'ProjectCompletionStatus', 'I', NULL, false, 'R17.1', NULL, false, false, 'both', NULL),
	('Exit', 11, 'EarlyExitReason', 'I', NULL, false, 'R17.A', 'ProjectCompletionStatus=3', false, false, 'both', NULL),
	('Exit', 12, 'ExchangeForSex', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Exit', 13, 'ExchangeForSexPastThreeMonths', 'I', NULL, false, '1.8', 'ExchangeForSex=1', false, false, 'both', NULL),
	('Exit', 14, 'CountOfExchangeForSex', 'I', NULL, false, 'R15.B', 'ExchangeForSex=1', false, false, 'both', NULL),
	('Exit', 15, 'AskedOrForcedToExchangeForSex', 'I', NULL, false, '1.8', 'ExchangeForSex=1', false, false, 'both', NULL),
	('Exit', 16, 'AskedOrForcedToExchangeForSexPastThreeMonths', 'I', NULL, false, '1.8', 'AskedOrForcedToExchangeForSex=1', false, false, 'both', NULL),
	('Exit', 17, 'WorkplaceViolenceThreats', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Exit', 18, 'WorkplacePromiseDifference', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Exit', 19, 'CoercedToContinueWork', 'I', NULL, false, '1.8', 'WorkplaceViolenceThreats=1|WorkplacePromiseDifference=1', false, false, 'both', NULL),
	('Exit', 20, 'LaborExploitPastThreeMonths', 'I', NULL, false, '1.8', 'WorkplaceViolenceThreats=1|WorkplacePromiseDifference=1', false, false, 'both', NULL),
	('Exit', 21, 'CounselingReceived', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Exit', 22, 'IndividualCounseling', 'I', NULL, false, '1.7', 'CounselingReceived=1', false, false, 'both', NULL),
	('Exit', 23, 'FamilyCounseling', 'I', NULL, false, '1.7', 'CounselingReceived=1', false, false, 'both', NULL),
	('Exit', 24, 'GroupCounseling', 'I', NULL, false, '1.7', 'CounselingReceived=1', false, false, 'both', NULL),
	('Exit', 25, 'SessionCountAtExit', 'I', NULL, false, NULL, 'CounselingReceived=1', false, false, 'both', NULL),
	('Exit', 26, 'PostExitCounselingPlan', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('Exit', 27, 'SessionsInPlan', 'I', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Exit', 28, 'DestinationSafeClient', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('Exit', 29, 'DestinationSafeWorker', 'I', NULL, false, 'R19.A', NULL, false, false, 'both', NULL),
	('Exit', 30, 'PosAdultConnections', 'I', NULL, false, 'R19.A', NULL, false, false, 'both', NULL),
	('Exit', 31, 'PosPeerConnections', 'I', NULL, false, 'R19.A', NULL, false, false, 'both', NULL),
	('Exit', 32, 'PosCommunityConnections', 'I', NULL, false, 'R19.A', NULL, false, false, 'both', NULL),
	('Exit', 33, 'AftercareDate', 'D', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Exit', 34, 'AftercareProvided', 'I', NULL, false, 'R20.2', NULL, false, false, 'both', NULL),
	('Exit', 35, 'EmailSocialMedia', 'I', NULL, false, '1.7', 'AftercareProvided=1', false, false, 'both', NULL),
	('Exit', 36, 'Telephone', 'I', NULL, false, '1.7', 'AftercareProvided=1', false, false, 'both', NULL),
	('Exit', 37, 'InPersonIndividual', 'I', NULL, false, '1.7', 'AftercareProvided=1', false, false, 'both', NULL),
	('Exit', 38, 'InPersonGroup', 'I', NULL, false, '1.7', 'AftercareProvided=1', false, false, 'both', NULL),
	('Exit', 39, 'CMExitReason', 'I', NULL, false, 'V9.1', NULL, false, false, 'both', NULL),
	('Exit', 40, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Exit', 41, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Exit', 42, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Exit', 43, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Exit', 44, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Services', 1, 'ServicesID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Services', 2, 'EnrollmentID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Services', 3, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Services', 4, 'DateProvided', 'D', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('Services', 5, 'RecordType', 'I', NULL, true, '1.4', NULL, true, false, 'both', NULL),
	('Services', 6, 'TypeProvided', 'I', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('Services', 7, 'OtherTypeProvided', 'S', 50, false, NULL, 'RecordType=144&TypeProvided=6|RecordType=210&TypeProvided=12', false, true, 'both', NULL),
	('Services', 8, 'MovingOnOtherType', 'S', 50, false, NULL, 'RecordType=300&TypeProvided=5', false, true, 'both', NULL),
	('Services', 9, 'SubTypeProvided', 'I', NULL, false, NULL, 'RecordType=144&TypeProvided=3,4,5', false, false, 'both', NULL),
	('Services', 10, 'FAAmount', 'M', NULL, false, NULL, 'RecordType=151,152', false, false, 'both', NULL),
	('Services', 11, 'FAStartDate', 'D', NULL, false, NULL, 'RecordType=152', false, false, 'both', NULL),
	('Services', 12, 'FAEndDate', 'D', NULL, false, NULL, 'RecordType=152', false, false, 'both', NULL),
	('Services', 13, 'ReferralOutcome', 'I', NULL, false, 'P2.A', 'RecordType=161', false, false, 'both', NULL),
	('Services', 14, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Services', 15, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Services', 16, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Services', 17, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Services', 18, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('IncomeBenefits', 1, 'IncomeBenefitsID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('IncomeBenefits', 2, 'EnrollmentID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('IncomeBenefits', 3, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('IncomeBenefits', 4, 'InformationDate', 'D', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('IncomeBenefits', 5, 'IncomeFromAnySource', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 6, 'TotalMonthlyIncome', 'M+', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('IncomeBenefits', 7, 'Earned', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 8, 'EarnedAmount', 'M+', NULL, false, NULL, 'Earned=1', false, false, 'both', NULL),
	('IncomeBenefits', 9, 'Unemployment', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 10, 'UnemploymentAmount', 'M+', NULL, false, NULL, 'Unemployment=1', false, false, 'both', NULL),
	('IncomeBenefits', 11, 'SSI', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 12, 'SSIAmount', 'M+', NULL, false, NULL, 'SSI=1', false, false, 'both', NULL),
	('IncomeBenefits', 13, 'SSDI', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 14, 'SSDIAmount', 'M+', NULL, false, NULL, 'SSDI=1', false, false, 'both', NULL),
	('IncomeBenefits', 15, 'VADisabilityService', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 16, 'VADisabilityServiceAmount', 'M+', NULL, false, NULL, 'VADisabilityService=1', false, false, 'both', NULL),
	('IncomeBenefits', 17, 'VADisabilityNonService', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 18, 'VADisabilityNonServiceAmount', 'M+', NULL, false, NULL, 'VADisabilityNonService=1', false, false, 'both', NULL),
	('IncomeBenefits', 19, 'PrivateDisability', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 20, 'PrivateDisabilityAmount', 'M+', NULL, false, NULL, 'PrivateDisability=1', false, false, 'both', NULL),
	('IncomeBenefits', 21, 'WorkersComp', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 22, 'WorkersCompAmount', 'M+', NULL, false, NULL, 'WorkersComp=1', false, false, 'both', NULL),
	('IncomeBenefits', 23, 'TANF', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 24, 'TANFAmount', 'M+', NULL, false, NULL, 'TANF=1', false, false, 'both', NULL),
	('IncomeBenefits', 25, 'GA', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 26, 'GAAmount', 'M+', NULL, false, NULL, 'GA=1', false, false, 'both', NULL),
	('IncomeBenefits', 27, 'SocSecRetirement', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 28, 'SocSecRetirementAmount', 'M+', NULL, false, NULL, 'SocSecRetirement=1', false, false, 'both', NULL),
	('IncomeBenefits', 29, 'Pension', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 30, 'PensionAmount', 'M+', NULL, false, NULL, 'Pension=1', false, false, 'both', NULL),
	('IncomeBenefits', 31, 'ChildSupport', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 32, 'ChildSupportAmount', 'M+', NULL, false, NULL, 'ChildSupport=1', false, false, 'both', NULL),
	('IncomeBenefits', 33, 'Alimony', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 34, 'AlimonyAmount', 'M+', NULL, false, NULL, 'Alimony=1', false, false, 'both', NULL),
	('IncomeBenefits', 35, 'OtherIncomeSource', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 36, 'OtherIncomeAmount', 'M+', NULL, false, NULL, 'OtherIncomeSource=1', false, false, 'both', NULL),
	('IncomeBenefits', 37, 'OtherIncomeSourceIdentify', 'S', 50, false, NULL, 'OtherIncomeSource=1', false, true, 'both', NULL),
	('IncomeBenefits', 38, 'BenefitsFromAnySource', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 39, 'SNAP', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 40, 'WIC', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 41, 'TANFChildCare', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 42, 'TANFTransportation', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 43, 'OtherTANF', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 44, 'OtherBenefitsSource', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 45, 'OtherBenefitsSourceIdentify', 'S', 50, false, NULL, 'OtherBenefitsSource=1', false, true, 'both', NULL),
	('IncomeBenefits', 46, 'InsuranceFromAnySource', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 47, 'Medicaid', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 48, 'NoMedicaidReason', 'I', NULL, false, '4.04.A', 'Medicaid=0', false, false, 'both', NULL),
	('IncomeBenefits', 49, 'Medicare', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 50, 'NoMedicareReason', 'I', NULL, false, '4.04.A', 'Medicare=0', false, false, 'both', NULL),
	('IncomeBenefits', 51, 'SCHIP', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 52, 'NoSCHIPReason', 'I', NULL, false, '4.04.A', 'SCHIP=0', false, false, 'both', NULL),
	('IncomeBenefits', 53, 'VHAServices', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 54, 'NoVHAReason', 'I', NULL, false, '4.04.A', 'VHAServices=0', false, false, 'both', NULL),
	('IncomeBenefits', 55, 'EmployerProvided', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 56, 'NoEmployerProvidedReason', 'I', NULL, false, '4.04.A', 'EmployerProvided=0', false, false, 'both', NULL),
	('IncomeBenefits', 57, 'COBRA', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 58, 'NoCOBRAReason', 'I', NULL, false, '4.04.A', 'COBRA=0', false, false, 'both', NULL),
	('IncomeBenefits', 59, 'PrivatePay', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 60, 'NoPrivatePayReason', 'I', NULL, false, '4.04.A', 'PrivatePay=0', false, false, 'both', NULL),
	('IncomeBenefits', 61, 'StateHealthIns', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 62, 'NoStateHealthInsReason', 'I', NULL, false, '4.04.A', 'StateHealthIns=0', false, false, 'both', NULL),
	('IncomeBenefits', 63, 'IndianHealthServices', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 64, 'NoIndianHealthServicesReason', 'I', NULL, false, '4.04.A', 'IndianHealthServices=0', false, false, 'both', NULL),
	('IncomeBenefits', 65, 'OtherInsurance', 'I', NULL, false, '1.7', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 66, 'OtherInsuranceIdentify', 'S', 50, false, NULL, 'OtherInsurance=1', false, true, 'both', NULL),
	('IncomeBenefits', 67, 'ADAP', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 68, 'NoADAPReason', 'I', NULL, false, 'W3', 'ADAP=0', false, false, 'both', NULL),
	('IncomeBenefits', 69, 'RyanWhiteMedDent', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 70, 'NoRyanWhiteReason', 'I', NULL, false, 'W3', 'RyanWhiteMedDent=0', false, false, 'both', NULL),
	('IncomeBenefits', 71, 'ConnectionWithSOAR', 'I', NULL, false, '1.8', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 72, 'DataCollectionStage', 'I', NULL, true, '5.03.1', NULL, false, false, 'both', NULL),
	('IncomeBenefits', 73, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('IncomeBenefits', 74, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('IncomeBenefits', 75, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('IncomeBenefits', 76, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('IncomeBenefits', 77, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('HealthAndDV', 1, 'HealthAndDVID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('HealthAndDV', 2, 'EnrollmentID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('HealthAndDV', 3, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('HealthAndDV', 4, 'InformationDate', 'D', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('HealthAndDV', 5, 'DomesticViolenceSurvivor', 'I', NULL, false, '1.8', NULL, false, true, 'both', NULL),
	('HealthAndDV', 6, 'WhenOccurred', 'I', NULL, false, '4.11.A', 'DomesticViolenceSurvivor=1', false, true, 'both', NULL),
	('HealthAndDV', 7, 'CurrentlyFleeing', 'I', NULL, false, '1.8', 'DomesticViolenceSurvivor=1', false, true, 'both', NULL),
	('HealthAndDV', 8, 'GeneralHealthStatus', 'I', NULL, false, 'R7.1', NULL, false, true, 'both', NULL),
	('HealthAndDV', 9, 'DentalHealthStatus', 'I', NULL, false, 'R7.1', NULL, false, true, 'both', NULL),
	('HealthAndDV', 10, 'MentalHealthStatus', 'I', NULL, false, 'R7.1', NULL, false, true, 'both', NULL),
	('HealthAndDV', 11, 'PregnancyStatus', 'I', NULL, false, '1.8', NULL, false, true, 'both', NULL),
	('HealthAndDV', 12, 'DueDate', 'D', NULL, false, NULL, 'PregnancyStatus=1', false, true, 'both', NULL),
	('HealthAndDV', 13, 'DataCollectionStage', 'I', NULL, true, '5.03.1', NULL, false, false, 'both', NULL),
	('HealthAndDV', 14, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('HealthAndDV', 15, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('HealthAndDV', 16, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('HealthAndDV', 17, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('HealthAndDV', 18, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Disabilities', 1, 'DisabilitiesID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Disabilities', 2, 'EnrollmentID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Disabilities', 3, 'PersonalID', 'S', 32, true, NULL, NULL, true, false, 'both', NULL),
	('Disabilities', 4, 'InformationDate', 'D', NULL, true, NULL, NULL, true, false, 'both', NULL),
	('Disabilities', 5, 'DisabilityType', 'I', NULL, true, '1.3', NULL, true, false, 'both', NULL),
	('Disabilities', 6, 'DisabilityResponse', 'I', NULL, true, '4.10.2', NULL, false, true, 'both', NULL),
	('Disabilities', 7, 'IndefiniteAndImpairs', 'I', NULL, false, '1.8', NULL, false, true, 'both', NULL),
	('Disabilities', 8, 'TCellCountAvailable', 'I', NULL, false, '1.8', 'DisabilityType=8&DisabilityResponse=1', false, true, 'both', NULL),
	('Disabilities', 9, 'TCellCount', 'I', NULL, false, NULL, 'TCellCountAvailable=1', false, true, 'both', NULL),
	('Disabilities', 10, 'TCellSource', 'I', NULL, false, 'W4.B', 'TCellCountAvailable=1', false, true, 'both', NULL),
	('Disabilities', 11, 'ViralLoadAvailable', 'I', NULL, false, 'W4.3', 'DisabilityType=8&DisabilityResponse=1', false, true, 'both', NULL),
	('Disabilities', 12, 'ViralLoad', 'I', NULL, false, NULL, 'ViralLoadAvailable=1', false, true, 'both', NULL),
	('Disabilities', 13, 'ViralLoadSource', 'I', NULL, false, 'W4.B', 'ViralLoadAvailable=1', false, true, 'both', NULL),
	('Disabilities', 14, 'AntiRetroviral', 'I', NULL, false, '1.8', 'DisabilityType=8&DisabilityResponse=1', false, true, 'both', NULL),
	('Disabilities', 15, 'DataCollectionStage', 'I', NULL, true, '5.03.1', NULL, false, false, 'both', NULL),
	('Disabilities', 16, 'DateCreated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Disabilities', 17, 'DateUpdated', 'T', NULL, true, NULL, NULL, false, false, 'both', NULL),
	('Disabilities', 18, 'UserID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL),
	('Disabilities', 19, 'DateDeleted', 'T', NULL, false, NULL, NULL, false, false, 'both', NULL),
	('Disabilities', 20, 'ExportID', 'S', 32, true, NULL, NULL, false, false, 'both', NULL);

CREATE TABLE hud_source (
	hud_source_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	source text NOT NULL UNIQUE CHECK (source <> '')
);
CALL declare_table('hud_source', 'log');
COMMENT ON TABLE hud_source IS 'Systems that exports come from. Their identifiers are kept apart.';
COMMENT ON COLUMN hud_source.hud_source_id IS 'Identifier.';
COMMENT ON COLUMN hud_source.source IS 'Name given to hud_load().';

CREATE TABLE hud_key (
	hud_source_id bigint NOT NULL,
	file text COLLATE "C" NOT NULL,
	hud_id text COLLATE "C" NOT NULL,
	local_id bigint NOT NULL,
	row_hash bigint,
	hud_date_updated timestamptz,
	hud_date_deleted timestamptz,
	exit_hash bigint,
	exit_date_updated timestamptz,
	PRIMARY KEY (hud_source_id, file, hud_id)
);
CALL declare_table('hud_key', 'log');
CREATE INDEX hud_key_deleted ON hud_key (hud_source_id, file) WHERE hud_date_deleted IS NOT NULL;
-- By which sources a client is known: for disposing of its data.
CREATE INDEX hud_key_client ON hud_key (local_id) WHERE file = 'Client';
COMMENT ON TABLE hud_key IS 'Identifiers of a source, the rows of ours that they stand for, and what was last loaded for them.';
COMMENT ON COLUMN hud_key.hud_source_id IS 'The source.';
COMMENT ON COLUMN hud_key.file IS 'The file that the identifier is from; Household for HouseholdID, Barrier for
what Disabilities.csv says about an enrollment: its enrollment_id, a colon, and the DisabilityType.';
COMMENT ON COLUMN hud_key.hud_id IS 'Identifier in the source.';
COMMENT ON COLUMN hud_key.local_id IS 'Identifier of our row.';
COMMENT ON COLUMN hud_key.row_hash IS 'Hash of the row as last loaded; null: to be loaded again.';
COMMENT ON COLUMN hud_key.hud_date_updated IS 'DateUpdated of the row as last loaded: an older row does not replace it.';
COMMENT ON COLUMN hud_key.hud_date_deleted IS 'DateDeleted of the row as last loaded.';
COMMENT ON COLUMN hud_key.exit_hash IS 'Of an enrollment: hash of the row of Exit.csv as last loaded.';
COMMENT ON COLUMN hud_key.exit_date_updated IS 'Of an enrollment: DateUpdated of the row of Exit.csv as last loaded.';

CREATE TABLE hud_load_run (
	hud_load_run_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	hud_source_id bigint REFERENCES hud_source,
	status text NOT NULL DEFAULT 'parsed' CHECK (status IN ('parsed', 'running', 'finished', 'interrupted')),
	export jsonb,
	started timestamptz,
	finished timestamptz,
	loaded_by name NOT NULL DEFAULT session_user
);
CALL declare_table('hud_load_run', 'log');
COMMENT ON TABLE hud_load_run IS 'One load of an export.';
COMMENT ON COLUMN hud_load_run.hud_load_run_id IS 'Identifier.';
COMMENT ON COLUMN hud_load_run.hud_source_id IS 'Where the export came from; null until it is loaded.';
COMMENT ON COLUMN hud_load_run.status IS 'parsed (lines were taken apart, not loaded yet), running, finished, or interrupted (found unfinished by a later load).';
COMMENT ON COLUMN hud_load_run.export IS 'The values of Export.csv by their HUD names, without the contact''s.';
COMMENT ON COLUMN hud_load_run.started IS 'When the load began.';
COMMENT ON COLUMN hud_load_run.finished IS 'When it ended.';
COMMENT ON COLUMN hud_load_run.loaded_by IS 'Database role.';

CREATE TABLE hud_load_file (
	hud_load_run_id bigint NOT NULL REFERENCES hud_load_run,
	file text NOT NULL REFERENCES hud_file,
	rows_malformed bigint NOT NULL DEFAULT 0,
	rows_read bigint,
	rows_loaded bigint,
	rows_unchanged bigint,
	rows_rejected bigint,
	findings bigint,
	started timestamptz,
	finished timestamptz,
	PRIMARY KEY (hud_load_run_id, file),
	CONSTRAINT every_row_is_accounted_for CHECK (rows_read = rows_loaded + rows_unchanged + rows_rejected)
);
CALL declare_table('hud_load_file', 'log');
COMMENT ON TABLE hud_load_file IS 'What became of each file of a load. rows_read = rows_loaded + rows_unchanged + rows_rejected.';
COMMENT ON COLUMN hud_load_file.hud_load_run_id IS 'The load.';
COMMENT ON COLUMN hud_load_file.file IS 'The file.';
COMMENT ON COLUMN hud_load_file.rows_malformed IS 'Lines that could not be taken apart; among rows_read and rows_rejected.';
COMMENT ON COLUMN hud_load_file.rows_read IS 'Rows of the file.';
COMMENT ON COLUMN hud_load_file.rows_loaded IS 'Rows that are now in our tables as the file has them.';
COMMENT ON COLUMN hud_load_file.rows_unchanged IS 'Rows that were there before.';
COMMENT ON COLUMN hud_load_file.rows_rejected IS 'Rows that were refused, each with a finding.';
COMMENT ON COLUMN hud_load_file.findings IS 'How many findings there are, warnings included.';
COMMENT ON COLUMN hud_load_file.started IS 'When loading it began.';
COMMENT ON COLUMN hud_load_file.finished IS 'When it ended; null while it is being loaded.';

CREATE TABLE import_finding (
	import_finding_id bigint GENERATED BY DEFAULT AS IDENTITY,
	hud_load_run_id bigint NOT NULL,
	file text NOT NULL,
	line_number bigint,
	hud_key text,
	column_name text,
	value text,
	check_name text NOT NULL,
	severity text NOT NULL CHECK (severity IN ('error', 'warning')),
	message text,
	PRIMARY KEY (hud_load_run_id, import_finding_id)
);
CALL declare_table('import_finding', 'log');
COMMENT ON TABLE import_finding IS 'What was found wrong in a load. An error means that the row was refused and stays in staging.';
COMMENT ON COLUMN import_finding.import_finding_id IS 'Identifier.';
COMMENT ON COLUMN import_finding.hud_load_run_id IS 'The load.';
COMMENT ON COLUMN import_finding.file IS 'The file.';
COMMENT ON COLUMN import_finding.line_number IS 'Line of the file, the header being 1; null for the file as a whole.';
COMMENT ON COLUMN import_finding.hud_key IS 'Identifier of the row in the source.';
COMMENT ON COLUMN import_finding.column_name IS 'The column; null for the row as a whole.';
COMMENT ON COLUMN import_finding.value IS 'The value, at most 200 bytes; never a name, an SSN or a birth date.';
COMMENT ON COLUMN import_finding.check_name IS 'The check that it failed; the manual lists them.';
COMMENT ON COLUMN import_finding.severity IS 'error or warning.';
COMMENT ON COLUMN import_finding.message IS 'What the database said, where it refused the row.';

CREATE TABLE hud_line (
	hud_line_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	file text NOT NULL,
	line text,
	as_latin1 boolean NOT NULL DEFAULT false
);
CALL declare_table('hud_line', 'staging');
COMMENT ON TABLE hud_line IS 'Files as they are, line by line, for hud_parse().';
COMMENT ON COLUMN hud_line.hud_line_id IS 'Order of the lines.';
COMMENT ON COLUMN hud_line.file IS 'Name of the file without .csv.';
COMMENT ON COLUMN hud_line.line IS 'The line.';
COMMENT ON COLUMN hud_line.as_latin1 IS 'Whether it was copied as Latin-1, because the file is not UTF-8 throughout.';

DO $$
-- The staging tables: a text column for every HUD column.
DECLARE
	staged record;
	part record;
BEGIN
	FOR staged IN
		SELECT f.staging_table, f.file, string_agg(format('%I text', lower(c.column_name)), ', ' ORDER BY c.file_position) AS columns
		FROM hud_file f JOIN hud_column c USING (file) GROUP BY f.staging_table, f.file
	LOOP
		EXECUTE format('CREATE TABLE %I (%s, line_number bigint, hud_load_run_id bigint)', staged.staging_table, staged.columns);
		CALL declare_table(staged.staging_table, 'staging');
		EXECUTE format('COMMENT ON TABLE %I IS %L', staged.staging_table, format('%s.csv as text, as it came.', staged.file));
		EXECUTE format('COMMENT ON COLUMN %I.line_number IS %L', staged.staging_table,
			'Line of the file; null: rows are counted, the first below a header of one line.');
		EXECUTE format('COMMENT ON COLUMN %I.hud_load_run_id IS %L', staged.staging_table,
			'The load that refused the row; null: not loaded yet.');
		FOR part IN SELECT c.column_name FROM hud_column c WHERE c.file = staged.file
		LOOP
			EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', staged.staging_table, lower(part.column_name),
				format('HUD %s.', part.column_name));
		END LOOP;
	END LOOP;
END
$$;
