/*
 * rrule_describe.c
 *		Recurrence rules in words.
 *
 * Words are put together from patterns of ICU's MessageFormat, one set for each language; the names of days and months,
 * ordinals, lists and dates come from ICU, as they are written in the country of the locale.
 */
#include "postgres.h"

#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/ulistformatter.h>
#include <unicode/uloc.h>
#include <unicode/umsg.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "rrule.h"

/* The longest description; every list of a rule may be full. */
#define WORDS_SIZE 131072
/* The longest name, ordinal or date. */
#define NAME_SIZE 200
/* The most values of a list. */
#define MAX_ITEMS 800

PG_FUNCTION_INFO_V1(clienttrack_rrule_describe);

/* The patterns of a language. {0} is what was said so far, or the value of an item; # a number. */
typedef struct Language
{
	const char *code;
	const UChar *every[4];		/* by frequency; {0} is the interval */
	const UChar *in_months;		/* {1} months */
	const UChar *in_weeks;		/* {1} weeks of the year */
	const UChar *on_days;		/* {1} days */
	const UChar *only_if;		/* {1} weekdays, with "or" */
	const UChar *set_positions; /* {1} which of the days */
	const UChar *week_start;	/* {1} a weekday */
	const UChar *until;			/* {1} a date */
	const UChar *count;			/* {1} how often */
	const UChar *ordinals;		/* how ICU's rules spell ordinals before a noun; NULL: as digits */
	const UChar *weekdays[7];	/* their names in weekday and every_weekday, from Monday; NULL: ICU's */
	const UChar *weekday;		/* of a week */
	const UChar *every_weekday; /* of a month or year */
	/* items: from the start, the last, the one before, from the end; {0} is an ordinal, {1} a weekday, {2} the number */
	const UChar *week[4];
	const UChar *year_day[4];
	const UChar *month_day[4];
	const UChar *month_weekday[4];
	const UChar *year_weekday[4];
	const UChar *set_position[4];
} Language;

static const Language languages[] = {
	{
		.code = "en",
		.every = {
			u"{0,plural,one{every day}other{every # days}}", u"{0,plural,one{every week}other{every # weeks}}",
			u"{0,plural,one{every month}other{every # months}}", u"{0,plural,one{every year}other{every # years}}"
		},
		.in_months = u"{0} in {1}",
		.in_weeks = u"{0} in {1} of the year",
		.on_days = u"{0} on {1}",
		.only_if = u"{0}, only if it is {1}",
		.set_positions = u"{0}, and of these only {1}",
		.week_start = u"{0}, with weeks that begin on {1}",
		.until = u"{0}, until {1}",
		.count = u"{0}, {1,plural,one{only once}other{# times}}",
		.weekday = u"{1}",
		.every_weekday = u"every {1}",
		.week = {u"week {2,number}", u"the last week", u"the second-to-last week", u"the {0}-to-last week"},
		.year_day = {u"day {2,number} of the year", u"the last day of the year", u"the second-to-last day of the year",
		u"the {0}-to-last day of the year"},
		.month_day = {u"the {0}", u"the last day", u"the second-to-last day", u"the {0}-to-last day"},
		.month_weekday = {u"the {0} {1}", u"the last {1}", u"the second-to-last {1}", u"the {0}-to-last {1}"},
		.year_weekday = {u"the {0} {1} of the year", u"the last {1} of the year", u"the second-to-last {1} of the year",
		u"the {0}-to-last {1} of the year"},
		.set_position = {u"the {0} day", u"the last day", u"the second-to-last day", u"the {0}-to-last day"},
	},
	{
		.code = "es",
		.every = {
			u"{0,plural,one{cada día}other{cada # días}}", u"{0,plural,one{cada semana}other{cada # semanas}}",
			u"{0,plural,one{cada mes}other{cada # meses}}", u"{0,plural,one{cada año}other{cada # años}}"
		},
		.in_months = u"{0} en {1}",
		.in_weeks = u"{0} en {1} del año",
		.on_days = u"{0} {1}",
		.only_if = u"{0}, solo si es {1}",
		.set_positions = u"{0}, y de estos solo {1}",
		.week_start = u"{0}, con semanas que empiezan el {1}",
		.until = u"{0}, hasta el {1}",
		.count = u"{0}, {1,plural,one{una sola vez}other{# veces en total}}",
		.ordinals = u"%spellout-ordinal-masculine-adjective",
		.weekdays = {u"lunes", u"martes", u"miércoles", u"jueves", u"viernes", u"sábados", u"domingos"},
		.weekday = u"los {1}",
		.every_weekday = u"todos los {1}",
		.week = {u"la semana {2,number}", u"la última semana", u"la penúltima semana", u"la semana {2,number} contando desde la última"},
		.year_day = {u"el día {2,number} del año", u"el último día del año", u"el penúltimo día del año",
		u"el {0} día del año contando desde el último"},
		.month_day = {u"el día {2,number}", u"el último día", u"el penúltimo día", u"el {0} día contando desde el último"},
		.month_weekday = {u"el {0} {1}", u"el último {1}", u"el penúltimo {1}", u"el {0} {1} contando desde el último"},
		.year_weekday = {u"el {0} {1} del año", u"el último {1} del año", u"el penúltimo {1} del año",
		u"el {0} {1} del año contando desde el último"},
		.set_position = {u"el {0} día", u"el último día", u"el penúltimo día", u"el {0} día contando desde el último"},
	},
};

/* What writes in a locale. Opened on first use and kept while the locale stays the same: opening takes a millisecond. */
typedef struct Writer
{
	char		locale[ULOC_FULLNAME_CAPACITY];
	const Language *language;	/* NULL: not ready */
	UDateFormat *dates;
	UNumberFormat *ordinals;
	UListFormatter *and_lists;
	UListFormatter *or_lists;
} Writer;

static Writer writer;

/* A description in the making. */
typedef struct Description
{
	const Recurrence *rule;
	UChar	   *words;			/* so far */
	UChar	   *next;			/* room for those with one more clause */
	UChar	   *items;			/* of a list, one after the other */
	int			item_count;
	UChar	   *free_item;		/* where the next goes */
	const UChar *item[MAX_ITEMS];
	int32_t		item_length[MAX_ITEMS];
} Description;

/* The pattern of an item that is a name and nothing else. */
static const UChar just_the_name[] = u"{1}";

/* Raises when ICU could not do something. */
static void
CheckIcu(UErrorCode status)
{
	if (U_FAILURE(status))
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("could not describe the recurrence rule: %s", u_errorName(status))));
}

/* Returns the language of a locale. */
static const Language *
LanguageOfLocale(const char *locale)
{
	UErrorCode	status = U_ZERO_ERROR;
	char		code[ULOC_LANG_CAPACITY] = "";

	uloc_getLanguage(locale, code, sizeof(code), &status);
	for (int i = 0; U_SUCCESS(status) && i < lengthof(languages); i++)
		if (strcmp(code, languages[i].code) == 0)
			return &languages[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there are no words for recurrence rules in that locale"),
			 errhint("Use a locale of English (en) or Spanish (es).")));
}

/* Closes what writes in the last locale. */
static void
CloseWriter(void)
{
	writer.language = NULL;
	if (writer.dates)
		udat_close(writer.dates);
	if (writer.ordinals)
		unum_close(writer.ordinals);
	if (writer.and_lists)
		ulistfmt_close(writer.and_lists);
	if (writer.or_lists)
		ulistfmt_close(writer.or_lists);
	memset(&writer, 0, sizeof(Writer));
}

/* Makes dates Gregorian however long ago they are, as PostgreSQL's are. */
static void
UseGregorianOnly(UDateFormat *dates, UErrorCode *status)
{
	UCalendar  *calendar;

	if (U_FAILURE(*status))
		return;
	calendar = ucal_clone(udat_getCalendar(dates), status);
	ucal_setGregorianChange(calendar, -1e17, status);
	if (*status == U_UNSUPPORTED_ERROR) /* a locale with another calendar */
		*status = U_ZERO_ERROR;
	else
		udat_setCalendar(dates, calendar);
	ucal_close(calendar);
}

/* Makes the writer ready for a locale. */
static void
UseLocale(const char *given)
{
	UErrorCode	status = U_ZERO_ERROR;
	char		locale[ULOC_FULLNAME_CAPACITY] = "";
	const Language *language;

	uloc_canonicalize(given, locale, sizeof(locale) - 1, &status);
	language = LanguageOfLocale(U_SUCCESS(status) ? locale : "");
	if (writer.language != NULL && strcmp(writer.locale, locale) == 0)
		return;
	CloseWriter();
	status = U_ZERO_ERROR;
	writer.dates = udat_open(UDAT_NONE, UDAT_LONG, locale, u"UTC", -1, NULL, 0, &status);
	UseGregorianOnly(writer.dates, &status);
	writer.ordinals = unum_open(language->ordinals ? UNUM_SPELLOUT : UNUM_ORDINAL, NULL, 0, locale, NULL, &status);
	if (language->ordinals && U_SUCCESS(status))
		unum_setTextAttribute(writer.ordinals, UNUM_DEFAULT_RULESET, language->ordinals, -1, &status);
	writer.and_lists = ulistfmt_openForType(locale, ULISTFMT_TYPE_AND, ULISTFMT_WIDTH_WIDE, &status);
	writer.or_lists = ulistfmt_openForType(locale, ULISTFMT_TYPE_OR, ULISTFMT_WIDTH_WIDE, &status);
	CheckIcu(status);
	strcpy(writer.locale, locale);
	writer.language = language;
}

/* Puts the words so far into a clause with some more words, {1}. */
static void
AddClause(Description *description, const UChar *pattern, const UChar *more)
{
	UErrorCode	status = U_ZERO_ERROR;
	UChar	   *words = description->next;

	u_formatMessage(writer.locale, pattern, -1, words, WORDS_SIZE, &status, description->words, more);
	CheckIcu(status);
	description->next = description->words;
	description->words = words;
}

/* Returns an ordinal in words, such as 2nd. */
static const UChar *
OrdinalWords(int number, UChar *buffer)
{
	UErrorCode	status = U_ZERO_ERROR;

	unum_format(writer.ordinals, number, buffer, NAME_SIZE, NULL, &status);
	CheckIcu(status);
	return buffer;
}

/* Returns the name of a weekday (0 is Monday) or a month (from 0), as it stands alone. */
static const UChar *
SymbolWords(UDateFormatSymbolType type, int number, UChar *buffer)
{
	UErrorCode	status = U_ZERO_ERROR;

	udat_getSymbols(writer.dates, type, number, buffer, NAME_SIZE, &status);
	CheckIcu(status);
	return buffer;
}

/* Returns the name of a weekday; ICU counts them from 1, Sunday. */
static const UChar *
WeekdayWords(int weekday, UChar *buffer)
{
	return SymbolWords(UDAT_STANDALONE_WEEKDAYS, (weekday + 1) % 7 + 1, buffer);
}

/*
 * Adds an item to the list in the making: {0} is an ordinal, {1} a name or nothing, {2} the number. The number comes last, since
 * ICU takes an argument that the pattern does not use for a pointer.
 */
static void
AddItem(Description *description, const UChar *pattern, int number, const UChar *name)
{
	UErrorCode	status = U_ZERO_ERROR;
	UChar		ordinal[NAME_SIZE];
	int			i = description->item_count;
	int			room = WORDS_SIZE - (int) (description->free_item - description->items);
	int32_t		length;

	if (i == MAX_ITEMS)
		elog(ERROR, "a list of a recurrence rule has too many values");
	length = u_formatMessage(writer.locale, pattern, -1, description->free_item, room, &status,
							 OrdinalWords(number, ordinal), name, (double) number);
	CheckIcu(status);
	description->item[i] = description->free_item;
	description->item_length[i] = length;
	description->free_item += length + 1;
	description->item_count++;
}

/* Adds the numbers of two sets as items: those counted from the start, and those from the end. */
static void
AddNumbers(Description *description, const UChar *const *patterns, const DaySet *from_start, const DaySet *from_end)
{
	for (int number = 1; number < DAY_SET_WORDS * 64; number++)
		if (from_start->words[number >> 6] >> (number & 63) & 1)
			AddItem(description, patterns[0], number, u"");
	for (int number = 1; number < DAY_SET_WORDS * 64; number++)
		if (from_end->words[number >> 6] >> (number & 63) & 1)
			AddItem(description, patterns[Min(number, 3)], number, u"");
}

/* Adds the same for numbers below 64. */
static void
AddSmallNumbers(Description *description, const UChar *const *patterns, uint64_t from_start, uint64_t from_end)
{
	DaySet		start = {{from_start}};
	DaySet		end = {{from_end}};

	AddNumbers(description, patterns, &start, &end);
}

/* Adds the weekdays of a mask as items; those without ordinal by the names that the language has for them. */
static void
AddWeekdays(Description *description, const UChar *pattern, uint8_t weekdays, int ordinal)
{
	bool		condition = pattern == just_the_name;
	UChar		name[NAME_SIZE];

	for (int weekday = 0; weekday < 7; weekday++)
		if (weekdays >> weekday & 1)
			AddItem(description, pattern, ordinal, ordinal == 0 && !condition && writer.language->weekdays[weekday] ?
					writer.language->weekdays[weekday] : WeekdayWords(weekday, name));
}

/* Adds all weekdays of BYDAY as items. plain: the pattern of those without ordinal. */
static void
AddByDay(Description *description, const UChar *plain)
{
	const Recurrence *rule = description->rule;
	const UChar *const *patterns = rule->frequency == RECURRENCE_YEARLY && rule->months == 0 ?
		writer.language->year_weekday : writer.language->month_weekday;

	AddWeekdays(description, plain, rule->weekdays, 0);
	for (int ordinal = 1; ordinal <= MAX_ORDINAL; ordinal++)
		AddWeekdays(description, patterns[0], rule->ordinal_weekdays[ordinal], ordinal);
	for (int ordinal = 1; ordinal <= MAX_ORDINAL; ordinal++)
		AddWeekdays(description, patterns[Min(ordinal, 3)], rule->ordinal_weekdays_from_end[ordinal], ordinal);
}

/* Puts the words so far into a clause with the items, and begins another list; nothing where there are no items. */
static void
AddListClause(Description *description, const UChar *pattern, UListFormatter *lists)
{
	UErrorCode	status = U_ZERO_ERROR;
	UChar	   *list;

	if (description->item_count == 0)
		return;
	list = palloc(sizeof(UChar) * WORDS_SIZE);
	ulistfmt_format(lists, description->item, description->item_length, description->item_count, list, WORDS_SIZE, &status);
	CheckIcu(status);
	AddClause(description, pattern, list);
	pfree(list);
	description->item_count = 0;
	description->free_item = description->items;
}

/* Says how often: every 2 weeks. */
static void
DescribeFrequency(Description *description)
{
	UErrorCode	status = U_ZERO_ERROR;

	u_formatMessage(writer.locale, writer.language->every[description->rule->frequency], -1, description->words, WORDS_SIZE,
					&status, (double) description->rule->interval);
	CheckIcu(status);
}

/* Says in which months and weeks. */
static void
DescribePeriods(Description *description)
{
	const Recurrence *rule = description->rule;
	UChar		name[NAME_SIZE];

	for (int month = 1; month <= 12; month++)
		if (rule->months >> month & 1)
			AddItem(description, just_the_name, month, SymbolWords(UDAT_STANDALONE_MONTHS, month - 1, name));
	AddListClause(description, writer.language->in_months, writer.and_lists);
	AddSmallNumbers(description, writer.language->week, rule->weeks, rule->weeks_from_end);
	AddListClause(description, writer.language->in_weeks, writer.and_lists);
}

/* Says on which days: where there are days of the month or year, weekdays are a condition. */
static void
DescribeDays(Description *description)
{
	const Recurrence *rule = description->rule;
	const Language *language = writer.language;
	bool		by_day = (rule->parts & (1 << PART_BYMONTHDAY | 1 << PART_BYYEARDAY)) != 0;

	AddNumbers(description, language->year_day, &rule->year_days.from_start, &rule->year_days.from_end);
	AddListClause(description, language->on_days, writer.and_lists);
	AddSmallNumbers(description, language->month_day, rule->month_days, rule->month_days_from_end);
	AddListClause(description, language->on_days, writer.and_lists);
	if (by_day || rule->frequency == RECURRENCE_DAILY)
	{
		AddByDay(description, just_the_name);
		AddListClause(description, language->only_if, writer.or_lists);
	}
	else
	{
		AddByDay(description, rule->frequency == RECURRENCE_WEEKLY || rule->weeks || rule->weeks_from_end ?
				 language->weekday : language->every_weekday);
		AddListClause(description, language->on_days, writer.and_lists);
	}
	AddNumbers(description, language->set_position, &rule->set_positions.from_start, &rule->set_positions.from_end);
	AddListClause(description, language->set_positions, writer.and_lists);
}

/* Says when weeks begin, where it matters and is not Monday. */
static void
DescribeWeekStart(Description *description)
{
	UChar		name[NAME_SIZE];

	if (description->rule->week_start != 0 && RecurrenceWeekStartMatters(description->rule))
		AddClause(description, writer.language->week_start, WeekdayWords(description->rule->week_start, name));
}

/* Says how it ends. */
static void
DescribeEnd(Description *description)
{
	const Recurrence *rule = description->rule;
	UErrorCode	status = U_ZERO_ERROR;
	UChar		date[NAME_SIZE];
	UChar	   *words = description->next;

	if (rule->parts & 1 << PART_UNTIL)
	{
		/* ICU counts milliseconds from 1970; 2000-01-01 is day 10957 */
		udat_format(writer.dates, (rule->until + 10957.0) * 86400000.0, date, NAME_SIZE, NULL, &status);
		CheckIcu(status);
		AddClause(description, writer.language->until, date);
	}
	if (rule->count > 0)
	{
		u_formatMessage(writer.locale, writer.language->count, -1, words, WORDS_SIZE, &status, description->words,
						(double) rule->count);
		CheckIcu(status);
		description->words = words;
	}
}

/* Returns a text of ICU's as one of the database's. */
static text *
TextOfUnicode(const UChar *words)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		length;
	char	   *bytes = palloc(WORDS_SIZE * 3);

	u_strToUTF8(bytes, WORDS_SIZE * 3, &length, words, -1, &status);
	CheckIcu(status);
	return cstring_to_text_with_len(bytes, length);
}

/* rrule_describe(rrule text, locale text) */
Datum
clienttrack_rrule_describe(PG_FUNCTION_ARGS)
{
	Recurrence	rule;
	Description *description = palloc0(sizeof(Description));

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("recurrence rules are described in databases with encoding UTF8 only")));
	ParseRecurrence(PG_GETARG_TEXT_PP(0), &rule);
	UseLocale(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	description->rule = &rule;
	description->words = palloc(sizeof(UChar) * WORDS_SIZE);
	description->next = palloc(sizeof(UChar) * WORDS_SIZE);
	description->items = description->free_item = palloc(sizeof(UChar) * WORDS_SIZE);
	DescribeFrequency(description);
	DescribePeriods(description);
	DescribeDays(description);
	DescribeWeekStart(description);
	DescribeEnd(description);
	PG_RETURN_TEXT_P(TextOfUnicode(description->words));
}
