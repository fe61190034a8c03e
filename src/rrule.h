/*
 * rrule.h
 *		Recurrences of SQL values, with errors raised.
 */
#ifndef CLIENTTRACK_RRULE_H
#define CLIENTTRACK_RRULE_H

#include "postgres.h"

#include "utils/date.h"

#include "recurrence.h"

extern void ParseRecurrence(const text *rule_text, Recurrence *rule);
extern void StartRecurrence(RecurrenceIterator *it, const Recurrence *rule, DateADT dtstart, DateADT first, DateADT last);

#endif
