-- Ensures that it is known what each foreign key costs a row of client_service, so that one is added for a reason only:
-- a copy of the table with its indexes and seven foreign keys, checked one at a time, none, our two, and all. A quarter of
-- a batch will do.
CREATE TABLE bench.client_service_keys (LIKE hmis.client_service INCLUDING ALL);
ALTER TABLE bench.client_service_keys
	ADD CONSTRAINT client FOREIGN KEY (client_id) REFERENCES hmis.client,
	ADD CONSTRAINT enrollment FOREIGN KEY (enrollment_id) REFERENCES hmis.enrollment,
	ADD CONSTRAINT service FOREIGN KEY (service_id) REFERENCES hmis.service,
	ADD CONSTRAINT program FOREIGN KEY (program_id) REFERENCES hmis.program,
	ADD CONSTRAINT location FOREIGN KEY (location_id) REFERENCES hmis.location,
	ADD CONSTRAINT batch_run FOREIGN KEY (service_batch_run_id) REFERENCES hmis.service_batch_run,
	ADD CONSTRAINT provided_by FOREIGN KEY (provided_by_user_id) REFERENCES hmis.hmis_user;
INSERT INTO bench.side (benchmark, side, position, prepare, statement, tidy)
SELECT 'foreign_keys', s.side, s.position,
	ARRAY['ALTER TABLE bench.client_service_keys DISABLE TRIGGER ALL'] || (
		SELECT array_agg(format('ALTER TABLE bench.client_service_keys ENABLE TRIGGER %I', t.tgname))
		FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint
		WHERE t.tgrelid = 'bench.client_service_keys'::regclass AND c.conname = ANY (s.checked)),
	bench.post_statement(1, 'bench.client_service_keys') || format(' LIMIT %s', :batch / 4), ARRAY['TRUNCATE bench.client_service_keys']
FROM (VALUES
	('none', 1, '{}'), ('client', 2, '{client}'), ('enrollment', 3, '{enrollment}'), ('service', 4, '{service}'),
	('program', 5, '{program}'), ('location', 6, '{location}'), ('batch_run', 7, '{batch_run}'), ('provided_by', 8, '{provided_by}'),
	('ours', 9, '{client,enrollment}'),
	('all', 10, '{client,enrollment,service,program,location,batch_run,provided_by}')) AS v (side, position, checked)
CROSS JOIN LATERAL (SELECT v.side, v.position, v.checked::name[]) AS s;
SELECT bench.rounds('foreign_keys', :rounds) \gexec
CALL bench.compare('foreign_keys', 'foreign key to client against none', 'client', 'none');
CALL bench.compare('foreign_keys', 'foreign key to enrollment', 'enrollment', 'none');
CALL bench.compare('foreign_keys', 'foreign key to service', 'service', 'none');
CALL bench.compare('foreign_keys', 'foreign key to program', 'program', 'none');
CALL bench.compare('foreign_keys', 'foreign key to location', 'location', 'none');
CALL bench.compare('foreign_keys', 'foreign key to batch run', 'batch_run', 'none');
CALL bench.compare('foreign_keys', 'foreign key to user', 'provided_by', 'none');
CALL bench.compare('foreign_keys', 'foreign keys to client and enrollment, ours', 'ours', 'none');
CALL bench.compare('foreign_keys', 'all seven foreign keys', 'all', 'none');
