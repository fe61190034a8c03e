-- The authorizations that services can draw on.

CREATE OR REPLACE VIEW open_service_authorization AS
SELECT a.service_authorization_id, a.client_id, a.service_id, a.enrollment_id, a.begin_date, a.end_date, a.grant_award_id, a.unit_of_measure,
	a.unit_value, a.units_authorized - a.units_drawn AS units_left
FROM service_authorization a
WHERE a.date_deleted IS NULL AND a.authorization_status = 'approved' AND a.units_drawn < a.units_authorized;
ALTER VIEW open_service_authorization SET (security_invoker = true);
COMMENT ON VIEW open_service_authorization IS 'Approved service authorizations of which something is left: for the form that records a service.';
COMMENT ON COLUMN open_service_authorization.service_authorization_id IS 'The authorization.';
COMMENT ON COLUMN open_service_authorization.client_id IS 'The client.';
COMMENT ON COLUMN open_service_authorization.service_id IS 'The service.';
COMMENT ON COLUMN open_service_authorization.enrollment_id IS 'The enrollment that the services must be of; null: any.';
COMMENT ON COLUMN open_service_authorization.begin_date IS 'First day on which the service may be given.';
COMMENT ON COLUMN open_service_authorization.end_date IS 'Last day.';
COMMENT ON COLUMN open_service_authorization.grant_award_id IS 'The grant that pays.';
COMMENT ON COLUMN open_service_authorization.unit_of_measure IS 'What the units are.';
COMMENT ON COLUMN open_service_authorization.unit_value IS 'Value of one unit in dollars.';
COMMENT ON COLUMN open_service_authorization.units_left IS 'Units that can still be drawn.';
