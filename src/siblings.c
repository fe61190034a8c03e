/*
 * siblings.c
 *		Finding the tables of an installed schema from any one of them.
 *
 * A table stands for a concept, which is told by the name of its key: the table whose primary key is enrollment_id is
 * the enrollments. The tables that belong together are those connected by foreign keys. So a schema may be renamed or
 * installed twice, and a shard's tables, which have other names, still find each other.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "siblings.h"

typedef struct SiblingTable
{
	const char *concept;
	Oid			relid;
	const char *qualified;		/* quoted, with schema */
} SiblingTable;

struct SiblingTables
{
	const char *schema;			/* quoted, of the table that was asked about */
	int			count;
	SiblingTable *tables;
};

/* Returns what a key column stands for: its name without _id. The key of hmis_user is HUD's UserID. */
static const char *
ConceptOfKey(const char *key)
{
	size_t		length = strlen(key);

	if (strcmp(key, "user_id") == 0)
		return "hmis_user";
	if (length <= 3 || strcmp(key + length - 3, "_id") != 0)
		return NULL;
	return pnstrdup(key, length - 3);
}

/* Returns the name of the key of the table that stands for a concept: the reverse of ConceptOfKey. */
const char *
KeyOfConcept(const char *concept)
{
	return strcmp(concept, "hmis_user") == 0 ? "user_id" : psprintf("%s_id", concept);
}

/* Returns the concept that a table stands for; raises when its primary key does not tell. */
const char *
TableConcept(Relation rel)
{
	Oid			pkindex = (RelationGetIndexList(rel), rel->rd_pkindex);
	const char *concept = NULL;

	if (OidIsValid(pkindex))
		concept = ConceptOfKey(get_attname(pkindex, 1, false));
	if (concept == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("table \"%s\" is not one of clienttrack's", RelationGetRelationName(rel)),
				 errdetail("Its primary key should be a column named like client_service_id.")));
	return concept;
}

/* The tables connected with the table $1, each with the name of its key. Of two for one concept the first counts. */
static const char connected_tables[] =
	"WITH RECURSIVE connected(relid) AS ("
	"	SELECT $1 UNION"
	"	SELECT CASE WHEN f.conrelid = c.relid THEN f.confrelid ELSE f.conrelid END"
	"	FROM connected c JOIN pg_constraint f ON f.contype = 'f' AND (f.conrelid = c.relid OR f.confrelid = c.relid)) "
	"SELECT DISTINCT ON (a.attname) a.attname::text, t.relname::text, n.nspname::text, t.oid "
	"FROM connected c JOIN pg_class t ON t.oid = c.relid JOIN pg_namespace n ON n.oid = t.relnamespace "
	"JOIN pg_index i ON i.indrelid = c.relid AND i.indisprimary AND i.indnkeyatts = 1 "
	"JOIN pg_attribute a ON a.attrelid = c.relid AND a.attnum = i.indkey[0] "
	"ORDER BY a.attname, t.relnamespace <> (SELECT relnamespace FROM pg_class WHERE oid = $1), "
	"	EXISTS (SELECT FROM pg_constraint e WHERE e.conrelid = c.relid AND e.contype = 'f' "
	"		AND e.conkey[1] = a.attnum AND cardinality(e.conkey) = 1), c.relid";

/* Adds a table told by a row of connected_tables, unless its key stands for nothing. */
static void
AddSibling(SiblingTables *siblings, HeapTuple row, TupleDesc tupdesc)
{
	const char *concept = ConceptOfKey(SPI_getvalue(row, tupdesc, 1));
	SiblingTable *table = &siblings->tables[siblings->count];
	bool		isnull;

	if (concept == NULL)
		return;
	table->concept = concept;
	table->relid = DatumGetObjectId(SPI_getbinval(row, tupdesc, 4, &isnull));
	table->qualified = quote_qualified_identifier(SPI_getvalue(row, tupdesc, 3), SPI_getvalue(row, tupdesc, 2));
	siblings->count++;
}

/*
 * Returns the tables connected with a table by foreign keys, itself included, in the current memory context.
 * Needs SPI to be connected and search_path to be safe. Where two tables stand for one concept, the one in the schema of
 * the given table counts, and of these the one whose key is not a foreign key: another may only add columns to it.
 */
SiblingTables *
FindSiblingTables(Oid relid)
{
	Oid			argtype = OIDOID;
	Datum		arg = ObjectIdGetDatum(relid);
	MemoryContext caller = CurrentMemoryContext;
	SiblingTables *siblings;

	if (SPI_execute_with_args(connected_tables, 1, &argtype, &arg, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the tables connected with %u", relid);
	MemoryContextSwitchTo(caller);
	siblings = palloc(sizeof(SiblingTables));
	siblings->schema = quote_identifier(get_namespace_name(get_rel_namespace(relid)));
	siblings->count = 0;
	siblings->tables = palloc(sizeof(SiblingTable) * SPI_processed);
	for (uint64 i = 0; i < SPI_processed; i++)
		AddSibling(siblings, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
	return siblings;
}

/* Returns the table of an installed schema that has the name of a concept; raises where there is none. */
Oid
SchemaTableOfConcept(Oid schema, const char *concept)
{
	Oid			relid = get_relname_relid(concept, schema);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("schema \"%s\" has no table \"%s\"",
						get_namespace_name(schema) ? get_namespace_name(schema) : "?", concept),
				 errhint("Give a schema made by clienttrack.install().")));
	return relid;
}

/* Returns the name of a table, quoted and with its schema. */
char *
QualifiedTableName(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* Returns the table that stands for a concept. */
static const SiblingTable *
FindSibling(SiblingTables *siblings, const char *concept)
{
	for (int i = 0; i < siblings->count; i++)
		if (strcmp(siblings->tables[i].concept, concept) == 0)
			return &siblings->tables[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("no table for \"%s\" is connected by foreign keys", concept),
			 errhint("Was a foreign key or a primary key of the installed schema dropped?")));
}

/* Returns the OID of the table that stands for a concept. */
Oid
SiblingRelid(SiblingTables *siblings, const char *concept)
{
	return FindSibling(siblings, concept)->relid;
}

/* Returns what a name in braces stands for. */
static const char *
MeaningOf(SiblingTables *siblings, const char *name, const char *rows)
{
	if (strcmp(name, "rows") == 0)
		return rows;
	return strcmp(name, "schema") == 0 ? siblings->schema : FindSibling(siblings, name)->qualified;
}

/* Appends a template with {rows} replaced by the given text, {schema}, and {concept} by the table that stands for it. */
void
AppendWithSiblings(StringInfo buf, SiblingTables *siblings, const char *template, const char *rows)
{
	const char *brace;

	while ((brace = strchr(template, '{')) != NULL)
	{
		const char *end = strchr(brace, '}');
		char	   *name;

		if (end == NULL)
			elog(ERROR, "malformed template: %s", template);
		name = pnstrdup(brace + 1, end - brace - 1);
		appendBinaryStringInfo(buf, template, brace - template);
		appendStringInfoString(buf, MeaningOf(siblings, name, rows));
		pfree(name);
		template = end + 1;
	}
	appendStringInfoString(buf, template);
}
