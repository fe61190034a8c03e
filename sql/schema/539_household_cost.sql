-- Who of a household bears what a service costs.

CREATE OR REPLACE FUNCTION allocate_cost(entries service_entry[], cost text, head_client_id bigint) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the entries with the cost of each service on the head of household, or split among those who are served, to the
-- cent. The cost of a service is that of its first entry. Money that is given once is not recorded for each. Shares have twelve
-- decimals when they are divided, since the result of a division has no more than what it is given.
DECLARE
	allocated service_entry[];
BEGIN
	IF cost = 'each' THEN
		RETURN entries;
	END IF;
	WITH served AS (
		SELECT e.*, u.kind = 'currency' AS is_money, e.sqlstate IS NULL AS accepted, coalesce(e.client_id = head_client_id, false) AS is_head,
			CASE WHEN u.kind = 'currency' THEN e.units ELSE round(e.units * e.unit_value, 2) END AS own_cost
		FROM unnest(entries) WITH ORDINALITY AS e LEFT JOIN unit_of_measure u ON u.unit_of_measure = e.unit_of_measure
	), household AS (
		SELECT s.*, first_value(s.own_cost) OVER heads_first AS whole_cost,
			count(*) FILTER (WHERE s.accepted) OVER of_service AS served_clients,
			row_number() OVER heads_first AS place,
			bool_or(s.is_head AND s.accepted) OVER of_service AS head_is_served,
			min(s.sqlstate) FILTER (WHERE s.is_head) OVER of_service AS head_refused
		FROM served s
		WINDOW of_service AS (PARTITION BY s.service_id),
			heads_first AS (PARTITION BY s.service_id ORDER BY s.accepted DESC, s.is_head DESC, s.ordinality)
	), shares AS (
		SELECT h.*, div(h.whole_cost * 100, nullif(h.served_clients, 0)) * 0.01
			+ CASE WHEN h.place <= (h.whole_cost * 100) % nullif(h.served_clients, 0) THEN 0.01 ELSE 0 END AS share
		FROM household h
	), borne AS (
		SELECT s.*, CASE WHEN NOT s.accepted OR s.whole_cost = 0 OR (cost = 'split' AND s.served_clients = 1) THEN 'unchanged'
			WHEN cost = 'head' AND NOT s.head_is_served THEN 'nobody'
			WHEN s.is_money AND cost = 'head' AND NOT s.is_head OR s.is_money AND s.share = 0 THEN 'not_recorded'
			WHEN cost = 'head' AND s.is_head THEN 'unchanged'
			WHEN cost = 'head' THEN 'free' ELSE 'share' END AS bears
		FROM shares s
	)
	SELECT array_agg(ROW(b.client_id, b.service_id, b.enrollment_id, b.grant_award_id,
		CASE WHEN b.bears = 'share' AND b.is_money THEN b.share ELSE b.units END, b.unit_of_measure,
		CASE WHEN b.bears = 'free' THEN 0
			WHEN b.bears = 'share' AND NOT b.is_money THEN round(b.share::numeric(34,12) / b.units, 10)
			ELSE b.unit_value END,
		b.comments, CASE b.bears WHEN 'nobody' THEN coalesce(b.head_refused, '22023') WHEN 'not_recorded' THEN '00000' ELSE b.sqlstate END,
		CASE b.bears WHEN 'nobody' THEN 'the head of household, who bears the cost, is not served'
			WHEN 'not_recorded' THEN 'the money is recorded for the head of household' ELSE b.message END)::service_entry
		ORDER BY b.ordinality) INTO allocated
	FROM borne b;
	RETURN allocated;
END
$$;
COMMENT ON FUNCTION allocate_cost(service_entry[], text, bigint) IS
'Used by enter_services(). cost: each (everybody''s service has its own value), head or split. Of a service measured in money
head records one service, that of the head (the others: SQLSTATE 00000), and split one with a part of it for each. Of other services
everybody''s is recorded with its units; unit values are changed so that the values of all together are that of one.';
