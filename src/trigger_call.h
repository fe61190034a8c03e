/*
 * trigger_call.h
 *		Whether a trigger function was called as the trigger that it is.
 */
#ifndef CLIENTTRACK_TRIGGER_CALL_H
#define CLIENTTRACK_TRIGGER_CALL_H

#include "commands/trigger.h"

extern void CheckTransitionTables(TriggerData *trigdata);
extern void CheckBeforeWritingRow(FunctionCallInfo fcinfo, const char *function);

#endif
