-- The assessments that HUD exports as IncomeBenefits, HealthAndDV and Disabilities, and the disabilities as barriers.
-- Questions have the names of the HUD columns, choices the codes of HUD's lists. Put in once: what an administrator changes
-- later stays as it is. The code of a type is the name of the staging table in capitals.

INSERT INTO assessment_type (assessment_type_code, assessment_type_name, sensitive) VALUES
	('HUD_INCOME_BENEFITS', 'Income, benefits and health insurance', false),
	('HUD_HEALTH_AND_DV', 'Health and domestic violence', true),
	('HUD_DISABILITIES', 'Disabilities', true)
ON CONFLICT (assessment_type_code) DO NOTHING;

-- 8, 9 and 99 say that there is no answer, except where they mean something else (list 1.3: 8 is HIV/AIDS).
WITH asked (file, column_name, question_text) AS (
	VALUES
		('IncomeBenefits', 'IncomeFromAnySource', 'Income from any source'),
		('IncomeBenefits', 'TotalMonthlyIncome', 'Total monthly income'),
		('IncomeBenefits', 'Earned', 'Earned income'),
		('IncomeBenefits', 'EarnedAmount', 'Earned income: monthly amount'),
		('IncomeBenefits', 'Unemployment', 'Unemployment insurance'),
		('IncomeBenefits', 'UnemploymentAmount', 'Unemployment insurance: monthly amount'),
		('IncomeBenefits', 'SSI', 'Supplemental Security Income (SSI)'),
		('IncomeBenefits', 'SSIAmount', 'Supplemental Security Income (SSI): monthly amount'),
		('IncomeBenefits', 'SSDI', 'Social Security Disability Insurance (SSDI)'),
		('IncomeBenefits', 'SSDIAmount', 'Social Security Disability Insurance (SSDI): monthly amount'),
		('IncomeBenefits', 'VADisabilityService', 'VA service-connected disability compensation'),
		('IncomeBenefits', 'VADisabilityServiceAmount', 'VA service-connected disability compensation: monthly amount'),
		('IncomeBenefits', 'VADisabilityNonService', 'VA non-service-connected disability pension'),
		('IncomeBenefits', 'VADisabilityNonServiceAmount', 'VA non-service-connected disability pension: monthly amount'),
		('IncomeBenefits', 'PrivateDisability', 'Private disability insurance'),
		('IncomeBenefits', 'PrivateDisabilityAmount', 'Private disability insurance: monthly amount'),
		('IncomeBenefits', 'WorkersComp', 'Worker''s compensation'),
		('IncomeBenefits', 'WorkersCompAmount', 'Worker''s compensation: monthly amount'),
		('IncomeBenefits', 'TANF', 'Temporary Assistance for Needy Families (TANF)'),
		('IncomeBenefits', 'TANFAmount', 'Temporary Assistance for Needy Families (TANF): monthly amount'),
		('IncomeBenefits', 'GA', 'General Assistance (GA)'),
		('IncomeBenefits', 'GAAmount', 'General Assistance (GA): monthly amount'),
		('IncomeBenefits', 'SocSecRetirement', 'Retirement income from Social Security'),
		('IncomeBenefits', 'SocSecRetirementAmount', 'Retirement income from Social Security: monthly amount'),
		('IncomeBenefits', 'Pension', 'Pension or retirement income from a former job'),
		('IncomeBenefits', 'PensionAmount', 'Pension or retirement income from a former job: monthly amount'),
		('IncomeBenefits', 'ChildSupport', 'Child support'),
		('IncomeBenefits', 'ChildSupportAmount', 'Child support: monthly amount'),
		('IncomeBenefits', 'Alimony', 'Alimony and other spousal support'),
		('IncomeBenefits', 'AlimonyAmount', 'Alimony and other spousal support: monthly amount'),
		('IncomeBenefits', 'OtherIncomeSource', 'Other income source'),
		('IncomeBenefits', 'OtherIncomeAmount', 'Other income source: monthly amount'),
		('IncomeBenefits', 'OtherIncomeSourceIdentify', 'Other income source: which'),
		('IncomeBenefits', 'BenefitsFromAnySource', 'Non-cash benefits from any source'),
		('IncomeBenefits', 'SNAP', 'Supplemental Nutrition Assistance Program (SNAP)'),
		('IncomeBenefits', 'WIC', 'Special Supplemental Nutrition Program for Women, Infants, and Children (WIC)'),
		('IncomeBenefits', 'TANFChildCare', 'TANF child care services'),
		('IncomeBenefits', 'TANFTransportation', 'TANF transportation services'),
		('IncomeBenefits', 'OtherTANF', 'Other TANF-funded services'),
		('IncomeBenefits', 'OtherBenefitsSource', 'Other source of non-cash benefits'),
		('IncomeBenefits', 'OtherBenefitsSourceIdentify', 'Other source of non-cash benefits: which'),
		('IncomeBenefits', 'InsuranceFromAnySource', 'Covered by health insurance'),
		('IncomeBenefits', 'Medicaid', 'Medicaid'),
		('IncomeBenefits', 'NoMedicaidReason', 'Medicaid: why not'),
		('IncomeBenefits', 'Medicare', 'Medicare'),
		('IncomeBenefits', 'NoMedicareReason', 'Medicare: why not'),
		('IncomeBenefits', 'SCHIP', 'State Children''s Health Insurance Program (SCHIP)'),
		('IncomeBenefits', 'NoSCHIPReason', 'State Children''s Health Insurance Program (SCHIP): why not'),
		('IncomeBenefits', 'VHAServices', 'Veteran''s Health Administration (VHA)'),
		('IncomeBenefits', 'NoVHAReason', 'Veteran''s Health Administration (VHA): why not'),
		('IncomeBenefits', 'EmployerProvided', 'Employer-provided health insurance'),
		('IncomeBenefits', 'NoEmployerProvidedReason', 'Employer-provided health insurance: why not'),
		('IncomeBenefits', 'COBRA', 'Health insurance obtained through COBRA'),
		('IncomeBenefits', 'NoCOBRAReason', 'Health insurance obtained through COBRA: why not'),
		('IncomeBenefits', 'PrivatePay', 'Private pay health insurance'),
		('IncomeBenefits', 'NoPrivatePayReason', 'Private pay health insurance: why not'),
		('IncomeBenefits', 'StateHealthIns', 'State health insurance for adults'),
		('IncomeBenefits', 'NoStateHealthInsReason', 'State health insurance for adults: why not'),
		('IncomeBenefits', 'IndianHealthServices', 'Indian Health Services Program'),
		('IncomeBenefits', 'NoIndianHealthServicesReason', 'Indian Health Services Program: why not'),
		('IncomeBenefits', 'OtherInsurance', 'Other health insurance'),
		('IncomeBenefits', 'OtherInsuranceIdentify', 'Other health insurance: which'),
		('IncomeBenefits', 'ADAP', 'AIDS Drug Assistance Program (ADAP)'),
		('IncomeBenefits', 'NoADAPReason', 'AIDS Drug Assistance Program (ADAP): why not'),
		('IncomeBenefits', 'RyanWhiteMedDent', 'Ryan White-funded medical or dental assistance'),
		('IncomeBenefits', 'NoRyanWhiteReason', 'Ryan White-funded medical or dental assistance: why not'),
		('IncomeBenefits', 'ConnectionWithSOAR', 'Connection with SOAR'),
		('HealthAndDV', 'DomesticViolenceSurvivor', 'Survivor of domestic violence'),
		('HealthAndDV', 'WhenOccurred', 'When the experience occurred'),
		('HealthAndDV', 'CurrentlyFleeing', 'Currently fleeing'),
		('HealthAndDV', 'GeneralHealthStatus', 'General health status'),
		('HealthAndDV', 'DentalHealthStatus', 'Dental health status'),
		('HealthAndDV', 'MentalHealthStatus', 'Mental health status'),
		('HealthAndDV', 'PregnancyStatus', 'Pregnancy status'),
		('HealthAndDV', 'DueDate', 'Due date'),
		('Disabilities', 'DisabilityType', 'Disability'),
		('Disabilities', 'DisabilityResponse', 'Has the disability'),
		('Disabilities', 'IndefiniteAndImpairs',
			'Expected to be long-continued and indefinite, and substantially impairs the ability to live independently'),
		('Disabilities', 'TCellCountAvailable', 'T-cell (CD4) count available'),
		('Disabilities', 'TCellCount', 'T-cell (CD4) count'),
		('Disabilities', 'TCellSource', 'T-cell (CD4) count: source of the information'),
		('Disabilities', 'ViralLoadAvailable', 'Viral load information available'),
		('Disabilities', 'ViralLoad', 'Viral load count'),
		('Disabilities', 'ViralLoadSource', 'Viral load: source of the information'),
		('Disabilities', 'AntiRetroviral', 'Has been prescribed anti-retroviral drugs')
), question AS (
	INSERT INTO assessment_question (assessment_type_id, question_code, question_text, question_order, question_type, lowest)
	SELECT t.assessment_type_id, c.column_name, a.question_text, c.file_position,
		CASE WHEN c.code_list IS NOT NULL THEN 'code' ELSE
			CASE c.data_type WHEN 'M+' THEN 'money' WHEN 'I' THEN 'number' WHEN 'D' THEN 'date' ELSE 'text' END END,
		CASE WHEN c.data_type IN ('M+', 'I') AND c.code_list IS NULL THEN 0 END
	FROM asked a
	JOIN hud_column c USING (file, column_name)
	JOIN hud_file f USING (file)
	JOIN assessment_type t ON t.assessment_type_code = upper(f.staging_table)
	ON CONFLICT (assessment_type_id, question_code) DO NOTHING
	RETURNING assessment_question_id, assessment_type_id, question_code
)
INSERT INTO assessment_choice (assessment_question_id, choice_code, choice_text, choice_order, answer_status)
SELECT q.assessment_question_id, l.code,
	CASE WHEN q.question_code = 'DisabilityResponse' AND l.code IN ('1', '2', '3')
		THEN CASE l.code WHEN '1' THEN 'Yes; of substance use: ' ELSE 'Of substance use: ' END || lower(l.label) ELSE l.label END,
	l.code::integer + 1,
	CASE u.code WHEN '8' THEN 'doesnt_know' WHEN '9' THEN 'prefers_not_to_answer' WHEN '99' THEN 'not_collected' ELSE 'answered' END
FROM question q
JOIN assessment_type t USING (assessment_type_id)
JOIN hud_file f ON upper(f.staging_table) = t.assessment_type_code
JOIN hud_column c ON c.file = f.file AND c.column_name = q.question_code
JOIN hud_code l ON l.list = c.code_list
LEFT JOIN hud_code u ON u.list = '1.6' AND u.code = l.code AND u.label = l.label;

-- HUD list 1.3.
INSERT INTO barrier (barrier_code, barrier_name, sensitive) VALUES
	('HUD_PHYSICAL_DISABILITY', 'Physical disability', true),
	('HUD_DEVELOPMENTAL_DISABILITY', 'Developmental disability', true),
	('HUD_CHRONIC_HEALTH_CONDITION', 'Chronic health condition', true),
	('HUD_HIV_AIDS', 'HIV/AIDS', true),
	('HUD_MENTAL_HEALTH_DISORDER', 'Mental health disorder', true),
	('HUD_SUBSTANCE_USE_DISORDER', 'Substance use disorder', true)
ON CONFLICT (barrier_code) DO NOTHING;
