-- Ensures that there is a fair opponent: the same rules as a PL/pgSQL row trigger, on a copy of client_service with the
-- same keys, indexes, checks and foreign keys.
--
-- It is written for speed: static queries on keys and indexes with saved plans, nothing asked that the row does not need,
-- one query where one will do, qualified names instead of SET search_path. It fires after the foreign keys, whose locks
-- order it against exits and bars as far as READ COMMITTED goes. It does less than the guard: it looks as whoever writes,
-- with the snapshot of the transaction, and takes no lock for the references without a foreign key.
CREATE TABLE bench.client_service_plpgsql (LIKE hmis.client_service INCLUDING ALL);
INSERT INTO bench.client_service_plpgsql
	(client_service_id, client_id, service_id, program_id, date_provided, enrollment_id, location_id, provided_by_user_id, unit_value)
SELECT client_service_id, client_id, service_id, program_id, date_provided, enrollment_id, location_id, provided_by_user_id, unit_value
FROM hmis.client_service WHERE service_batch_run_id IS NULL;
SELECT setval(pg_get_serial_sequence('bench.client_service_plpgsql', 'client_service_id'), 10000000);
ALTER TABLE bench.client_service_plpgsql ADD FOREIGN KEY (client_id) REFERENCES hmis.client,
	ADD FOREIGN KEY (enrollment_id) REFERENCES hmis.enrollment;
VACUUM (ANALYZE, FREEZE) bench.client_service_plpgsql;

CREATE FUNCTION bench.guard_row() RETURNS trigger
LANGUAGE plpgsql AS $$
-- Refuses a service that breaks a rule.
DECLARE
	rule record;
	offering record;
	bar_level text;
BEGIN
	IF NEW.date_deleted IS NOT NULL THEN
		RETURN NULL;
	END IF;

	-- the service may be given by the program
	SELECT s.duplicate_rule, s.min_interval, s.record_type, s.exit_day_allowed, p.organization_id INTO rule
	FROM hmis.service s, hmis.program p
	WHERE s.service_id = NEW.service_id AND s.active AND s.date_deleted IS NULL
	AND p.program_id = NEW.program_id AND p.date_deleted IS NULL
	AND (NOT EXISTS (SELECT FROM hmis.service_organization so WHERE so.service_id = s.service_id AND so.date_deleted IS NULL)
		OR EXISTS (SELECT FROM hmis.service_organization so WHERE so.service_id = s.service_id
			AND so.organization_id = p.organization_id AND so.date_deleted IS NULL));
	IF NOT FOUND THEN
		RAISE EXCEPTION 'service is not offered by the program on that date' USING ERRCODE = 'CT003';
	END IF;

	-- and is offered there and then
	SELECT o.enrollment_rule, o.exit_day_allowed INTO offering FROM hmis.service_offering o
	WHERE o.service_id = NEW.service_id AND o.date_deleted IS NULL
	AND (o.program_id IS NULL OR o.program_id = NEW.program_id)
	AND (o.location_id IS NULL OR o.location_id = NEW.location_id)
	AND (o.organization_id IS NULL OR o.organization_id = rule.organization_id)
	AND (o.begin_date IS NULL OR o.begin_date <= NEW.date_provided)
	AND (o.end_date IS NULL OR NEW.date_provided <= o.end_date)
	ORDER BY o.location_id IS NULL, o.program_id IS NULL, o.organization_id IS NULL, o.service_offering_id LIMIT 1;
	IF NOT FOUND AND EXISTS (
		SELECT FROM hmis.service_offering o WHERE o.service_id = NEW.service_id AND o.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'service is not offered by the program on that date' USING ERRCODE = 'CT003';
	END IF;

	-- the client is enrolled
	IF NEW.enrollment_id IS NOT NULL THEN
		PERFORM FROM hmis.enrollment e
		WHERE e.enrollment_id = NEW.enrollment_id AND e.client_id = NEW.client_id AND e.program_id = NEW.program_id
		AND e.date_deleted IS NULL AND e.entry_date <= NEW.date_provided
		AND (e.exit_date IS NULL OR NEW.date_provided < e.exit_date
			OR (NEW.date_provided = e.exit_date AND rule.record_type IS DISTINCT FROM 200
				AND coalesce(offering.exit_day_allowed, rule.exit_day_allowed)));
		IF NOT FOUND THEN
			RAISE EXCEPTION 'Enrollment is a Required Field.' USING ERRCODE = 'CT001';
		END IF;
	ELSIF coalesce(offering.enrollment_rule, 'required') = 'required' THEN
		RAISE EXCEPTION 'Enrollment is a Required Field.' USING ERRCODE = 'CT001';
	END IF;

	-- and not barred
	SELECT b.bar_level INTO bar_level FROM hmis.bar b
	WHERE b.client_id = NEW.client_id AND b.date_deleted IS NULL AND b.begin_date <= NEW.date_provided
	AND (b.end_date IS NULL OR NEW.date_provided < b.end_date)
	AND (b.lifted_date IS NULL OR NEW.date_provided < b.lifted_date)
	AND EXISTS (SELECT FROM hmis.bar_scope s WHERE s.bar_id = b.bar_id AND s.date_deleted IS NULL
		AND (s.covers_all OR s.program_id = NEW.program_id OR s.location_id = NEW.location_id
			OR s.service_id = NEW.service_id OR s.organization_id = rule.organization_id
			OR s.organization_id = (SELECT l.organization_id FROM hmis.location l WHERE l.location_id = NEW.location_id)))
	AND NOT EXISTS (SELECT FROM hmis.bar_override v WHERE v.bar_id = b.bar_id AND v.date_deleted IS NULL
		AND NEW.date_provided BETWEEN v.begin_date AND v.end_date
		AND (v.program_id IS NULL OR v.program_id = NEW.program_id) AND (v.service_id IS NULL OR v.service_id = NEW.service_id))
	ORDER BY b.bar_level LIMIT 1;
	IF bar_level = 'block' THEN
		RAISE EXCEPTION 'client is barred' USING ERRCODE = 'CT002';
	ELSIF bar_level = 'warn' THEN
		RAISE WARNING 'there is a warning about the client';
	END IF;

	-- what the row refers to is there
	IF (NEW.location_id IS NOT NULL AND NOT EXISTS (SELECT FROM hmis.location l WHERE l.location_id = NEW.location_id))
		OR (NEW.service_batch_run_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM hmis.service_batch_run r WHERE r.service_batch_run_id = NEW.service_batch_run_id))
		OR (NEW.provided_by_user_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM hmis.hmis_user u WHERE u.user_id = NEW.provided_by_user_id))
		OR (NEW.grant_award_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM hmis.grant_award g WHERE g.grant_award_id = NEW.grant_award_id))
		OR (NEW.provider_id IS NOT NULL AND NOT EXISTS (SELECT FROM hmis.provider p WHERE p.provider_id = NEW.provider_id))
		OR (NEW.service_reason_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM hmis.service_reason r WHERE r.service_reason_id = NEW.service_reason_id))
	THEN
		RAISE EXCEPTION 'service refers to a record that does not exist' USING ERRCODE = 'foreign_key_violation';
	END IF;

	-- the day can be right; within an enrollment it is after birth
	IF NEW.date_provided > current_date OR (NEW.enrollment_id IS NULL AND EXISTS (
		SELECT FROM hmis.client c WHERE c.client_id = NEW.client_id AND (NEW.date_provided < c.dob OR c.date_deleted IS NOT NULL)))
	THEN
		RAISE EXCEPTION 'date provided is out of range' USING ERRCODE = 'CT008';
	END IF;

	-- and nobody entered the service before
	IF rule.duplicate_rule <> 'allow' THEN
		IF rule.duplicate_rule <> 'warn' THEN
			PERFORM FROM hmis.client c WHERE c.client_id = NEW.client_id FOR NO KEY UPDATE;
		END IF;
		PERFORM FROM bench.client_service_plpgsql o
		WHERE o.client_id = NEW.client_id AND o.service_id = NEW.service_id AND o.program_id = NEW.program_id
		AND o.date_deleted IS NULL AND o.client_service_id <> NEW.client_service_id
		AND CASE rule.duplicate_rule
			WHEN 'min_interval' THEN o.date_created > NEW.date_created - rule.min_interval
				AND o.date_created < NEW.date_created + rule.min_interval
			ELSE o.date_provided = NEW.date_provided
				AND (rule.duplicate_rule <> 'once_per_enrollment_day' OR o.enrollment_id IS NOT DISTINCT FROM NEW.enrollment_id) END;
		IF FOUND AND rule.duplicate_rule = 'warn' THEN
			RAISE WARNING 'service was already recorded';
		ELSIF FOUND THEN
			RAISE EXCEPTION 'service is already recorded' USING ERRCODE = 'CT005';
		END IF;
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER guard_row AFTER INSERT OR UPDATE ON bench.client_service_plpgsql
	FOR EACH ROW EXECUTE FUNCTION bench.guard_row();
