/*
 * trigger_rows.h
 *		What statement triggers do with the rows of their statement.
 */
#ifndef CLIENTTRACK_TRIGGER_ROWS_H
#define CLIENTTRACK_TRIGGER_ROWS_H

#include "commands/trigger.h"

extern bool AnyRow(Relation rel, Tuplestorestate *rows, int column, bool isnull);
extern int	ExecuteOverRows(TriggerData *trigdata, const char *template);

#endif
