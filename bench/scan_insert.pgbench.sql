-- Ensures that one service is entered as an app does it: one prepared INSERT for a client just scanned.
\set thousand random(0, :clients / 1000 - 1)
\set client :thousand * 1000 + random(1, 999)
INSERT INTO hmis.client_service (client_id, service_id, program_id, date_provided, enrollment_id, location_id, units, unit_value, provided_by_user_id) VALUES (:client, 4, 1, current_date, :client, 1, 1, 2.50, 1);
