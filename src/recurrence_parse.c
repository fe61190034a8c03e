/*
 * recurrence_parse.c
 *		From the text of a recurrence rule to the rule, and back to its normal form.
 *
 * RFC 5545 section 3.3.10, for rules over days, with these choices:
 *
 * - "RRULE:" before the rule, any case and any order of the parts are taken; blanks and empty parts are not.
 * - UNTIL may be a date with time: a rule over days ends with that date, whatever its time says.
 * - FREQ below DAILY, BYHOUR, BYMINUTE and BYSECOND are refused: there is no time of day to apply them to.
 * - YEARLY with BYMONTHDAY and without BYMONTH is refused: implementations disagree about what it means.
 * - A weekday of a month beyond the fifth is refused, since there is none.
 */
#include "recurrence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "recurrence_calendar.h"

/* How much of an offending value a message shows. */
#define SHOWN_VALUE 20

/* The state of the parser: what is left of the current part's value, and where the parts are. */
typedef struct Parser
{
	const char *text;
	const char *end;			/* of the text */
	const char *at;				/* the next character */
	const char *value_end;		/* of the current part's value */
	const char *part_at[PART_NONE]; /* where each part was given */
	Recurrence *rule;
	RecurrenceError *error;
} Parser;

typedef bool (*PartParser) (Parser *parser, const char *name);

static const char *const frequency_names[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
static const char *const weekday_names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static bool Fail(Parser *parser, const char *at, const char *format,...) __attribute__((format(printf, 3, 4)));

/* Tells what is wrong and where, and returns false. */
static bool
Fail(Parser *parser, const char *at, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(parser->error->message, sizeof(parser->error->message), format, args);
	va_end(args);
	parser->error->position = (int) (at - parser->text) + 1;
	return false;
}

/* Returns a stretch of the text in quotes for a message: not too long, and nothing that is no plain character. */
static const char *
Quoted(char *buffer, const char *from, const char *to)
{
	size_t		length = 0;

	buffer[length++] = '"';
	for (; from < to && length <= SHOWN_VALUE; from++)
		buffer[length++] = *from >= ' ' && *from <= '~' ? *from : '?';
	if (from < to)
		length += sprintf(buffer + length, "...");
	buffer[length++] = '"';
	buffer[length] = '\0';
	return buffer;
}

/* Fails with the value from a place to the next comma or the end of the part. */
static bool
FailValue(Parser *parser, const char *from, const char *name, const char *why)
{
	char		buffer[SHOWN_VALUE + 8];
	const char *to = from;

	while (to < parser->value_end && *to != ',')
		to++;
	if (from == to)
		return Fail(parser, from, "a value of %s is missing", name);
	return Fail(parser, from, "%s %s %s", name, Quoted(buffer, from, to), why);
}

/* Returns a letter in upper case, whatever the locale. */
static char
Upper(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* Tells whether a stretch of the text is a word, in any case. */
static bool
IsWord(const char *from, const char *to, const char *word)
{
	for (; from < to && *word != '\0'; from++, word++)
		if (Upper(*from) != *word)
			return false;
	return from == to && *word == '\0';
}

/* Returns the place of a stretch of the text in a list of words, or -1. */
static int
FindWord(const char *from, const char *to, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (IsWord(from, to, words[i]))
			return i;
	return -1;
}

/* Tells whether a character is a digit, whatever the locale. */
static bool
IsDigit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads the digits at the current place; false where there are none. Too large numbers stay too large. */
static bool
ReadDigits(Parser *parser, int64_t *number)
{
	const char *from = parser->at;

	*number = 0;
	while (parser->at < parser->value_end && IsDigit(*parser->at))
	{
		if (*number <= INT32_MAX)
			*number = *number * 10 + (*parser->at - '0');
		parser->at++;
	}
	return parser->at > from;
}

/* Reads a sign at the current place: 1, -1, or 0 where there is none. */
static int
ReadSign(Parser *parser)
{
	if (parser->at >= parser->value_end || (*parser->at != '+' && *parser->at != '-'))
		return 0;
	return *parser->at++ == '-' ? -1 : 1;
}

/* Tells whether a value ends at the current place. */
static bool
AtValueEnd(const Parser *parser)
{
	return parser->at == parser->value_end || *parser->at == ',';
}

/* Reads one whole number from 1 to a maximum; where signs are allowed, also its negative. */
static bool
ReadNumber(Parser *parser, const char *name, int32_t maximum, bool with_sign, int32_t *number)
{
	const char *from = parser->at;
	int			sign = with_sign ? ReadSign(parser) : 0;
	int64_t		value;
	char		why[64];

	if (!ReadDigits(parser, &value) || !AtValueEnd(parser))
		return FailValue(parser, from, name, "is not a whole number");
	if (value < 1 || value > maximum)
	{
		if (with_sign)
			snprintf(why, sizeof(why), "is not from 1 to %d or -1 to -%d", maximum, maximum);
		else
			snprintf(why, sizeof(why), "is not from 1 to %d", maximum);
		return FailValue(parser, from, name, why);
	}
	*number = (int32_t) (sign < 0 ? -value : value);
	return true;
}

/* Goes on to the next value of a list; false at the end of the list. */
static bool
NextValue(Parser *parser)
{
	if (parser->at == parser->value_end)
		return false;
	parser->at++;				/* the comma */
	return true;
}

/* Reads a single number, which must be the whole value. */
static bool
ReadOnlyNumber(Parser *parser, const char *name, int32_t *number)
{
	if (!ReadNumber(parser, name, INT32_MAX, false, number))
		return false;
	if (parser->at < parser->value_end)
		return Fail(parser, parser->at, "%s has more than one value", name);
	return true;
}

/* Adds a number to a set. */
static void
AddToSet(DaySet *set, int number)
{
	set->words[number >> 6] |= UINT64_C(1) << (number & 63);
}

/* Reads a list of numbers with signs into a pair of sets. */
static bool
ReadSignedList(Parser *parser, const char *name, int maximum, SignedDaySet *set)
{
	do
	{
		int32_t		number;

		if (!ReadNumber(parser, name, maximum, true, &number))
			return false;
		AddToSet(number > 0 ? &set->from_start : &set->from_end, number > 0 ? number : -number);
	} while (NextValue(parser));
	return true;
}

/* FREQ */
static bool
ParseFrequency(Parser *parser, const char *name)
{
	static const char *const below_daily[] = {"HOURLY", "MINUTELY", "SECONDLY"};
	int			found = FindWord(parser->at, parser->value_end, frequency_names, 4);

	if (FindWord(parser->at, parser->value_end, below_daily, 3) >= 0)
		return FailValue(parser, parser->at, name, "is below a day, and recurrences are by days: use DAILY, WEEKLY, MONTHLY or YEARLY");
	if (found < 0)
		return FailValue(parser, parser->at, name, "is not DAILY, WEEKLY, MONTHLY or YEARLY");
	parser->rule->frequency = (RecurrenceFrequency) found;
	return true;
}

/* INTERVAL */
static bool
ParseInterval(Parser *parser, const char *name)
{
	return ReadOnlyNumber(parser, name, &parser->rule->interval);
}

/* COUNT */
static bool
ParseCount(Parser *parser, const char *name)
{
	return ReadOnlyNumber(parser, name, &parser->rule->count);
}

/* Returns the number that so many digits make. */
static int
DigitsAt(const char *at, int count)
{
	int			number = 0;

	while (count-- > 0)
		number = number * 10 + (*at++ - '0');
	return number;
}

/* Tells whether a stretch of text has the form of a pattern, in which 0 is any digit. */
static bool
HasForm(const char *from, const char *to, const char *pattern)
{
	for (; from < to && *pattern != '\0'; from++, pattern++)
		if (*pattern == '0' ? !IsDigit(*from) : Upper(*from) != *pattern)
			return false;
	return from == to && *pattern == '\0';
}

/* UNTIL: 20261231, 20261231T235959 or 20261231T235959Z. The last day is what counts. */
static bool
ParseUntil(Parser *parser, const char *name)
{
	const char *at = parser->at;
	const char *end = parser->value_end;
	int			year;
	int			month;
	int			day;

	if (!HasForm(at, end, "00000000") && !HasForm(at, end, "00000000T000000") && !HasForm(at, end, "00000000T000000Z"))
		return FailValue(parser, at, name, "is not a date like 20261231 or a date and time like 20261231T235959Z");
	year = DigitsAt(at, 4);
	month = DigitsAt(at + 4, 2);
	day = DigitsAt(at + 6, 2);
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(month, IsLeapYear(year)))
		return FailValue(parser, at, name, "is not a day of the calendar");
	if (end - at > 8 && (DigitsAt(at + 9, 2) > 23 || DigitsAt(at + 11, 2) > 59 || DigitsAt(at + 13, 2) > 60))
		return FailValue(parser, at, name, "is not a time of day");
	parser->rule->until = (int32_t) (FirstDayOfYear(year) + DaysBeforeMonth(month, IsLeapYear(year)) + day - 1);
	return true;
}

/* BYMONTH */
static bool
ParseMonths(Parser *parser, const char *name)
{
	do
	{
		int32_t		month;

		if (!ReadNumber(parser, name, 12, false, &month))
			return false;
		parser->rule->months |= 1 << month;
	} while (NextValue(parser));
	return true;
}

/* BYWEEKNO */
static bool
ParseWeeks(Parser *parser, const char *name)
{
	SignedDaySet weeks = {0};

	if (!ReadSignedList(parser, name, 53, &weeks))
		return false;
	parser->rule->weeks = weeks.from_start.words[0];
	parser->rule->weeks_from_end = weeks.from_end.words[0];
	return true;
}

/* BYYEARDAY */
static bool
ParseYearDays(Parser *parser, const char *name)
{
	return ReadSignedList(parser, name, 366, &parser->rule->year_days);
}

/* BYMONTHDAY */
static bool
ParseMonthDays(Parser *parser, const char *name)
{
	SignedDaySet days = {0};

	if (!ReadSignedList(parser, name, 31, &days))
		return false;
	parser->rule->month_days = (uint32_t) days.from_start.words[0];
	parser->rule->month_days_from_end = (uint32_t) days.from_end.words[0];
	return true;
}

/* Reads the name of a weekday at the current place. */
static bool
ReadWeekday(Parser *parser, int *weekday)
{
	if (parser->value_end - parser->at < 2)
		return false;
	*weekday = FindWord(parser->at, parser->at + 2, weekday_names, 7);
	parser->at += 2;
	return *weekday >= 0;
}

/* BYDAY: weekdays, each with an ordinal or without. */
static bool
ParseWeekdays(Parser *parser, const char *name)
{
	Recurrence *rule = parser->rule;

	do
	{
		const char *from = parser->at;
		int			sign = ReadSign(parser);
		int64_t		ordinal;
		bool		has_ordinal = ReadDigits(parser, &ordinal);
		int			weekday;

		if (has_ordinal && (ordinal < 1 || ordinal > MAX_ORDINAL))
			return FailValue(parser, from, name, "does not count from 1 to 53 or -1 to -53");
		if (!ReadWeekday(parser, &weekday) || !AtValueEnd(parser) || (sign != 0 && !has_ordinal))
			return FailValue(parser, from, name, "is not a weekday like MO, or 2MO for the second, -1MO for the last Monday");
		if (!has_ordinal)
			rule->weekdays |= 1 << weekday;
		else if (sign < 0)
		{
			rule->ordinals_from_end |= UINT64_C(1) << ordinal;
			rule->ordinal_weekdays_from_end[ordinal] |= 1 << weekday;
		}
		else
		{
			rule->ordinals |= UINT64_C(1) << ordinal;
			rule->ordinal_weekdays[ordinal] |= 1 << weekday;
		}
	} while (NextValue(parser));
	return true;
}

/* BYSETPOS */
static bool
ParseSetPositions(Parser *parser, const char *name)
{
	return ReadSignedList(parser, name, 366, &parser->rule->set_positions);
}

/* WKST */
static bool
ParseWeekStart(Parser *parser, const char *name)
{
	int			found = FindWord(parser->at, parser->value_end, weekday_names, 7);

	if (found < 0)
		return FailValue(parser, parser->at, name, "is not a weekday like MO");
	parser->rule->week_start = (uint8_t) found;
	return true;
}

/* How the parts are written, in the order of the normal form. */
static const struct
{
	const char *name;
	int			length;
	PartParser	parse;
}			part_syntax[PART_NONE] = {
	{"FREQ", 4, ParseFrequency},
	{"INTERVAL", 8, ParseInterval},
	{"COUNT", 5, ParseCount},
	{"UNTIL", 5, ParseUntil},
	{"BYMONTH", 7, ParseMonths},
	{"BYWEEKNO", 8, ParseWeeks},
	{"BYYEARDAY", 9, ParseYearDays},
	{"BYMONTHDAY", 10, ParseMonthDays},
	{"BYDAY", 5, ParseWeekdays},
	{"BYSETPOS", 8, ParseSetPositions},
	{"WKST", 4, ParseWeekStart},
};

/* Returns the part with a name, or PART_NONE. */
static RecurrencePart
FindPart(const char *from, const char *to)
{
	for (int i = 0; i < PART_NONE; i++)
		if (part_syntax[i].length == to - from && IsWord(from, to, part_syntax[i].name))
			return (RecurrencePart) i;
	return PART_NONE;
}

/* Returns the first of a character in a stretch of the text, or its end. */
static const char *
FindCharacter(const char *from, const char *to, char c)
{
	const char *found = from < to ? memchr(from, c, to - from) : NULL;

	return found ? found : to;
}

/* Fails for a part that is none of a rule over days. */
static bool
FailUnknownPart(Parser *parser, const char *from, const char *to)
{
	static const char *const time_parts[] = {"BYHOUR", "BYMINUTE", "BYSECOND"};
	int			time_part = FindWord(from, to, time_parts, 3);
	char		buffer[SHOWN_VALUE + 8];

	if (time_part >= 0)
		return Fail(parser, from, "%s is about the time of day, and recurrences are by days", time_parts[time_part]);
	if (from == to)
		return Fail(parser, from, "a part like FREQ=WEEKLY is missing");
	return Fail(parser, from, "%s is not a part of a recurrence rule", Quoted(buffer, from, to));
}

/* Parses one part, NAME=value, up to the next semicolon or the end. */
static bool
ParsePart(Parser *parser)
{
	const char *from = parser->at;
	const char *name_end;
	RecurrencePart part;

	parser->value_end = FindCharacter(from, parser->end, ';');
	name_end = FindCharacter(from, parser->value_end, '=');
	part = FindPart(from, name_end);
	if (part == PART_NONE)
		return FailUnknownPart(parser, from, name_end);
	if (name_end == parser->value_end)
		return Fail(parser, name_end, "%s has no value: \"=\" is missing", part_syntax[part].name);
	if (parser->part_at[part] != NULL)
		return Fail(parser, from, "%s is given twice", part_syntax[part].name);
	parser->part_at[part] = from;
	parser->rule->parts |= 1 << part;
	parser->at = name_end + 1;
	if (!part_syntax[part].parse(parser, part_syntax[part].name))
		return false;
	parser->at = parser->value_end;
	return true;
}

/* Parses all parts of the text. */
static bool
ParseParts(Parser *parser)
{
	static const char prefix[] = "RRULE:";

	if (parser->end - parser->at >= (ptrdiff_t) sizeof(prefix) - 1 &&
		IsWord(parser->at, parser->at + sizeof(prefix) - 1, prefix))
		parser->at += sizeof(prefix) - 1;
	while (ParsePart(parser))
	{
		if (parser->at == parser->end)
			return true;
		parser->at++;			/* the semicolon */
	}
	return false;
}

/* Tells whether a part was given. */
static bool
Has(const Parser *parser, RecurrencePart part)
{
	return parser->part_at[part] != NULL;
}

/* Fails for a part that does not go with the rest of the rule. */
static bool
FailPart(Parser *parser, RecurrencePart part, const char *why)
{
	return Fail(parser, parser->part_at[part], "%s %s", part_syntax[part].name, why);
}

#define FREQUENCY_BIT(frequency) (1 << (frequency))

/* Parts that go with some frequencies only. */
static const struct
{
	RecurrencePart part;
	int			frequencies;
	const char *why;
}			part_frequencies[] = {
	{PART_BYWEEKNO, FREQUENCY_BIT(RECURRENCE_YEARLY), "goes with FREQ=YEARLY only"},
	{PART_BYYEARDAY, FREQUENCY_BIT(RECURRENCE_YEARLY), "goes with FREQ=YEARLY only"},
	{PART_BYMONTHDAY, ~FREQUENCY_BIT(RECURRENCE_WEEKLY), "does not go with FREQ=WEEKLY"},
};

/* The parts of which BYSETPOS chooses. */
#define SET_PARTS (1 << PART_BYMONTH | 1 << PART_BYWEEKNO | 1 << PART_BYYEARDAY | 1 << PART_BYMONTHDAY | 1 << PART_BYDAY)

/* Holds what RFC 5545 says about parts that do not go together. */
static bool
CheckParts(Parser *parser)
{
	const Recurrence *rule = parser->rule;

	if (!Has(parser, PART_FREQ))
		return Fail(parser, parser->text, "FREQ is missing");
	if (Has(parser, PART_COUNT) && Has(parser, PART_UNTIL))
		return FailPart(parser, PART_UNTIL, "and COUNT do not go together: a rule ends in one way");
	for (size_t i = 0; i < sizeof(part_frequencies) / sizeof(part_frequencies[0]); i++)
		if (Has(parser, part_frequencies[i].part) &&
			!(part_frequencies[i].frequencies & FREQUENCY_BIT(rule->frequency)))
			return FailPart(parser, part_frequencies[i].part, part_frequencies[i].why);
	if (rule->frequency == RECURRENCE_YEARLY && Has(parser, PART_BYMONTHDAY) && !Has(parser, PART_BYMONTH))
		return FailPart(parser, PART_BYMONTHDAY, "with FREQ=YEARLY needs BYMONTH: add it, or use FREQ=MONTHLY");
	if (Has(parser, PART_BYSETPOS) && !(rule->parts & SET_PARTS))
		return FailPart(parser, PART_BYSETPOS, "needs another part that begins with BY to choose from");
	return true;
}

/* Holds what RFC 5545 says about weekdays that are counted: in months and years only, and not beyond the fifth of a month. */
static bool
CheckOrdinals(Parser *parser)
{
	const Recurrence *rule = parser->rule;
	bool		in_month = rule->frequency == RECURRENCE_MONTHLY || Has(parser, PART_BYMONTH);

	if ((rule->ordinals | rule->ordinals_from_end) == 0)
		return true;
	if (rule->frequency != RECURRENCE_MONTHLY && rule->frequency != RECURRENCE_YEARLY)
		return FailPart(parser, PART_BYDAY, "counts weekdays, as 2MO does, with FREQ=MONTHLY and FREQ=YEARLY only");
	if (Has(parser, PART_BYWEEKNO))
		return FailPart(parser, PART_BYDAY, "counts weekdays, as 2MO does, which does not go with BYWEEKNO");
	if (in_month && (rule->ordinals | rule->ordinals_from_end) >> 6 != 0)
		return FailPart(parser, PART_BYDAY, "counts beyond the fifth weekday of a month");
	return true;
}

/* Parses a rule of so many bytes; tells in error why it is none. */
bool
RecurrenceParse(const char *text, size_t length, Recurrence *rule, RecurrenceError *error)
{
	Parser		parser = {.text = text, .end = text + length, .at = text, .value_end = text, .rule = rule, .error = error};

	memset(rule, 0, sizeof(Recurrence));
	rule->interval = 1;
	rule->until = RECURRENCE_LAST_DAY;
	return ParseParts(&parser) && CheckParts(&parser) && CheckOrdinals(&parser);
}

/* Tells whether a rule comes to an end by itself. */
bool
RecurrenceEnds(const Recurrence *rule)
{
	return rule->count > 0 || (rule->parts & 1 << PART_UNTIL) != 0;
}

/* Tells whether it makes a difference which day a week starts on. */
bool
RecurrenceWeekStartMatters(const Recurrence *rule)
{
	return rule->weeks != 0 || rule->weeks_from_end != 0 ||
		(rule->frequency == RECURRENCE_WEEKLY && (rule->interval > 1 || (rule->parts & 1 << PART_BYSETPOS)));
}

/* Writes the name of a part, with what comes before it, and returns where its value goes. */
static char *
WriteName(char *to, RecurrencePart part)
{
	return to + sprintf(to, "%s%s=", part == PART_FREQ ? "" : ";", part_syntax[part].name);
}

/* Writes a part that is one number. */
static char *
WriteNumber(char *to, RecurrencePart part, int32_t number)
{
	to = WriteName(to, part);
	return to + sprintf(to, "%d", number);
}

/* Writes a list of numbers, those from the end after the others, as a part; nothing where there are none. */
static char *
WriteNumbers(char *to, RecurrencePart part, const DaySet *from_start, const DaySet *from_end)
{
	const char *separator = "";
	char	   *value = WriteName(to, part);
	char	   *at = value;

	for (int sign = 1; sign >= -1; sign -= 2)
		for (int number = 1; number < DAY_SET_WORDS * 64; number++)
		{
			const DaySet *set = sign > 0 ? from_start : from_end;

			if (set->words[number >> 6] >> (number & 63) & 1)
			{
				at += sprintf(at, "%s%d", separator, sign * number);
				separator = ",";
			}
		}
	return at == value ? to : at;
}

/* Writes a list of numbers below 64. */
static char *
WriteSmallNumbers(char *to, RecurrencePart part, uint64_t from_start, uint64_t from_end)
{
	DaySet		start = {{from_start}};
	DaySet		end = {{from_end}};

	return WriteNumbers(to, part, &start, &end);
}

/* Writes the weekdays of a mask with their ordinal; 0 is none. */
static char *
WriteWeekdays(char *to, uint8_t weekdays, int ordinal, const char **separator)
{
	for (int weekday = 0; weekday < 7; weekday++)
		if (weekdays >> weekday & 1)
		{
			to += sprintf(to, "%s", *separator);
			if (ordinal != 0)
				to += sprintf(to, "%d", ordinal);
			to += sprintf(to, "%s", weekday_names[weekday]);
			*separator = ",";
		}
	return to;
}

/* Writes BYDAY. */
static char *
WriteByDay(char *to, const Recurrence *rule)
{
	const char *separator = "";

	to = WriteName(to, PART_BYDAY);
	to = WriteWeekdays(to, rule->weekdays, 0, &separator);
	for (int ordinal = 1; ordinal <= MAX_ORDINAL; ordinal++)
		to = WriteWeekdays(to, rule->ordinal_weekdays[ordinal], ordinal, &separator);
	for (int ordinal = 1; ordinal <= MAX_ORDINAL; ordinal++)
		to = WriteWeekdays(to, rule->ordinal_weekdays_from_end[ordinal], -ordinal, &separator);
	return to;
}

/* Writes UNTIL. */
static char *
WriteUntil(char *to, const Recurrence *rule)
{
	CivilDay	until = CivilOfDay(rule->until);

	to = WriteName(to, PART_UNTIL);
	return to + sprintf(to, "%04d%02d%02d", (int) until.year, until.month, until.day);
}

/*
 * Writes the normal form of a rule, the same for every text of it: parts in one order, lists sorted and without
 * duplicates, nothing that says what holds anyway. text has room for RECURRENCE_TEXT_SIZE. Returns the length.
 */
size_t
RecurrenceNormalForm(const Recurrence *rule, char *text)
{
	char	   *to = WriteName(text, PART_FREQ);

	to += sprintf(to, "%s", frequency_names[rule->frequency]);
	if (rule->interval != 1)
		to = WriteNumber(to, PART_INTERVAL, rule->interval);
	if (rule->count != 0)
		to = WriteNumber(to, PART_COUNT, rule->count);
	if (rule->parts & 1 << PART_UNTIL)
		to = WriteUntil(to, rule);
	to = WriteSmallNumbers(to, PART_BYMONTH, rule->months, 0);
	to = WriteSmallNumbers(to, PART_BYWEEKNO, rule->weeks, rule->weeks_from_end);
	to = WriteNumbers(to, PART_BYYEARDAY, &rule->year_days.from_start, &rule->year_days.from_end);
	to = WriteSmallNumbers(to, PART_BYMONTHDAY, rule->month_days, rule->month_days_from_end);
	if (rule->parts & 1 << PART_BYDAY)
		to = WriteByDay(to, rule);
	to = WriteNumbers(to, PART_BYSETPOS, &rule->set_positions.from_start, &rule->set_positions.from_end);
	if (rule->week_start != 0 && RecurrenceWeekStartMatters(rule))
	{
		to = WriteName(to, PART_WKST);
		to += sprintf(to, "%s", weekday_names[rule->week_start]);
	}
	*to = '\0';
	return to - text;
}
