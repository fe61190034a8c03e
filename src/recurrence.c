/*
 * recurrence.c
 *		Iterating over the days of a recurrence rule.
 *
 * A rule is walked period by period: weeks, months or years, INTERVAL of them at a time; a DAILY rule month by month. The
 * days of a period are bits of a set, made by shifting and masking: all that the filters of the rule (BYMONTH … BYDAY)
 * leave, then what BYSETPOS chooses of them, then what DTSTART, COUNT and the window leave. A window far from the start is
 * reached by arithmetic; only COUNT makes the periods before it be counted.
 *
 * Every rule comes to an end: the calendar repeats itself after 400 years, so when as many periods in a row as it takes
 * to meet each constellation have no day, none has.
 */
#include "recurrence.h"

#include <string.h>

#include "recurrence_calendar.h"

/* Periods that are looked at between two calls of the interrupt hook. */
#define PERIODS_BETWEEN_INTERRUPTS 1024

#define DAYS_IN_WEEK 7
#define ALL_WEEKDAYS 0x7F
#define ALL_MONTHS	0x1FFE

/* 2000-01-03 */
#define FIRST_MONDAY 2

/* Periods until the calendar repeats itself. */
#define WEEKS_IN_400_YEARS	(DAYS_IN_400_YEARS / 7)
#define MONTHS_IN_400_YEARS 4800

/* A week's mask of weekdays, times this, is five weeks of them. */
#define FIVE_WEEKS UINT64_C(0x10204081)

/* Returns a mask of so many days, up to 63. */
static inline uint64_t
FirstDays(int count)
{
	return (UINT64_C(1) << count) - 1;
}

/* Returns a mask of weekdays, Monday the lowest bit, as seen from another weekday. */
static inline uint32_t
RotateWeekdays(uint32_t weekdays, int first)
{
	return (weekdays >> first | weekdays << (DAYS_IN_WEEK - first)) & ALL_WEEKDAYS;
}

/* Returns how many bits of a word are set; in line, since not every machine has an instruction for it. */
static inline int
CountBits(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	return (int) (word * UINT64_C(0x0101010101010101) >> 56);
}

/* Returns the bits of a word in reverse order. */
static uint32_t
ReverseBits(uint32_t word)
{
	uint32_t	reversed = 0;

	for (; word != 0; word &= word - 1)
		reversed |= UINT32_C(0x80000000) >> __builtin_ctz(word);
	return reversed;
}

/* Adds bits to a set, the lowest of them at a place that may be outside: what falls outside is lost. */
static inline void
AddBits(DaySet *set, int place, uint64_t bits)
{
	int			word = place >> 6;
	int			shift = place & 63;

	if (word >= 0 && word < DAY_SET_WORDS)
		set->words[word] |= bits << shift;
	if (shift > 0 && word + 1 >= 0 && word + 1 < DAY_SET_WORDS)
		set->words[word + 1] |= bits >> (64 - shift);
}

/* Adds the first so many days to a set. */
static void
AddFirstDays(DaySet *set, int count)
{
	int			word = 0;

	for (; count >= 64; count -= 64)
		set->words[word++] = ~UINT64_C(0);
	if (count > 0)
		set->words[word] |= FirstDays(count);
}

/* Leaves the days of a set that are in the other, too. */
static void
IntersectSets(DaySet *set, const DaySet *other)
{
	for (int i = 0; i < DAY_SET_WORDS; i++)
		set->words[i] &= other->words[i];
}

/* Tells whether the first words of a set have no day. */
static bool
IsEmpty(const DaySet *set, int words)
{
	uint64_t	all = set->words[0];

	for (int i = 1; i < words; i++)
		all |= set->words[i];
	return all == 0;
}

/* Returns how many days the first words of a set have. */
static int
CountDays(const DaySet *set, int words)
{
	int			count = 0;

	for (int i = 0; i < words; i++)
		count += CountBits(set->words[i]);
	return count;
}

/* Returns a word with only its nth bit that is set, from 1; there are as many. */
static uint64_t
NthBit(uint64_t word, int n)
{
	while (--n > 0)
		word &= word - 1;
	return word & -word;
}

/* Returns a word with only its nth last bit that is set, from 1; there are as many. */
static uint64_t
NthLastBit(uint64_t word, int n)
{
	uint64_t	last;

	do
	{
		last = UINT64_C(1) << (63 - __builtin_clzll(word));
		word ^= last;
	} while (--n > 0);
	return last;
}

/* Removes the days of a set below a place. */
static void
ClipBelow(DaySet *set, int words, int64_t place)
{
	for (int i = 0; i < words && place > 0; i++, place -= 64)
		set->words[i] &= place >= 64 ? 0 : ~FirstDays((int) place);
}

/* Removes the days of a set from a place on. */
static void
ClipFrom(DaySet *set, int words, int64_t place)
{
	for (int i = 0; i < words; i++, place -= 64)
		if (place < 64)
			set->words[i] &= place <= 0 ? 0 : FirstDays((int) place);
}

/* Leaves the first so many days of a set. */
static void
KeepFirst(DaySet *set, int words, int64_t count)
{
	for (int i = 0; i < words; i++)
	{
		int			here = CountBits(set->words[i]);

		if (here > count)
			set->words[i] &= count > 0 ? (NthBit(set->words[i], (int) count) << 1) - 1 : 0;
		count -= here < count ? here : count;
	}
}

/* Adds the nth day of a set, from 1, to another; nothing where there are fewer. */
static void
AddNthDay(DaySet *chosen, const DaySet *set, int words, int n)
{
	for (int i = 0; i < words; i++)
	{
		int			here = set->words[i] == 0 ? 0 : CountBits(set->words[i]);

		if (n <= here)
		{
			chosen->words[i] |= NthBit(set->words[i], n);
			return;
		}
		n -= here;
	}
}

/* Adds the nth last day of a set, from 1, to another; nothing where there are fewer. */
static void
AddNthLastDay(DaySet *chosen, const DaySet *set, int words, int n)
{
	for (int i = words - 1; i >= 0; i--)
	{
		int			here = set->words[i] == 0 ? 0 : CountBits(set->words[i]);

		if (n <= here)
		{
			chosen->words[i] |= NthLastBit(set->words[i], n);
			return;
		}
		n -= here;
	}
}

/* Leaves the days of the current period that BYSETPOS chooses. */
static void
ChooseSetPositions(RecurrenceIterator *it)
{
	const SignedDaySet *positions = &it->rule->set_positions;
	DaySet		chosen = {{0}};

	for (int i = 0; i < it->position_words; i++)
	{
		for (uint64_t bits = positions->from_start.words[i]; bits != 0; bits &= bits - 1)
			AddNthDay(&chosen, &it->set, it->words, i * 64 + __builtin_ctzll(bits));
		for (uint64_t bits = positions->from_end.words[i]; bits != 0; bits &= bits - 1)
			AddNthLastDay(&chosen, &it->set, it->words, i * 64 + __builtin_ctzll(bits));
	}
	it->set = chosen;
}

/*
 * Returns the weekdays of BYDAY in a stretch of days that ordinals count in: 2MO is the Monday among its days 8 to 14, -1MO
 * the one among its last seven. first: the weekday it begins with.
 */
static uint64_t
OrdinalDaysOfMonth(const Recurrence *rule, int length, int first)
{
	uint64_t	days = 0;

	for (uint64_t bits = rule->ordinals; bits != 0; bits &= bits - 1)
	{
		int			ordinal = __builtin_ctzll(bits);

		days |= (uint64_t) RotateWeekdays(rule->ordinal_weekdays[ordinal], first) << (ordinal - 1) * DAYS_IN_WEEK;
	}
	for (uint64_t bits = rule->ordinals_from_end; bits != 0; bits &= bits - 1)
	{
		int			ordinal = __builtin_ctzll(bits);
		int			place = length - ordinal * DAYS_IN_WEEK;
		uint64_t	week = RotateWeekdays(rule->ordinal_weekdays_from_end[ordinal], (first + place + 35) % DAYS_IN_WEEK);

		days |= place >= 0 ? week << place : week >> -place;
	}
	return days;
}

/* Returns the days of a month that the filters by day leave. first: the weekday of its first day. */
static uint64_t
DaysOfMonth(const RecurrenceIterator *it, int length, int first)
{
	uint64_t	days = FirstDays(length);

	if (it->month_days | it->month_days_from_end)
		days &= it->month_days >> 1 | it->month_days_from_end >> (32 - length);
	if (it->weekdays)
	{
		uint64_t	weekdays = RotateWeekdays(it->weekdays, first) * FIVE_WEEKS;

		if (it->rule->ordinals | it->rule->ordinals_from_end)
			weekdays |= OrdinalDaysOfMonth(it->rule, length, first);
		days &= weekdays;
	}
	else if (it->rule->ordinals | it->rule->ordinals_from_end)
		days &= OrdinalDaysOfMonth(it->rule, length, first);
	return days;
}

/* Makes a year the one that the iterator knows about. */
static inline void
GoToYear(RecurrenceIterator *it, int64_t year)
{
	if (it->year.number == year)
		return;
	if (it->year.number == year - 1)
	{
		it->year.first_day += DaysBeforeMonth(13, it->year.leap);
		it->year.weekday = (it->year.weekday + 1 + it->year.leap) % DAYS_IN_WEEK;
	}
	else
	{
		it->year.first_day = FirstDayOfYear(year);
		it->year.weekday = WeekdayOf(it->year.first_day);
	}
	it->year.number = year;
	it->year.leap = IsLeapYear(year);
}

/* Adds the days of the current year that the filters by month and day leave, where its first of January has a place. */
static void
AddMonthsOfYear(const RecurrenceIterator *it, DaySet *set, int place)
{
	bool		leap = it->year.leap;
	int			first = it->year.weekday;

	for (uint32_t months = it->months; months != 0; months &= months - 1)
	{
		int			month = __builtin_ctz(months);
		int			before = DaysBeforeMonth(month, leap);

		AddBits(set, place + before, DaysOfMonth(it, DaysInMonth(month, leap), (first + before) % DAYS_IN_WEEK));
	}
}

/* Adds the days of the current year that BYYEARDAY names, where its first of January has a place. */
static void
AddYearDays(const RecurrenceIterator *it, DaySet *set, int place)
{
	const Recurrence *rule = it->rule;
	int			length = DaysBeforeMonth(13, it->year.leap);

	for (int i = 0; i < DAY_SET_WORDS; i++)
	{
		for (uint64_t bits = rule->year_days.from_start.words[i]; bits != 0; bits &= bits - 1)
		{
			int			day = i * 64 + __builtin_ctzll(bits);

			if (day <= length)
				AddBits(set, place + day - 1, 1);
		}
		for (uint64_t bits = rule->year_days.from_end.words[i]; bits != 0; bits &= bits - 1)
		{
			int			day = length + 1 - (i * 64 + __builtin_ctzll(bits));

			if (day > 0)
				AddBits(set, place + day - 1, 1);
		}
	}
}

/* Adds every day of the current year that is one of the weekdays; ordinals count in the year. */
static void
AddWeekdaysOfYear(const RecurrenceIterator *it, DaySet *set, int length)
{
	const Recurrence *rule = it->rule;
	int			first = it->year.weekday;

	if (it->weekdays)
	{
		uint64_t	weeks = RotateWeekdays(it->weekdays, first) * FIVE_WEEKS;

		for (int place = 0; place < length; place += 5 * DAYS_IN_WEEK)
			AddBits(set, place, weeks);
	}
	for (uint64_t bits = rule->ordinals; bits != 0; bits &= bits - 1)
	{
		int			ordinal = __builtin_ctzll(bits);

		AddBits(set, (ordinal - 1) * DAYS_IN_WEEK, RotateWeekdays(rule->ordinal_weekdays[ordinal], first));
	}
	for (uint64_t bits = rule->ordinals_from_end; bits != 0; bits &= bits - 1)
	{
		int			ordinal = __builtin_ctzll(bits);
		int			place = length - ordinal * DAYS_IN_WEEK;

		AddBits(set, place, RotateWeekdays(rule->ordinal_weekdays_from_end[ordinal],
										   (int) FloorMod(first + place, DAYS_IN_WEEK)));
	}
	ClipFrom(set, DAY_SET_WORDS, length);
}

/* Fills the set with the days of a calendar year. */
static void
FillYear(RecurrenceIterator *it, int64_t year)
{
	const Recurrence *rule = it->rule;
	int			length;

	GoToYear(it, year);
	length = DaysBeforeMonth(13, it->year.leap);
	memset(&it->set, 0, sizeof(DaySet));
	it->base = it->year.first_day;
	if (it->months)
		AddMonthsOfYear(it, &it->set, 0);
	else if (rule->parts & 1 << PART_BYDAY)
		AddWeekdaysOfYear(it, &it->set, length);
	else
		AddFirstDays(&it->set, length);
	if (rule->parts & 1 << PART_BYYEARDAY)
	{
		DaySet		days = {{0}};

		AddYearDays(it, &days, 0);
		IntersectSets(&it->set, &days);
	}
}

/* Returns the first day of the first week of a year: the week, by WKST, that has at least four days in the year. */
static int64_t
FirstDayOfWeekYear(int64_t year, int week_start)
{
	int64_t		fourth = FirstDayOfYear(year) + 3;

	return fourth - FloorMod(WeekdayOf(fourth) - week_start, DAYS_IN_WEEK);
}

/* Returns the year of the week that a day is in. */
static int64_t
WeekYearOfDay(int64_t day, int week_start)
{
	int64_t		year = YearOfDay(day);

	if (day < FirstDayOfWeekYear(year, week_start))
		return year - 1;
	return day >= FirstDayOfWeekYear(year + 1, week_start) ? year + 1 : year;
}

/* Fills the set with the days of a year of weeks, which may begin in the December before and end in the January after. */
static void
FillWeekYear(RecurrenceIterator *it, int64_t year)
{
	const Recurrence *rule = it->rule;
	int			weeks = (int) (FirstDayOfWeekYear(year + 1, rule->week_start) -
							   FirstDayOfWeekYear(year, rule->week_start)) / DAYS_IN_WEEK;
	DaySet		months = {{0}};
	DaySet		days = {{0}};

	memset(&it->set, 0, sizeof(DaySet));
	it->base = FirstDayOfWeekYear(year, rule->week_start);
	for (int week = 1; week <= weeks; week++)
		if (rule->weeks >> week & 1 || rule->weeks_from_end >> (weeks + 1 - week) & 1)
			AddBits(&it->set, (week - 1) * DAYS_IN_WEEK, it->week_mask);
	for (int64_t near = year - 1; near <= year + 1; near++)
	{
		int			place;

		GoToYear(it, near);
		place = (int) (it->year.first_day - it->base);
		AddMonthsOfYear(it, &months, place);
		AddYearDays(it, &days, place);
	}
	if (it->months)
		IntersectSets(&it->set, &months);
	if (rule->parts & 1 << PART_BYYEARDAY)
		IntersectSets(&it->set, &days);
}

/* Fills the set with the days of the month of a number. */
static void
FillMonth(RecurrenceIterator *it, int64_t number)
{
	int64_t		year = number / 12; /* not before year 1 */
	int			month = (int) (number - year * 12) + 1;
	int			before;

	GoToYear(it, year);
	before = DaysBeforeMonth(month, it->year.leap);
	it->base = it->year.first_day + before;
	it->set.words[0] = it->months >> month & 1 ?
		DaysOfMonth(it, DaysInMonth(month, it->year.leap), (it->year.weekday + before) % DAYS_IN_WEEK) : 0;
}

/* Fills the set with the days of the week of a number, counted from a week that begins on WKST. */
static void
FillWeek(RecurrenceIterator *it, int64_t number)
{
	it->base = number * DAYS_IN_WEEK + FIRST_MONDAY + it->rule->week_start;
	it->set.words[0] = it->week_mask;
	if (it->rule->months)
	{
		CivilDay	first = CivilOfDay(it->base);
		int			rest = DaysInMonth(first.month, IsLeapYear(first.year)) + 1 - first.day;

		if (!(it->months >> first.month & 1))
			it->set.words[0] &= ~FirstDays(rest < DAYS_IN_WEEK ? rest : DAYS_IN_WEEK);
		if (rest < DAYS_IN_WEEK && !(it->months >> (first.month % 12 + 1) & 1))
			it->set.words[0] &= FirstDays(rest);
	}
}

/* Fills the set with the days of a DAILY rule from one of its days to the end of the month, and goes on to the next. */
static void
FillDays(RecurrenceIterator *it, int64_t day)
{
	int32_t		interval = it->rule->interval;
	CivilDay	first = CivilOfDay(day);
	int			length = DaysInMonth(first.month, IsLeapYear(first.year));
	uint64_t	days = 0;
	int64_t		place = first.day - 1;

	it->base = day - place;
	if (interval == 1)
		days = ~FirstDays((int) place);
	for (; place < length && interval > 1; place += interval)
		days |= UINT64_C(1) << place;
	it->period = interval == 1 ? it->base + length : it->base + place;
	it->set.words[0] = it->months >> first.month & 1 ? days & DaysOfMonth(it, length, WeekdayOf(it->base)) : 0;
}

/* Fills the set with the days of the current period that the filters leave, and goes on to the next period. */
static void
FillPeriod(RecurrenceIterator *it)
{
	int64_t		period = it->period;

	if (it->rule->frequency == RECURRENCE_DAILY)
	{
		FillDays(it, period);
		return;
	}
	it->period += it->rule->interval;
	if (it->rule->frequency == RECURRENCE_WEEKLY)
		FillWeek(it, period);
	else if (it->rule->frequency == RECURRENCE_MONTHLY)
		FillMonth(it, period);
	else if (it->rule->parts & 1 << PART_BYWEEKNO)
		FillWeekYear(it, period);
	else
		FillYear(it, period);
}

/* Counts the days of the current period, and leaves no more of them than COUNT does. */
static void
ApplyCount(RecurrenceIterator *it)
{
	int			days = CountDays(&it->set, it->words);

	if (days > it->count_left)
		KeepFirst(&it->set, it->words, it->count_left);
	it->count_left -= days < it->count_left ? days : it->count_left;
}

/* Leaves the days of the current period that DTSTART, COUNT and the window do. */
static void
ClipPeriod(RecurrenceIterator *it)
{
	int64_t		begin = it->count_left >= 0 ? it->start : it->first;

	if (it->base < begin)
		ClipBelow(&it->set, it->words, begin - it->base);
	if (it->count_left >= 0)
		ApplyCount(it);
	if (it->base < it->first)
		ClipBelow(&it->set, it->words, it->first - it->base);
	if (it->last - it->base < it->words * 64)
		ClipFrom(&it->set, it->words, it->last - it->base + 1);
}

/* Goes on to the next period that may have days in the window; false where there is none any more. */
static bool
NextPeriod(RecurrenceIterator *it)
{
	while (it->count_left != 0 && it->empty_left > 0)
	{
		if (++it->loaded % PERIODS_BETWEEN_INTERRUPTS == 0 && it->interrupt)
			it->interrupt();
		FillPeriod(it);
		if (it->base > it->last)
			return false;
		if (it->position_words > 0)
			ChooseSetPositions(it);
		if (IsEmpty(&it->set, it->words))
		{
			it->empty_left--;
			continue;
		}
		it->empty_left = it->empty_limit;
		ClipPeriod(it);
		return true;
	}
	return false;
}

/* Fills in what DTSTART tells where the rule does not: the month, the day of the month, or the weekday. */
static void
FillDefaults(RecurrenceIterator *it, const CivilDay *start)
{
	const Recurrence *rule = it->rule;
	uint32_t	parts = rule->parts;
	bool		by_day = (parts & (1 << PART_BYWEEKNO | 1 << PART_BYYEARDAY | 1 << PART_BYMONTHDAY | 1 << PART_BYDAY)) != 0;
	bool		by_week = rule->frequency == RECURRENCE_WEEKLY ||
		((parts & 1 << PART_BYWEEKNO) && !(parts & (1 << PART_BYYEARDAY | 1 << PART_BYMONTHDAY)));

	it->months = rule->months;
	it->weekdays = rule->weekdays;
	it->month_days = rule->month_days;
	it->month_days_from_end = ReverseBits(rule->month_days_from_end) << 1;
	if (rule->months == 0 && rule->frequency != RECURRENCE_YEARLY)
		it->months = ALL_MONTHS;
	if (rule->months == 0 && rule->frequency == RECURRENCE_YEARLY && !by_day)
		it->months = 1 << start->month;
	if (rule->frequency >= RECURRENCE_MONTHLY && !by_day)
		it->month_days = UINT32_C(1) << start->day;
	if (by_week && !(parts & 1 << PART_BYDAY))
		it->weekdays = 1 << WeekdayOf(it->start);
	it->week_mask = RotateWeekdays(it->weekdays ? it->weekdays : ALL_WEEKDAYS, rule->week_start);
}

/* Returns how many words of the set the days of a period take: of a year, up to the last month that has any. */
static int
WordsOfPeriod(const RecurrenceIterator *it)
{
	if (it->rule->frequency != RECURRENCE_YEARLY)
		return 1;
	if (it->months == 0 || (it->rule->parts & 1 << PART_BYWEEKNO))
		return DAY_SET_WORDS;
	return (DaysBeforeMonth(31 - __builtin_clz(it->months) + 1, true) + 63) / 64;
}

/* Returns the number of the period that a day is in; of a DAILY rule it is the day. */
static int64_t
PeriodOfDay(const Recurrence *rule, int64_t day)
{
	CivilDay	civil;

	if (rule->frequency == RECURRENCE_DAILY)
		return day;
	if (rule->frequency == RECURRENCE_WEEKLY)
		return FloorDiv(day - FIRST_MONDAY - rule->week_start, DAYS_IN_WEEK);
	if (rule->parts & 1 << PART_BYWEEKNO)
		return WeekYearOfDay(day, rule->week_start);
	civil = CivilOfDay(day);
	return rule->frequency == RECURRENCE_YEARLY ? civil.year : MonthNumber(&civil);
}

/* Returns after how many periods in a row without a day a rule has none any more. */
static int32_t
EmptyLimit(const Recurrence *rule)
{
	/* of each 28 days and more one period is looked at, if not of fewer: see FillDays */
	int64_t		months = rule->interval * (int64_t) DAYS_IN_400_YEARS / 28 + 2;

	switch (rule->frequency)
	{
		case RECURRENCE_DAILY:
			return (int32_t) (months < DAYS_IN_400_YEARS ? months : DAYS_IN_400_YEARS);
		case RECURRENCE_WEEKLY:
			return WEEKS_IN_400_YEARS;
		case RECURRENCE_MONTHLY:
			return MONTHS_IN_400_YEARS;
		default:
			return 400;
	}
}

/* Goes to the first period of the window; with COUNT, to the first of all, since those before are counted. */
static void
GoToWindow(RecurrenceIterator *it)
{
	it->period = PeriodOfDay(it->rule, it->start);
	if (it->count_left < 0 && it->first > it->start)
	{
		int64_t		ahead = PeriodOfDay(it->rule, it->first) - it->period;

		it->period += FloorDiv(ahead + it->rule->interval - 1, it->rule->interval) * it->rule->interval;
	}
}

/* Makes BYSETPOS ready. A day is a set of one: of a DAILY rule it chooses all, or nothing. */
static void
StartSetPositions(RecurrenceIterator *it)
{
	const SignedDaySet *positions = &it->rule->set_positions;

	if (!(it->rule->parts & 1 << PART_BYSETPOS))
		return;
	if (it->rule->frequency != RECURRENCE_DAILY)
		for (int i = 0; i < DAY_SET_WORDS; i++)
			it->position_words = (positions->from_start.words[i] | positions->from_end.words[i]) != 0 ? i + 1 : it->position_words;
	else if (((positions->from_start.words[0] | positions->from_end.words[0]) & 2) == 0)
		it->empty_left = 0;
}

/*
 * Starts the way through the days of a rule from first to last, both included. The rule must stay where it is. The
 * interrupt hook may be set afterwards.
 */
void
RecurrenceStart(RecurrenceIterator *it, const Recurrence *rule, int32_t dtstart, int32_t first, int32_t last)
{
	CivilDay	start = CivilOfDay(dtstart);

	memset(it, 0, sizeof(RecurrenceIterator));
	it->rule = rule;
	it->start = dtstart;
	it->year.number = INT64_MIN;
	it->window_first = first;
	it->window_last = last;
	it->first = first > dtstart ? first : dtstart;
	it->last = last < rule->until ? last : rule->until;
	it->count_left = rule->count > 0 ? rule->count : -1;
	it->empty_left = it->empty_limit = EmptyLimit(rule);
	StartSetPositions(it);
	if (it->first > it->last)
		it->empty_left = 0;
	FillDefaults(it, &start);
	it->words = it->word = WordsOfPeriod(it);
	GoToWindow(it);
}

/* Adds single days, and takes others away, whatever the rule says. Both ascend without duplicates, and must stay where they are. */
void
RecurrenceAddDates(RecurrenceIterator *it, const int32_t *rdates, int rdate_count,
				   const int32_t *exdates, int exdate_count)
{
	it->rdates = rdates;
	it->rdates_end = rdates + rdate_count;
	it->exdates = exdates;
	it->exdates_end = exdates + exdate_count;
	it->with_dates = rdate_count > 0 || exdate_count > 0;
	while (it->rdates < it->rdates_end && *it->rdates < it->window_first)
		it->rdates++;
}

/* Returns the next day of the rule alone; false where there is none any more. */
static inline bool
NextRuleDay(RecurrenceIterator *it, int32_t *day)
{
	while (it->bits == 0)
	{
		if (it->word + 1 < it->words)
			it->word++;
		else if (NextPeriod(it))
			it->word = 0;
		else
			return false;
		it->bits = it->set.words[it->word];
	}
	*day = (int32_t) (it->base + it->word * 64 + __builtin_ctzll(it->bits));
	it->bits &= it->bits - 1;
	return true;
}

/* Returns the next of the rule's and the added days; false where there is none any more. */
static bool
NextOfBoth(RecurrenceIterator *it, int32_t *day)
{
	bool		added = it->rdates < it->rdates_end && *it->rdates <= it->window_last;

	if (!it->rule_day_known)
	{
		it->rule_ended = !NextRuleDay(it, &it->rule_day);
		it->rule_day_known = true;
	}
	if (it->rule_ended && !added)
		return false;
	*day = it->rule_ended || (added && *it->rdates < it->rule_day) ? *it->rdates : it->rule_day;
	if (added && *it->rdates == *day)
		it->rdates++;
	if (it->rule_day == *day)
		it->rule_day_known = it->rule_ended;
	return true;
}

/* Returns the next day; false where there is none any more. */
bool
RecurrenceNext(RecurrenceIterator *it, int32_t *day)
{
	if (!it->with_dates)
		return NextRuleDay(it, day);
	while (NextOfBoth(it, day))
	{
		while (it->exdates < it->exdates_end && *it->exdates < *day)
			it->exdates++;
		if (it->exdates == it->exdates_end || *it->exdates != *day)
			return true;
	}
	return false;
}

/* Returns how many days are still to come, without looking at each where there are no single days. */
int64_t
RecurrenceCount(RecurrenceIterator *it)
{
	int64_t		count = 0;
	int32_t		day;

	if (it->with_dates)
	{
		while (RecurrenceNext(it, &day))
			count++;
		return count;
	}
	for (count = CountBits(it->bits); it->word + 1 < it->words;)
		count += CountBits(it->set.words[++it->word]);
	it->bits = 0;
	while (NextPeriod(it))
		count += CountDays(&it->set, it->words);
	it->word = it->words;
	return count;
}
