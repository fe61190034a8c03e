/*
 * offering.h
 *		Templates of SQL about where and how services are offered. In them r is a service given, or to be given: a row with
 *		service_id, program_id, location_id and date_provided.
 */
#ifndef CLIENTTRACK_OFFERING_H
#define CLIENTTRACK_OFFERING_H

/* The organization of the program that a service was given in. */
#define PROGRAM_ORGANIZATION(r) \
	"(SELECT p.organization_id FROM {program} p WHERE p.program_id = " r ".program_id)"

/* An offering o fits a service given. */
#define OFFERING_FITS(o, r) \
	o ".service_id = " r ".service_id " \
	"AND (" o ".program_id IS NULL OR " o ".program_id = " r ".program_id) " \
	"AND (" o ".location_id IS NULL OR " o ".location_id = " r ".location_id) " \
	"AND (" o ".organization_id IS NULL OR " o ".organization_id = " PROGRAM_ORGANIZATION(r) ") " \
	"AND (" o ".begin_date IS NULL OR " o ".begin_date <= " r ".date_provided) " \
	"AND (" o ".end_date IS NULL OR " r ".date_provided <= " o ".end_date)"

/* The offerings that fit a service given. */
#define MATCHING_OFFERINGS(r) "FROM {service_offering} o WHERE o.date_deleted IS NULL AND " OFFERING_FITS("o", r)

/* The most specific comes first. */
#define BY_PLACE "o.location_id IS NULL, o.program_id IS NULL, o.organization_id IS NULL, "

/* What the one of them that counts says. An aggregate, since plans for many rows do without sorting. */
#define OFFERING_SAYS(column, r) \
	"(SELECT (array_agg(o." column " ORDER BY " BY_PLACE "o.service_offering_id))[1] " MATCHING_OFFERINGS(r) ")"

/* The cost of a unit there, where the grant r.grant_award_id pays: another grant's cost does not count. */
#define OFFERED_UNIT_VALUE(r) \
	"(SELECT (array_agg(o.unit_value ORDER BY " BY_PLACE "o.grant_award_id IS NULL, o.service_offering_id))[1] " \
	MATCHING_OFFERINGS(r) " AND (o.grant_award_id IS NULL OR o.grant_award_id = " r ".grant_award_id))"

/* Services are refused where the service is restricted to other organizations, or offered, but not here and then. */
#define NOT_OFFERED(r) \
	"((EXISTS (SELECT FROM {service_organization} so WHERE so.service_id = " r ".service_id AND so.date_deleted IS NULL) " \
	"  AND NOT EXISTS (SELECT FROM {service_organization} so WHERE so.service_id = " r ".service_id " \
	"    AND so.date_deleted IS NULL AND so.organization_id = " PROGRAM_ORGANIZATION(r) ")) " \
	"OR (EXISTS (SELECT FROM {service_offering} o WHERE o.service_id = " r ".service_id AND o.date_deleted IS NULL) " \
	"  AND NOT EXISTS (SELECT " MATCHING_OFFERINGS(r) ")))"

/* Whether a service r that has no enrollment needs one: required, optional or none. */
#define ENROLLMENT_RULE(r) "coalesce(" OFFERING_SAYS("enrollment_rule", r) ", 'required')"

/*
 * Joins the authorization a that a service to come draws on: the client's that is for it, covers the day and has so many units left;
 * of several the one that ends first. schema is quoted. Looked for client by client.
 */
#define OPEN_AUTHORIZATION(schema, client_id, service_id, enrollment_id, day, units) \
	"LEFT JOIN LATERAL (SELECT o.service_authorization_id, o.grant_award_id, o.unit_value FROM " schema ".open_service_authorization o " \
	"	WHERE o.client_id = " client_id " AND o.service_id = " service_id " AND " day " BETWEEN o.begin_date AND o.end_date " \
	"	AND (o.enrollment_id IS NULL OR o.enrollment_id = " enrollment_id ") AND " units " <= o.units_left " \
	"	ORDER BY o.end_date, o.service_authorization_id LIMIT 1) a ON true "

#endif
