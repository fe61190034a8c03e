/*
 * recurrence_calendar.h
 *		The Gregorian calendar, forwards and backwards without end, for recurrences. Days are numbered from 2000-01-01.
 */
#ifndef CLIENTTRACK_RECURRENCE_CALENDAR_H
#define CLIENTTRACK_RECURRENCE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* From 0001-01-01 to 2000-01-01. */
#define DAYS_BEFORE_2000	730119
#define DAYS_IN_400_YEARS	146097

/* Days of a common year before a month, which counts from 1; 13 is the next January. */
static const int16_t days_before_month[14] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

/* A day as people write it. */
typedef struct CivilDay
{
	int64_t		year;
	int			month;			/* 1 to 12 */
	int			day;			/* 1 to 31 */
} CivilDay;

/* Divides and rounds down. */
static inline int64_t
FloorDiv(int64_t dividend, int64_t divisor)
{
	return dividend / divisor - (dividend % divisor < 0);
}

/* Divides, rounds down, and returns the rest. */
static inline int64_t
FloorMod(int64_t dividend, int64_t divisor)
{
	int64_t		rest = dividend % divisor;

	return rest < 0 ? rest + divisor : rest;
}

/* Tells whether a year has a 29th of February. */
static inline bool
IsLeapYear(int64_t year)
{
	return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Returns the first day of a year. */
static inline int64_t
FirstDayOfYear(int64_t year)
{
	int64_t		before = year - 1;

	return before * 365 + FloorDiv(before, 4) - FloorDiv(before, 100) + FloorDiv(before, 400) - DAYS_BEFORE_2000;
}

/* Returns how many days of a year come before a month; of month 13 the length of the year. */
static inline int
DaysBeforeMonth(int month, bool leap)
{
	return days_before_month[month] + (leap && month > 2);
}

/* Returns the length of a month. */
static inline int
DaysInMonth(int month, bool leap)
{
	return days_before_month[month + 1] - days_before_month[month] + (leap && month == 2);
}

/* Returns the weekday of a day: 0 is Monday. */
static inline int
WeekdayOf(int64_t day)
{
	return (int) FloorMod(day + 5, 7);
}

/* Returns the year that a day is in. */
static inline int64_t
YearOfDay(int64_t day)
{
	int64_t		cycle = FloorDiv(day + DAYS_BEFORE_2000, DAYS_IN_400_YEARS);
	int64_t		rest = day + DAYS_BEFORE_2000 - cycle * DAYS_IN_400_YEARS;
	/* a year has 365.2425 days: this is right, or one too many next to a New Year */
	int64_t		year = cycle * 400 + (rest * 400 + 591) / DAYS_IN_400_YEARS + 1;

	return FirstDayOfYear(year) > day ? year - 1 : FirstDayOfYear(year + 1) <= day ? year + 1 : year;
}

/* Returns a day as people write it. */
static inline CivilDay
CivilOfDay(int64_t day)
{
	CivilDay	civil;
	int			rest;
	bool		leap;

	civil.year = YearOfDay(day);
	leap = IsLeapYear(civil.year);
	rest = (int) (day - FirstDayOfYear(civil.year));
	civil.month = rest / 31 + 1;	/* right, or one too few */
	if (rest >= DaysBeforeMonth(civil.month + 1, leap))
		civil.month++;
	civil.day = rest - DaysBeforeMonth(civil.month, leap) + 1;
	return civil;
}

/* Returns the number of a month: months since year 0. */
static inline int64_t
MonthNumber(const CivilDay *civil)
{
	return civil->year * 12 + civil->month - 1;
}

#endif
