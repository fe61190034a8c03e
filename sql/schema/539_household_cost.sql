-- Who of a household bears what a service costs.

CREATE OR REPLACE FUNCTION cost_shares(entries service_entry[], head_client_id bigint)
RETURNS TABLE (ordinality bigint, is_money boolean, is_head boolean, head_is_served boolean, head_refused text, whole_cost numeric,
	whole_value numeric, own_units numeric, share numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns for each entry what its part would be if the cost of the service were split among those who are served, to the cent.
	-- The cost is that of the first of them, the head where the head is served; who comes first also bears what rounding leaves.
	WITH served AS (
		SELECT e.*, u.kind = 'currency' AS is_money, power(10::numeric, u.decimals) AS parts, e.sqlstate IS NULL AS accepted,
			coalesce(e.client_id = head_client_id, false) AS is_head, round(e.units * e.unit_value, 2) AS own_cost
		FROM unnest(entries) WITH ORDINALITY AS e LEFT JOIN unit_of_measure u ON u.unit_of_measure = e.unit_of_measure
	), household AS (
		SELECT s.*, first_value(s.own_cost) OVER heads_first AS whole_cost, first_value(s.units) OVER heads_first AS whole_units,
			first_value(s.unit_value) OVER heads_first AS whole_value, row_number() OVER heads_first AS place,
			nullif(count(*) FILTER (WHERE s.accepted) OVER of_service, 0) AS served_clients,
			bool_or(s.is_head AND s.accepted) OVER of_service AS head_is_served,
			min(s.sqlstate) FILTER (WHERE s.is_head) OVER of_service AS head_refused
		FROM served s
		WINDOW of_service AS (PARTITION BY s.service_id),
			heads_first AS (PARTITION BY s.service_id ORDER BY s.accepted DESC, s.is_head DESC, s.ordinality)
	), parted AS (
		SELECT h.*, CASE WHEN NOT h.is_money THEN h.units ELSE (div(h.whole_units * h.parts, h.served_clients)
			+ CASE WHEN h.place <= (h.whole_units * h.parts) % h.served_clients THEN 1 ELSE 0 END) / h.parts END AS own_units
		FROM household h
	)
	SELECT p.ordinality, p.is_money, p.is_head, p.head_is_served, p.head_refused, p.whole_cost, p.whole_value, p.own_units,
		CASE WHEN NOT p.is_money THEN div(p.whole_cost * 100, p.served_clients) * 0.01
				+ CASE WHEN p.place <= (p.whole_cost * 100) % p.served_clients THEN 0.01 ELSE 0 END
			ELSE round(p.own_units * p.whole_value, 2) + CASE WHEN p.place > 1 THEN 0 ELSE
				p.whole_cost - sum(round(p.own_units * p.whole_value, 2)) FILTER (WHERE p.accepted) OVER (PARTITION BY p.service_id) END END
	FROM parted p;
END;
COMMENT ON FUNCTION cost_shares(service_entry[], bigint) IS
'Used by allocate_cost(). Entries that have an SQLSTATE are not served. own_units: of money a part of the amount, of anything else the
entry''s own. share: dollars. head_refused: the SQLSTATE of the head''s entry.';

CREATE OR REPLACE FUNCTION split_value(share numeric, units numeric, whole_value numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Returns the value of one of so many units that are worth a share: the undivided one where it is right. Twelve decimals to divide,
-- since the result of a division has no more than what it is given.
RETURN CASE WHEN round(units * whole_value, 2) = share THEN whole_value
	WHEN units > 0 THEN round(share::numeric(34,12) / units, 10) END;
COMMENT ON FUNCTION split_value(numeric, numeric, numeric) IS 'Used by allocate_cost(): dollars for a unit, null for no units.';

CREATE OR REPLACE FUNCTION check_split(entries service_entry[], head_client_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the values of split services are what they were split to.
DECLARE
	inexact bigint;
BEGIN
	SELECT min(e.service_id) INTO inexact
	FROM cost_shares(entries, head_client_id) s JOIN unnest(entries) WITH ORDINALITY AS e USING (ordinality)
	WHERE e.sqlstate IS NULL AND s.own_units > 0
	AND (s.share < 0 OR round(s.own_units * split_value(s.share, s.own_units, s.whole_value), 2) <> s.share);
	IF inexact IS NOT NULL THEN
		RAISE EXCEPTION 'the cost of service % cannot be split to the cent', inexact USING ERRCODE = 'invalid_parameter_value',
			DETAIL = 'It has so many units that ten decimals of the unit value do not tell cents.',
			HINT = 'Let the head of household bear the cost, or record it in a larger unit.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_split(service_entry[], bigint) IS 'Used by allocate_cost(). Raises 22023 when so many units cannot be split to the cent.';

CREATE OR REPLACE FUNCTION allocate_cost(entries service_entry[], cost text, head_client_id bigint) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the entries with the cost of each service on the head of household, or split among those who are served, to the cent.
-- Money that is given once is not recorded for each.
DECLARE
	allocated service_entry[];
BEGIN
	IF cost = 'each' THEN
		RETURN entries;
	ELSIF cost = 'split' THEN
		PERFORM check_split(entries, head_client_id);
	END IF;
	SELECT array_agg(ROW(b.client_id, b.service_id, b.enrollment_id, b.grant_award_id,
		CASE WHEN b.bears = 'share' THEN b.own_units ELSE b.units END, b.unit_of_measure,
		CASE b.bears WHEN 'nothing' THEN 0 WHEN 'share' THEN split_value(b.share, b.own_units, b.whole_value) ELSE b.unit_value END, b.comments,
		CASE b.bears WHEN 'nobody' THEN coalesce(b.head_refused, '22023') WHEN 'not_recorded' THEN '00000' ELSE b.sqlstate END,
		CASE b.bears WHEN 'nobody' THEN 'the head of household, who bears the cost, is not served'
			WHEN 'not_recorded' THEN 'the money is recorded for the head of household' ELSE b.message END, b.service_authorization_id)::service_entry
		ORDER BY b.ordinality) INTO allocated
	FROM (SELECT e.*, s.own_units, s.share, s.whole_value, s.head_refused, CASE WHEN e.sqlstate IS NOT NULL THEN 'as given'
				WHEN cost = 'split' THEN CASE WHEN s.is_money AND s.own_units = 0 THEN 'not_recorded' ELSE 'share' END
				WHEN NOT s.head_is_served AND (s.whole_cost > 0 OR s.is_money) THEN 'nobody'
				WHEN s.is_head THEN 'as given' WHEN s.is_money THEN 'not_recorded' ELSE 'nothing' END AS bears
		FROM unnest(entries) WITH ORDINALITY AS e JOIN cost_shares(entries, head_client_id) s USING (ordinality)) b;
	RETURN allocated;
END
$$;
COMMENT ON FUNCTION allocate_cost(service_entry[], text, bigint) IS
'Used by enter_services(). cost: each (everybody''s service has its own value), head or split. Of a service measured in money
head records one service, that of the head (the others: SQLSTATE 00000), and split one with a part of it for each. Of other services
everybody''s is recorded with its units; unit values are changed so that the values of all together are that of one. A head who
is refused bears nothing: nobody''s service is recorded, where there is a cost. Raises 22023 when so many units cannot be split.';
