/*
 * last_day.h
 *		How far ahead services and enrollments may be dated.
 */
#ifndef CLIENTTRACK_LAST_DAY_H
#define CLIENTTRACK_LAST_DAY_H

#include "utils/date.h"

extern DateADT LastDay(void);

#endif
