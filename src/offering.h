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

/* The offerings that fit a service given. */
#define MATCHING_OFFERINGS(r) \
	"FROM {service_offering} o " \
	"WHERE o.service_id = " r ".service_id AND o.date_deleted IS NULL " \
	"AND (o.program_id IS NULL OR o.program_id = " r ".program_id) " \
	"AND (o.location_id IS NULL OR o.location_id = " r ".location_id) " \
	"AND (o.organization_id IS NULL OR o.organization_id = " PROGRAM_ORGANIZATION(r) ") " \
	"AND (o.begin_date IS NULL OR o.begin_date <= " r ".date_provided) " \
	"AND (o.end_date IS NULL OR " r ".date_provided <= o.end_date)"

/* What the one of them that counts says: the most specific. An aggregate, since plans for many rows do without sorting. */
#define OFFERING_SAYS(column, r) \
	"(SELECT (array_agg(o." column " ORDER BY o.location_id IS NULL, o.program_id IS NULL, o.organization_id IS NULL, " \
	"o.service_offering_id))[1] " MATCHING_OFFERINGS(r) ")"

#endif
