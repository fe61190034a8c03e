/*
 * name_match.c
 *		Finding keys of names by words, beginnings of words and misspelt words.
 *
 * A name matches a query when each word of the query has a word of its own in
 * the name, in any order. How a word may have its counterpart depends on the
 * operator:
 *
 *	@=		it is the same
 *	@^		it is the same or its beginning
 *	@~		it is the same or differs by a letter or two
 *
 * In all of them two words of one side may be one word of the other: "mary ann"
 * and "maryann".
 *
 * A GIN index holds codes (hashes) of what a query can ask for: the word itself,
 * its beginnings up to five letters, and, for typing errors, its first seven
 * letters with each of them left out. Two words that differ by a letter left
 * out, added, changed or swapped with its neighbour have such a code in common,
 * so a misspelt word is found by a handful of look-ups. (Trigrams of common names
 * occur in so many rows that a search by similarity took ten times as long.)
 * Hashes collide and word lists overlap: every row found is judged again.
 *
 * Keys are Latin letters but for scripts that ICU does not know: letters are
 * taken as bytes.
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/stratnum.h"
#include "common/hashfn.h"
#include "fmgr.h"

#include "compat.h"

/* More words than anybody has; the others are not searched. */
#define NAME_MAX_WORDS		12

/* What of a word is searched. */
#define WORD_MAX_LENGTH		30

/* Shorter words have too many neighbours to be misspellings of one another. */
#define WORD_MIN_TYPO_LENGTH	4
#define WORD_MIN_TWO_TYPOS		8

/* What of a word has codes for typing errors: more letters would make more codes, not better ones. */
#define WORD_TYPO_LENGTH	7

/* The beginnings of words that have codes. */
#define WORD_MAX_PREFIX		5

/* Codes of one word: itself, with none and with each letter left out, its beginnings, joined to the next. */
#define WORD_MAX_CODES		(1 + 1 + WORD_TYPO_LENGTH + WORD_MAX_PREFIX + 1)

/* How words may be counterparts; the numbers of the operators in the index. */
typedef enum MatchKind
{
	MATCH_WORDS = 1,
	MATCH_PREFIXES = 2,
	MATCH_TYPOS = 3
} MatchKind;

/* What a code stands for. */
typedef enum CodeKind
{
	CODE_WORD = 1,
	CODE_PREFIX = 2,
	CODE_TYPO = 3
} CodeKind;

typedef struct NameWord
{
	char		data[2 * WORD_MAX_LENGTH];	/* room for two words joined */
	int			length;
} NameWord;

typedef struct NameWords
{
	int			count;
	NameWord	words[NAME_MAX_WORDS];
} NameWords;

/* Codes in the making. */
typedef struct CodeList
{
	Datum	   *codes;
	int			count;
} CodeList;

/* Which part of a query a code belongs to: a word, or from word_count on a pair of neighbours. */
typedef struct QueryPart
{
	int			part;
	int			word_count;
} QueryPart;

/* How far a name matches: for each word of both sides whether it has its counterpart. */
typedef struct NameMatch
{
	NameWords	name;
	NameWords	query;
	bool		name_used[NAME_MAX_WORDS];
	bool		query_used[NAME_MAX_WORDS];
	double		weight;			/* sum over the words of the query of quality times length */
} NameMatch;

PG_FUNCTION_INFO_V1(clienttrack_name_has_words);
PG_FUNCTION_INFO_V1(clienttrack_name_has_prefixes);
PG_FUNCTION_INFO_V1(clienttrack_name_resembles);
PG_FUNCTION_INFO_V1(clienttrack_name_score);
PG_FUNCTION_INFO_V1(clienttrack_name_extract_value);
PG_FUNCTION_INFO_V1(clienttrack_name_extract_query);
PG_FUNCTION_INFO_V1(clienttrack_name_consistent);

/* Takes the words of a key apart. */
static void
SplitWords(const text *key, NameWords *result)
{
	const char *data = VARDATA_ANY(key);
	const char *end = data + VARSIZE_ANY_EXHDR(key);

	result->count = 0;
	while (data < end && result->count < NAME_MAX_WORDS)
	{
		const char *blank = memchr(data, ' ', end - data);
		int			length = (blank ? blank : end) - data;

		if (length > 0)
		{
			NameWord   *word = &result->words[result->count++];

			word->length = Min(length, WORD_MAX_LENGTH);
			memcpy(word->data, data, word->length);
		}
		data += length + 1;
	}
}

/* Returns two words written as one. */
static NameWord
JoinWords(const NameWord *first, const NameWord *second)
{
	NameWord	result = *first;

	memcpy(result.data + result.length, second->data, second->length);
	result.length = Min(result.length + second->length, WORD_MAX_LENGTH);
	return result;
}

/* Says whether two words are the same. */
static bool
SameWord(const NameWord *a, const NameWord *b)
{
	return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

/* Says whether a word begins with another. */
static bool
BeginsWith(const NameWord *word, const NameWord *beginning)
{
	return word->length >= beginning->length && memcmp(word->data, beginning->data, beginning->length) == 0;
}

/* Returns the number of letters left out, added, changed or swapped that make one word of the other. */
static int
EditDistance(const NameWord *a, const NameWord *b)
{
	int			rows[3][WORD_MAX_LENGTH + 1];	/* of the last two letters and this one */

	for (int j = 0; j <= b->length; j++)
		rows[0][j] = j;
	for (int i = 1; i <= a->length; i++)
	{
		int		   *row = rows[i % 3];
		int		   *above = rows[(i + 2) % 3];

		row[0] = i;
		for (int j = 1; j <= b->length; j++)
		{
			bool		same = a->data[i - 1] == b->data[j - 1];

			row[j] = Min(above[j - 1] + (same ? 0 : 1), Min(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a->data[i - 1] == b->data[j - 2] && a->data[i - 2] == b->data[j - 1])
				row[j] = Min(row[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[a->length % 3][b->length];
}

/* Writes the beginning of a word without one letter, or all of it for the letter -1; returns the length. */
static int
LeaveOut(const NameWord *word, int letter, char *result)
{
	int			length = Min(word->length, WORD_TYPO_LENGTH);

	memcpy(result, word->data, length);
	if (letter < 0)
		return length;
	memmove(result + letter, result + letter + 1, length - letter - 1);
	return length - 1;
}

/* Returns how many codes for typing errors a word has. */
static int
TypoCodeCount(const NameWord *word)
{
	return word->length < WORD_MIN_TYPO_LENGTH ? 1 : Min(word->length, WORD_TYPO_LENGTH) + 1;
}

/* Says whether two words have a code for typing errors in common. */
static bool
ShareTypoCode(const NameWord *a, const NameWord *b)
{
	char		a_letters[WORD_TYPO_LENGTH];
	char		b_letters[WORD_TYPO_LENGTH];

	for (int i = 0; i < TypoCodeCount(a); i++)
	{
		int			length = LeaveOut(a, i - 1, a_letters);

		for (int j = 0; j < TypoCodeCount(b); j++)
			if (LeaveOut(b, j - 1, b_letters) == length &&
				memcmp(a_letters, b_letters, length) == 0)
				return true;
	}
	return false;
}

/* Returns how good a word is as the misspelling of another. */
static double
TypoQuality(const NameWord *word, const NameWord *query)
{
	int			allowed = Min(word->length, query->length) >= WORD_MIN_TWO_TYPOS ? 2 : 1;
	int			distance;

	if (Max(word->length, query->length) < WORD_MIN_TYPO_LENGTH ||
		abs(word->length - query->length) > allowed)
		return 0.0;
	distance = EditDistance(word, query);
	if (distance > allowed || (distance > 1 && !ShareTypoCode(word, query)))
		return 0.0;
	return 0.7 - 0.1 * distance;
}

/* Returns how good a counterpart a word of a name is, from 1 for the same to 0 for none. */
static double
WordQuality(const NameWord *word, const NameWord *query, MatchKind kind)
{
	switch (kind)
	{
		case MATCH_WORDS:
			return SameWord(word, query) ? 1.0 : 0.0;
		case MATCH_PREFIXES:
			return BeginsWith(word, query) ? 0.8 + 0.1 * query->length / word->length : 0.0;
		case MATCH_TYPOS:
			return TypoQuality(word, query);
	}
	return 0.0;
}

/* Gives the words of the query that have no counterpart yet the best one of a kind. */
static void
MatchSingleWords(NameMatch *match, MatchKind kind)
{
	for (int q = 0; q < match->query.count; q++)
	{
		double		best_quality = 0.0;
		int			best = -1;

		for (int n = 0; n < match->name.count && !match->query_used[q]; n++)
		{
			double		quality = match->name_used[n] ? 0.0 :
				WordQuality(&match->name.words[n], &match->query.words[q], kind);

			if (quality > best_quality)
			{
				best_quality = quality;
				best = n;
			}
		}
		if (best < 0)
			continue;
		match->query_used[q] = match->name_used[best] = true;
		match->weight += best_quality * match->query.words[q].length;
	}
}

/*
 * Gives words of one side that have no counterpart yet a pair of neighbours of
 * the other side; returns how many letters found one.
 */
static int
MatchPairs(const NameWords *single, bool *single_used, const NameWords *paired, bool *paired_used)
{
	int			letters = 0;

	for (int p = 0; p + 1 < paired->count; p++)
	{
		NameWord	joined = JoinWords(&paired->words[p], &paired->words[p + 1]);

		for (int s = 0; s < single->count; s++)
		{
			if (single_used[s] || paired_used[p] || paired_used[p + 1] || !SameWord(&single->words[s], &joined))
				continue;
			single_used[s] = paired_used[p] = paired_used[p + 1] = true;
			letters += joined.length;
		}
	}
	return letters;
}

/* Returns how many letters of the words are in words marked so. */
static int
CountLetters(const NameWords *words, const bool *marks, bool mark)
{
	int			result = 0;

	for (int i = 0; i < words->count; i++)
		if (marks[i] == mark)
			result += words->words[i].length;
	return result;
}

/*
 * Returns how well a name matches a query, from 1 for the same words to 0 for not
 * at all: nine tenths is how well the words of the query are met, one tenth how
 * much of the name they leave out.
 */
static double
MatchName(const text *name, const text *query, bool prefixes, bool typos)
{
	NameMatch	match;
	int			query_letters,
				name_letters,
				used_letters;

	memset(match.name_used, 0, sizeof(match.name_used));
	memset(match.query_used, 0, sizeof(match.query_used));
	match.weight = 0.0;
	SplitWords(name, &match.name);
	SplitWords(query, &match.query);

	MatchSingleWords(&match, MATCH_WORDS);
	match.weight += 0.9 * MatchPairs(&match.query, match.query_used, &match.name, match.name_used);
	match.weight += 0.9 * MatchPairs(&match.name, match.name_used, &match.query, match.query_used);
	if (prefixes)
		MatchSingleWords(&match, MATCH_PREFIXES);
	if (typos)
		MatchSingleWords(&match, MATCH_TYPOS);

	query_letters = CountLetters(&match.query, match.query_used, true);
	if (query_letters == 0 || CountLetters(&match.query, match.query_used, false) > 0)
		return 0.0;
	used_letters = CountLetters(&match.name, match.name_used, true);
	name_letters = used_letters + CountLetters(&match.name, match.name_used, false);
	return 0.9 * match.weight / query_letters + 0.1 * used_letters / name_letters;
}

/* Operator @=: whether a name has all the words of a query. */
Datum
clienttrack_name_has_words(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(MatchName(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), false, false) > 0.0);
}

/* Operator @^: whether a name has words that begin as those of a query. */
Datum
clienttrack_name_has_prefixes(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(MatchName(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), true, false) > 0.0);
}

/* Operator @~: whether a name has the words of a query, or what they may be misspellings of. */
Datum
clienttrack_name_resembles(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(MatchName(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), false, true) > 0.0);
}

/* Returns how well a name matches a query, 0 to 1. */
Datum
clienttrack_name_score(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT4((float4) MatchName(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), true, true));
}

/* Adds the code of some letters. */
static void
AddCode(CodeList *list, CodeKind kind, const char *letters, int length)
{
	uint32		code = hash_combine(hash_bytes((const unsigned char *) letters, length), kind);

	list->codes[list->count++] = Int32GetDatum((int32) code);
}

/* Adds the code of a whole word. */
static void
AddWordCode(CodeList *list, const NameWord *word)
{
	AddCode(list, CODE_WORD, word->data, word->length);
}

/* Adds the codes that a word has in common with its misspellings. */
static void
AddTypoCodes(CodeList *list, const NameWord *word)
{
	char		letters[WORD_TYPO_LENGTH];

	for (int i = 0; i < TypoCodeCount(word); i++)
	{
		int			length = LeaveOut(word, i - 1, letters);

		AddCode(list, CODE_TYPO, letters, length);
	}
}

/* Adds the codes that an operator looks for a word of a query by. */
static void
AddQueryCodes(CodeList *list, const NameWord *word, MatchKind kind)
{
	switch (kind)
	{
		case MATCH_WORDS:
			AddWordCode(list, word);
			break;
		case MATCH_PREFIXES:
			AddCode(list, CODE_PREFIX, word->data, Min(word->length, WORD_MAX_PREFIX));
			break;
		case MATCH_TYPOS:
			AddTypoCodes(list, word);
			break;
	}
}

/* GIN extractValue: all codes of a name. */
Datum
clienttrack_name_extract_value(PG_FUNCTION_ARGS)
{
	int32	   *nkeys = (int32 *) PG_GETARG_POINTER(1);
	NameWords	name;
	CodeList	list = {.count = 0};

	SplitWords(PG_GETARG_TEXT_PP(0), &name);
	list.codes = palloc(sizeof(Datum) * (name.count * WORD_MAX_CODES + 1));
	for (int i = 0; i < name.count; i++)
	{
		NameWord   *word = &name.words[i];

		AddWordCode(&list, word);
		AddTypoCodes(&list, word);
		for (int length = 1; length <= Min(word->length, WORD_MAX_PREFIX); length++)
			AddCode(&list, CODE_PREFIX, word->data, length);
		if (i + 1 < name.count)
		{
			NameWord	joined = JoinWords(word, word + 1);

			AddWordCode(&list, &joined);
		}
	}
	*nkeys = list.count;
	PG_RETURN_POINTER(list.codes);
}

/* Notes that the codes from a position on belong to one part of a query. */
static void
OwnCodes(const CodeList *list, int first_code, Pointer *owners, int part, int word_count)
{
	QueryPart  *owner = palloc(sizeof(QueryPart));

	*owner = (QueryPart) {.part = part, .word_count = word_count};
	for (int i = first_code; i < list->count; i++)
		owners[i] = (Pointer) owner;
}

/* GIN extractQuery: the codes of each word of the query, and of each two neighbours written as one. */
Datum
clienttrack_name_extract_query(PG_FUNCTION_ARGS)
{
	int32	   *nkeys = (int32 *) PG_GETARG_POINTER(1);
	MatchKind	kind = PG_GETARG_UINT16(2);
	Pointer   **extra_data = (Pointer **) PG_GETARG_POINTER(4);
	NameWords	query;
	CodeList	list = {.count = 0};

	SplitWords(PG_GETARG_TEXT_PP(0), &query);
	list.codes = palloc(sizeof(Datum) * (query.count * WORD_MAX_CODES + 1));
	*extra_data = palloc(sizeof(Pointer) * (query.count * WORD_MAX_CODES + 1));
	for (int i = 0; i < query.count; i++)
	{
		int			first_code = list.count;

		AddQueryCodes(&list, &query.words[i], kind);
		OwnCodes(&list, first_code, *extra_data, i, query.count);
		if (i + 1 < query.count)
		{
			NameWord	joined = JoinWords(&query.words[i], &query.words[i + 1]);

			first_code = list.count;
			AddWordCode(&list, &joined);
			OwnCodes(&list, first_code, *extra_data, query.count + i, query.count);
		}
	}
	*nkeys = list.count;
	PG_RETURN_POINTER(list.codes);
}

/*
 * GIN triConsistent: whether each word of the query, alone or with its neighbour,
 * may have a counterpart. What is found is always judged again by the operator.
 */
Datum
clienttrack_name_consistent(PG_FUNCTION_ARGS)
{
	GinTernaryValue *check = (GinTernaryValue *) PG_GETARG_POINTER(0);
	int32		nkeys = PG_GETARG_INT32(3);
	QueryPart **owners = (QueryPart **) PG_GETARG_POINTER(4);
	bool		present[2 * NAME_MAX_WORDS] = {false};
	bool		met[NAME_MAX_WORDS + 2] = {true};	/* all words before this one */
	int			word_count = nkeys > 0 ? owners[0]->word_count : 0;

	for (int i = 0; i < nkeys; i++)
		if (check[i] != GIN_FALSE)
			present[owners[i]->part] = true;
	for (int word = 0; word < word_count; word++)
	{
		if (!met[word])
			continue;
		if (present[word])
			met[word + 1] = true;
		if (word + 1 < word_count && present[word_count + word])
			met[word + 2] = true;
	}
	PG_RETURN_GIN_TERNARY_VALUE(met[word_count] && word_count > 0 ? GIN_MAYBE : GIN_FALSE);
}
