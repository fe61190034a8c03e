-- Ensures that one card is read as at a scan station: the next client's, who is not in run :batch_run yet.
SELECT hmis.add_batch_client(:batch_run, (SELECT 'C' || s.n + (s.n - 1) / 999 FROM nextval('bench.scan') AS s (n)));
