/*
 * recurrence.h
 *		Recurrences: rules of RFC 5545 (RRULE, sections 3.3.10 and 3.8.5.3) over days.
 *
 * Plain C: nothing of PostgreSQL, no allocation, no state but the caller's. A rule is parsed once, and iterated over any
 * window of days. Days are numbered as PostgreSQL's dates are: from 2000-01-01.
 *
 *		Recurrence	rule;
 *		RecurrenceError error;
 *		RecurrenceIterator it;
 *		int32_t		day;
 *
 *		if (RecurrenceParse(text, length, &rule, &error))
 *		{
 *			RecurrenceStart(&it, &rule, dtstart, first, last);
 *			while (RecurrenceNext(&it, &day))
 *				...
 *		}
 */
#ifndef CLIENTTRACK_RECURRENCE_H
#define CLIENTTRACK_RECURRENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The days that a recurrence may start on and fall on: 0001-01-01 to 5874897-12-31. */
#define RECURRENCE_FIRST_DAY	(-730119)
#define RECURRENCE_LAST_DAY		2145031948

/* The longest normal form of a rule, with its end: every list full. */
#define RECURRENCE_TEXT_SIZE	16384

typedef enum RecurrenceFrequency
{
	RECURRENCE_DAILY, RECURRENCE_WEEKLY, RECURRENCE_MONTHLY, RECURRENCE_YEARLY
} RecurrenceFrequency;

/* A set of up to 384 days or numbers. */
#define DAY_SET_WORDS	6
typedef struct DaySet
{
	uint64_t	words[DAY_SET_WORDS];
} DaySet;

/* Numbers that count from the start, and those that count from the end (-1 the last). */
typedef struct SignedDaySet
{
	DaySet		from_start;
	DaySet		from_end;
} SignedDaySet;

/* The parts of a rule, in the order of its normal form. */
typedef enum RecurrencePart
{
	PART_FREQ, PART_INTERVAL, PART_COUNT, PART_UNTIL, PART_BYMONTH, PART_BYWEEKNO, PART_BYYEARDAY, PART_BYMONTHDAY, PART_BYDAY,
	PART_BYSETPOS, PART_WKST, PART_NONE
} RecurrencePart;

/* The largest ordinal of BYDAY. */
#define MAX_ORDINAL		53

/* A parsed rule. Weekdays are bits of a mask, Monday the lowest. */
typedef struct Recurrence
{
	RecurrenceFrequency frequency;
	uint32_t	parts;			/* bit for each RecurrencePart that was given */
	int32_t		interval;
	int32_t		count;			/* 0: none */
	int32_t		until;			/* RECURRENCE_LAST_DAY: none */
	uint16_t	months;			/* bit 1 is January */
	uint8_t		week_start;		/* 0 is Monday */
	uint8_t		weekdays;		/* of BYDAY without ordinal */
	uint32_t	month_days;		/* bit n: day n */
	uint32_t	month_days_from_end;	/* bit n: the nth last */
	uint64_t	weeks;			/* bit n: week n */
	uint64_t	weeks_from_end;
	uint64_t	ordinals;		/* bit n: BYDAY has an nth weekday */
	uint64_t	ordinals_from_end;
	uint8_t		ordinal_weekdays[MAX_ORDINAL + 1];	/* which */
	uint8_t		ordinal_weekdays_from_end[MAX_ORDINAL + 1];
	SignedDaySet year_days;
	SignedDaySet set_positions;
} Recurrence;

/* Why a text is no rule. */
typedef struct RecurrenceError
{
	char		message[160];	/* a phrase that names the part */
	int			position;		/* the byte it is about, from 1 */
} RecurrenceError;

/* What the months of a year stand on. */
typedef struct RecurrenceYear
{
	int64_t		number;			/* INT64_MIN: none yet */
	int64_t		first_day;
	bool		leap;
	uint8_t		weekday;		/* of its first day */
} RecurrenceYear;

/* The way through the days of a rule in a window. */
typedef struct RecurrenceIterator
{
	const Recurrence *rule;
	void		(*interrupt) (void);	/* called now and then; may jump away. NULL: none */
	int64_t		start;			/* DTSTART */
	int64_t		first;			/* the window, clipped by DTSTART and UNTIL */
	int64_t		last;
	int32_t		window_first;	/* the window as given */
	int32_t		window_last;

	/* filters, with what DTSTART tells where the rule does not */
	uint16_t	months;
	uint8_t		week_mask;		/* weekdays, from the start of the week */
	uint8_t		weekdays;
	uint32_t	month_days;
	uint32_t	month_days_from_end;	/* reversed: bit 32 - n for the nth last */

	/* the period to come: a day, or the number of a week, month or year */
	int64_t		period;
	int64_t		count_left;		/* of COUNT; -1: not counted */
	int32_t		empty_left;		/* after so many more periods without a day there is none any more */
	int32_t		empty_limit;
	uint32_t	loaded;			/* periods looked at */
	int			position_words; /* of BYSETPOS, up to its last position; 0: it has nothing to choose */

	RecurrenceYear year;

	/* the days of the current period */
	int64_t		base;			/* that of the lowest bit */
	uint64_t	bits;			/* what is still to come of a word of the set */
	int			word;
	int			words;
	DaySet		set;

	/* single days, ascending without duplicates */
	const int32_t *rdates;
	const int32_t *rdates_end;
	const int32_t *exdates;
	const int32_t *exdates_end;
	bool		with_dates;		/* there are some */
	bool		rule_day_known; /* the rule's next day was found already */
	bool		rule_ended;
	int32_t		rule_day;
} RecurrenceIterator;

extern bool RecurrenceParse(const char *text, size_t length, Recurrence *rule, RecurrenceError *error);
extern size_t RecurrenceNormalForm(const Recurrence *rule, char *text);
extern bool RecurrenceWeekStartMatters(const Recurrence *rule);
extern bool RecurrenceEnds(const Recurrence *rule);

extern void RecurrenceStart(RecurrenceIterator *it, const Recurrence *rule, int32_t dtstart, int32_t first, int32_t last);
extern void RecurrenceAddDates(RecurrenceIterator *it, const int32_t *rdates, int rdate_count,
							   const int32_t *exdates, int exdate_count);
extern bool RecurrenceNext(RecurrenceIterator *it, int32_t *day);
extern int64_t RecurrenceCount(RecurrenceIterator *it);

#endif
