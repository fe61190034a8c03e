-- Who of a household bears what a service costs.

CREATE OR REPLACE FUNCTION allocate_cost(entries service_entry[], cost text, head_client_id bigint) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the entries with the cost of each service on the head of household, or split among those who are served, to the
-- cent. The cost of a service is that of its first entry. Money that is given once is not recorded for each; when it is split,
-- the first bears what rounding leaves.
DECLARE
	allocated service_entry[];
	inexact bigint;
BEGIN
	IF cost = 'each' THEN
		RETURN entries;
	END IF;
	WITH served AS (
		SELECT e.*, u.kind = 'currency' AS is_money, power(10::numeric, u.decimals) AS parts, e.sqlstate IS NULL AS accepted,
			coalesce(e.client_id = head_client_id, false) AS is_head, round(e.units * e.unit_value, 2) AS own_cost
		FROM unnest(entries) WITH ORDINALITY AS e LEFT JOIN unit_of_measure u ON u.unit_of_measure = e.unit_of_measure
	), household AS (
		SELECT s.*, first_value(s.own_cost) OVER heads_first AS whole_cost, first_value(s.units) OVER heads_first AS whole_units,
			first_value(s.unit_value) OVER heads_first AS whole_value,
			nullif(count(*) FILTER (WHERE s.accepted) OVER of_service, 0) AS served_clients,
			row_number() OVER heads_first AS place,
			bool_or(s.is_head AND s.accepted) OVER of_service AS head_is_served,
			min(s.sqlstate) FILTER (WHERE s.is_head) OVER of_service AS head_refused
		FROM served s
		WINDOW of_service AS (PARTITION BY s.service_id),
			heads_first AS (PARTITION BY s.service_id ORDER BY s.accepted DESC, s.is_head DESC, s.ordinality)
	), parted AS (
		SELECT h.*, CASE WHEN NOT h.is_money THEN h.units ELSE (div(h.whole_units * h.parts, h.served_clients)
			+ CASE WHEN h.place <= (h.whole_units * h.parts) % h.served_clients THEN 1 ELSE 0 END) / h.parts END AS own_units
		FROM household h
	), shares AS (
		SELECT p.*, CASE WHEN NOT p.is_money THEN div(p.whole_cost * 100, p.served_clients) * 0.01
				+ CASE WHEN p.place <= (p.whole_cost * 100) % p.served_clients THEN 0.01 ELSE 0 END
			ELSE round(p.own_units * p.whole_value, 2) + CASE WHEN p.place > 1 THEN 0 ELSE
				p.whole_cost - sum(round(p.own_units * p.whole_value, 2)) FILTER (WHERE p.accepted) OVER (PARTITION BY p.service_id) END
			END AS share
		FROM parted p
	), borne AS (
		SELECT s.*, CASE WHEN NOT s.accepted THEN 'unchanged'
			WHEN cost = 'head' AND NOT s.head_is_served AND (s.whole_cost > 0 OR s.is_money) THEN 'nobody'
			WHEN s.is_money AND (cost = 'head' AND NOT s.is_head OR cost = 'split' AND s.own_units = 0) THEN 'not_recorded'
			WHEN cost = 'head' AND s.is_head THEN 'unchanged'
			WHEN cost = 'head' THEN 'free' ELSE 'share' END AS bears
		FROM shares s
	), valued AS (
		SELECT b.*, CASE WHEN b.bears = 'share' THEN b.own_units ELSE b.units END AS units_borne,
			CASE WHEN b.bears = 'free' THEN 0 WHEN b.bears <> 'share' THEN b.unit_value
				WHEN round(b.own_units * b.whole_value, 2) = b.share THEN b.whole_value
				ELSE round(b.share::numeric(34,12) / b.own_units, 10) END AS value_borne
		FROM borne b
	)
	SELECT array_agg(ROW(v.client_id, v.service_id, v.enrollment_id, v.grant_award_id, v.units_borne, v.unit_of_measure, v.value_borne,
		v.comments, CASE v.bears WHEN 'nobody' THEN coalesce(v.head_refused, '22023') WHEN 'not_recorded' THEN '00000' ELSE v.sqlstate END,
		CASE v.bears WHEN 'nobody' THEN 'the head of household, who bears the cost, is not served'
			WHEN 'not_recorded' THEN 'the money is recorded for the head of household' ELSE v.message END)::service_entry
		ORDER BY v.ordinality),
		min(v.service_id) FILTER (WHERE v.bears = 'share' AND (v.share < 0 OR round(v.units_borne * v.value_borne, 2) <> v.share))
	INTO allocated, inexact FROM valued v;
	IF inexact IS NOT NULL THEN
		RAISE EXCEPTION 'the cost of service % cannot be split to the cent', inexact USING ERRCODE = 'invalid_parameter_value',
			DETAIL = 'It has so many units that ten decimals of the unit value do not tell cents.',
			HINT = 'Let the head of household bear the cost, or record it in a larger unit.';
	END IF;
	RETURN allocated;
END
$$;
COMMENT ON FUNCTION allocate_cost(service_entry[], text, bigint) IS
'Used by enter_services(). cost: each (everybody''s service has its own value), head or split. Of a service measured in money
head records one service, that of the head (the others: SQLSTATE 00000), and split one with a part of it for each. Of other services
everybody''s is recorded with its units; unit values are changed so that the values of all together are that of one. Raises 22023 when so many units cannot be split to the cent.';
