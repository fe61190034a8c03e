-- How long find_clients() takes among a million clients: lines of case,p50_ms,p99_ms.
--
--	psql -X -q -v clients=1000000 -f bench/find_clients.sql
--
-- in a database of its own: it creates the extension and the schema hmis. The queries of each case are drawn from
-- the clients, seeded; the common names are asked for over and over.
\set ON_ERROR_STOP on
\if :{?clients}
\else
	\set clients 1000000
\endif
\if :{?queries}
\else
	\set queries 300
\endif
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('hmis');
\ir find_clients_data.sql

CREATE TEMPORARY TABLE search_case (name text, query text);
CREATE TEMPORARY TABLE timing (name text, ms double precision, hits bigint);
CREATE TEMPORARY TABLE person AS
SELECT c.*, random() AS r FROM hmis.client c
WHERE c.client_id IN (SELECT 1 + floor(random() * :clients)::bigint FROM generate_series(1, :queries * 3))
ORDER BY r;

INSERT INTO search_case
(SELECT 'exact full name', first_name || ' ' || last_name FROM person LIMIT :queries) UNION ALL
(SELECT 'last name first', last_name || ' ' || first_name FROM person LIMIT :queries) UNION ALL
(SELECT 'prefix while typing', first_name || ' ' || left(last_name, 3) FROM person LIMIT :queries) UNION ALL
(SELECT 'prefixes of both names', left(last_name, 3) || ' ' || left(first_name, 3) FROM person LIMIT :queries) UNION ALL
(SELECT 'typo: letters swapped', first_name || ' ' || left(last_name, 2) || substr(last_name, 4, 1) || substr(last_name, 3, 1) || substr(last_name, 5)
 FROM person WHERE length(last_name) >= 5 LIMIT :queries) UNION ALL
(SELECT 'typo: letter left out, one name', left(last_name, 3) || substr(last_name, 5) FROM person WHERE length(last_name) >= 5 LIMIT :queries) UNION ALL
(SELECT 'common name', (ARRAY['garcia', 'Smith', 'maria', 'james', 'maria garcia', 'James Smith', 'jose hernandez', 'nguyen', 'vang', 'm garcia'])[1 + n % 10]
 FROM generate_series(1, :queries) n) UNION ALL
(SELECT 'no match', initcap(substr(md5(client_id::text), 1, 7)) || ' ' || last_name || 'xq' FROM person LIMIT :queries) UNION ALL
(SELECT 'not in Latin letters', first_name || ' ' || last_name FROM hmis.client
 WHERE client_id % 97 = 0 AND last_name ~ '[ا-ي一-龥а-яА-Яሀ-፼]' LIMIT :queries) UNION ALL
(SELECT 'alias', alias_name FROM hmis.client_alias WHERE client_alias_id % 101 = 0 LIMIT :queries) UNION ALL
(SELECT 'scan card', card_code FROM hmis.scan_card WHERE scan_card_id % 101 = 0 LIMIT :queries) UNION ALL
(SELECT 'client id', client_id::text FROM person LIMIT :queries);

DO $$
DECLARE
	wanted record;
	started timestamptz;
	hits bigint;
BEGIN
	PERFORM count(*) FROM search_case s, hmis.find_clients(s.query) f; -- warm up
	FOR wanted IN SELECT * FROM search_case LOOP
		started := clock_timestamp();
		SELECT count(*) INTO hits FROM hmis.find_clients(wanted.query);
		INSERT INTO timing VALUES (wanted.name, extract(epoch FROM clock_timestamp() - started) * 1000, hits);
	END LOOP;
END
$$;

\pset format unaligned
\pset tuples_only on
\pset fieldsep ,
SELECT name, round(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 2), round(percentile_disc(0.99) WITHIN GROUP (ORDER BY ms)::numeric, 2)
FROM timing GROUP BY name ORDER BY name;
