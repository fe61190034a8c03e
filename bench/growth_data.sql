-- Ensures that there are :to clients with an enrollment each, beyond the :from that were there, and a batch run of them all.
SET session_replication_role = replica;
INSERT INTO hmis.client (client_id, first_name, last_name, dob, name_key, sort_key)
SELECT n, 'First', 'Last', current_date - 10000, 'first last', 'last first' FROM generate_series(:from + 1, :to) n;
INSERT INTO hmis.enrollment (enrollment_id, client_id, program_id, household_id, entry_date)
SELECT n, n, 1, n, current_date - 100 - (n % 600)::int FROM generate_series(:from + 1, :to) n;
INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id, enrollment_id)
SELECT 1, n, n FROM generate_series(:from + 1, :to) n;
INSERT INTO hmis.bar (bar_id, client_id, begin_date) SELECT n, n, current_date - 100 FROM generate_series(:from + 1000, :to, 1000) n;
INSERT INTO hmis.bar_scope (bar_id, program_id) SELECT n, 2 FROM generate_series(:from + 1000, :to, 1000) n;
RESET session_replication_role;
VACUUM (ANALYZE);
