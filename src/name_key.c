/*
 * name_key.c
 *		Search keys of names: without case, accents and script.
 *
 * A key is made of words of letters and digits with one blank between them:
 *
 *	O'Brien, OBrien, O Brien	obrien
 *	Núñez-García				nunez garcia
 *	Щукин						shchukin
 *	王小明						wang xiao ming
 *
 * Apostrophes and marks are dropped, everything else that is no letter or digit
 * separates words. A text that begins with the word "o" has it joined to the next.
 * Letters that ICU has no Latin form for stay as they are.
 *
 * Most names are plain ASCII and never reach ICU; the tests hold that both ways
 * lead to the same key.
 */
#include "postgres.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"

#include "compat.h"

/* A key fits into a B-tree index with room for other columns. */
#define NAME_KEY_MAX_LENGTH		1000

/* What of a name is read, in bytes. */
#define NAME_KEY_MAX_INPUT		8000

/*
 * Russian as people spell it in English (Yuriy, Shchukin), without its hard
 * sign; the letters that Russian lacks are left to Any-Latin. Amharic likewise.
 */
#define NAME_KEY_TRANSLITERATOR \
	u"NFKC; Lower; [:Cyrl:] Russian-Latin/BGN; [\u02BA] Remove; [:Ethi:] Amharic-Latin/BGN; Any-Latin; Latin-ASCII; Lower"

/* A key in the making. */
typedef struct NameKey
{
	char		data[NAME_KEY_MAX_LENGTH];
	int			length;
	int			text_start;		/* where the text that is being read begins */
	bool		blank_due;		/* the next letter begins a word */
	bool		full;			/* nothing more is taken */
} NameKey;

PG_FUNCTION_INFO_V1(clienttrack_name_key);
PG_FUNCTION_INFO_V1(clienttrack_keep_name_key);

/* Opened on first use and kept: opening costs some ten milliseconds. */
static UTransliterator *transliterator = NULL;

/* Makes the key ready for the first or the next text. */
static void
NameKeyBeginText(NameKey *key)
{
	key->blank_due = key->length > 0;
	key->text_start = key->length + (key->blank_due ? 1 : 0);
}

/* Ends a word, except an "o" at the beginning of a text, which belongs to the next. */
static void
NameKeyEndWord(NameKey *key)
{
	if (key->length == key->text_start ||
		(key->length == key->text_start + 1 && key->data[key->text_start] == 'o'))
		return;
	if (key->length > key->text_start)
		key->blank_due = true;
}

/* Adds one letter, given as its bytes, to the key while it has room. */
static void
NameKeyAddLetter(NameKey *key, const char *bytes, int size)
{
	if (key->full || key->length + (key->blank_due ? 1 : 0) + size > NAME_KEY_MAX_LENGTH)
	{
		key->full = true;
		return;
	}
	if (key->blank_due)
		key->data[key->length++] = ' ';
	key->blank_due = false;
	memcpy(key->data + key->length, bytes, size);
	key->length += size;
}

/* Says whether a character is an apostrophe, or used as one, or a dot inside a word. */
static bool
IsApostrophe(UChar32 c)
{
	switch (c)
	{
		case '\'':
		case '`':
		case 0x00B4:			/* acute accent */
		case 0x00B7:			/* middle dot, as in T·soy */
		case 0x02B9:			/* modifier letters */
		case 0x02BB:
		case 0x02BC:
		case 0x02BD:
		case 0x02BE:
		case 0x02BF:
		case 0x2018:			/* typographic quotes */
		case 0x2019:
		case 0x201B:
		case 0x2032:
		case 0xA78C:			/* saltillo */
		case 0xFF07:			/* fullwidth apostrophe */
			return true;
		default:
			return false;
	}
}

/* Says whether a character is dropped without ending the word: an apostrophe, a mark, or invisible. */
static bool
IsDropped(UChar32 c)
{
	switch (u_charType(c))
	{
		case U_NON_SPACING_MARK:
		case U_ENCLOSING_MARK:
		case U_COMBINING_SPACING_MARK:
		case U_FORMAT_CHAR:
			return true;
		default:
			return IsApostrophe(c);
	}
}

/* Adds a text of ASCII characters; the same as AddTransliterated, without ICU. */
static void
AddAscii(NameKey *key, const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		char		c = text[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			NameKeyAddLetter(key, &c, 1);
		else if (c != '\'' && c != '`')
			NameKeyEndWord(key);
	}
}

/* Raises when ICU reports a failure. */
static void
CheckIcu(UErrorCode status, const char *what)
{
	if (U_FAILURE(status))
		ereport(ERROR,
				(errcode(status == U_MEMORY_ALLOCATION_ERROR ? ERRCODE_OUT_OF_MEMORY : ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("could not %s: %s", what, u_errorName(status))));
}

/* Ensures that the transliterator of this backend is open. */
static void
OpenTransliterator(void)
{
	UErrorCode	status = U_ZERO_ERROR;
	UParseError parse_error;
	UTransliterator *opened;

	if (transliterator != NULL)
		return;
	opened = utrans_openU(NAME_KEY_TRANSLITERATOR, -1, UTRANS_FORWARD, NULL, 0, &parse_error, &status);
	CheckIcu(status, "open the transliterator of names");
	transliterator = opened;
}

/* Returns a UTF-8 text in UTF-16 without apostrophes, some of which would become letters, and its length. */
static UChar *
ToUtf16(const char *text, int length, int32_t *result_length)
{
	UChar	   *result = palloc(sizeof(UChar) * (length + 1));	/* never more units than bytes */
	int32_t		position = 0;

	*result_length = 0;
	while (position < length)
	{
		UChar32		c;

		U8_NEXT(text, position, length, c);
		if (c >= 0 && !IsApostrophe(c))
			U16_APPEND_UNSAFE(result, *result_length, c);
	}
	return result;
}

/*
 * Returns a text in small Latin letters and its length. ICU works in place, so a buffer
 * that turns out to be small costs a second try from the start.
 */
static UChar *
Transliterate(const UChar *text, int32_t length, int32_t *result_length)
{
	int32_t		capacity = length * 4 + 64;

	for (;;)
	{
		UErrorCode	status = U_ZERO_ERROR;
		UChar	   *result = palloc(sizeof(UChar) * capacity);
		int32_t		limit = length;

		memcpy(result, text, sizeof(UChar) * length);
		*result_length = length;
		utrans_transUChars(transliterator, result, result_length, capacity, 0, &limit, &status);
		if (status != U_BUFFER_OVERFLOW_ERROR)
		{
			CheckIcu(status, "transliterate a name");
			return result;
		}
		pfree(result);
		capacity = Max(*result_length, capacity) + 64;
	}
}

/* Adds a text in any script. */
static void
AddTransliterated(NameKey *key, const char *text, int length)
{
	int32_t		size;
	UChar	   *letters;
	int32_t		position = 0;

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("keys of names need a database with encoding UTF8")));
	OpenTransliterator();
	letters = ToUtf16(text, length, &size);
	letters = Transliterate(letters, size, &size);
	while (position < size)
	{
		UChar32		c;
		char		bytes[U8_MAX_LENGTH];
		int			used = 0;

		U16_NEXT(letters, position, size, c);
		if (IsDropped(c))
			continue;
		if (!u_isalnum(c))
		{
			NameKeyEndWord(key);
			continue;
		}
		U8_APPEND_UNSAFE(bytes, used, c);
		NameKeyAddLetter(key, bytes, used);
	}
}

/* Says whether a text has only ASCII characters. */
static bool
IsAscii(const char *text, int length)
{
	for (int i = 0; i < length; i++)
		if (IS_HIGHBIT_SET(text[i]))
			return false;
	return true;
}

/* Adds the words of one text to the key. Of a huge one only the beginning is read. */
static void
NameKeyAddText(NameKey *key, const text *name)
{
	const char *data = VARDATA_ANY(name);
	int			length = VARSIZE_ANY_EXHDR(name);

	if (length > NAME_KEY_MAX_INPUT)
		length = pg_mbcliplen(data, length, NAME_KEY_MAX_INPUT);
	NameKeyBeginText(key);
	if (IsAscii(data, length))
		AddAscii(key, data, length);
	else
		AddTransliterated(key, data, length);
}

/* Returns the search key of a name. */
Datum
clienttrack_name_key(PG_FUNCTION_ARGS)
{
	NameKey		key = {.length = 0};

	NameKeyAddText(&key, PG_GETARG_TEXT_PP(0));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(key.data, key.length));
}

/* Raises unless the function was called as the trigger that it is. */
static void
CheckKeepNameKeyCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) ||
		!(TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) || TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger BEFORE INSERT OR UPDATE FOR EACH ROW",
						"clienttrack.keep_name_key")));
	if (trigdata->tg_trigger->tgnargs < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" needs two arguments or more", trigdata->tg_trigger->tgname),
				 errhint("The first is the column that takes the key, the others are the columns that it is made of.")));
}

/* Returns the number of the text column that an argument of the trigger names, or raises. */
static int
ArgumentColumn(TriggerData *trigdata, int argument)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	char	   *name = trigdata->tg_trigger->tgargs[argument];
	int			column = SPI_fnumber(tupdesc, name);
	Oid			type;

	if (column <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("trigger \"%s\" names a column that table \"%s\" does not have: \"%s\"",
						trigdata->tg_trigger->tgname, RelationGetRelationName(trigdata->tg_relation), name)));
	type = TupleDescAttr(tupdesc, column - 1)->atttypid;
	if (type != TEXTOID && type != VARCHAROID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("trigger \"%s\" needs column \"%s\" to be of type text",
						trigdata->tg_trigger->tgname, name)));
	return column;
}

/* Says whether a column has another value in the new row than in the old one. */
static bool
ColumnChanged(TriggerData *trigdata, int column)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	bool		oldisnull,
				newisnull;
	Datum		oldvalue = heap_getattr(trigdata->tg_trigtuple, column, tupdesc, &oldisnull);
	Datum		newvalue = heap_getattr(trigdata->tg_newtuple, column, tupdesc, &newisnull);

	if (oldisnull || newisnull)
		return oldisnull != newisnull;
	return !datum_image_eq(oldvalue, newvalue, false, -1);
}

/* Says whether an UPDATE leaves the key and all that it is made of alone. */
static bool
KeyIsUntouched(TriggerData *trigdata)
{
	for (int i = 0; i < trigdata->tg_trigger->tgnargs; i++)
		if (ColumnChanged(trigdata, ArgumentColumn(trigdata, i)))
			return false;
	return true;
}

/* Returns the key that a row should have. */
static text *
KeyOfRow(TriggerData *trigdata, HeapTuple row)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	NameKey		key = {.length = 0};

	for (int i = 1; i < trigdata->tg_trigger->tgnargs; i++)
	{
		bool		isnull;
		Datum		name = heap_getattr(row, ArgumentColumn(trigdata, i), tupdesc, &isnull);

		if (!isnull)
			NameKeyAddText(&key, DatumGetTextPP(name));
	}
	return cstring_to_text_with_len(key.data, key.length);
}

/*
 * Keeps a column with the search key of the names in other columns:
 *
 *	CREATE TRIGGER name_key BEFORE INSERT OR UPDATE ON t
 *		FOR EACH ROW EXECUTE FUNCTION clienttrack.keep_name_key('name_key', 'first_name', 'last_name');
 *
 * The first argument is the column that takes the key. Each of the others is a
 * text of its own in it, in the order given; what a statement writes into the first is overwritten.
 */
Datum
clienttrack_keep_name_key(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		is_update;
	HeapTuple	row;
	int			column;
	Datum		key;
	bool		isnull = false;

	CheckKeepNameKeyCall(fcinfo);
	is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	row = is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	column = ArgumentColumn(trigdata, 0);
	if (is_update && KeyIsUntouched(trigdata))
		return PointerGetDatum(row);

	key = PointerGetDatum(KeyOfRow(trigdata, row));
	return PointerGetDatum(heap_modify_tuple_by_cols(row, RelationGetDescr(trigdata->tg_relation), 1, &column, &key, &isnull));
}
