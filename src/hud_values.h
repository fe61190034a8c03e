/*
 * hud_values.h
 *		Reading the values of HUD files without ever raising an error.
 */
#ifndef CLIENTTRACK_HUD_VALUES_H
#define CLIENTTRACK_HUD_VALUES_H

#include "datatype/timestamp.h"

/* How a value was read. The names of the checks are in HudReadingCheck(). */
typedef enum HudReading
{
	HUD_GOOD,					/* as the format wants it */
	HUD_ODD,					/* in another form, but it can only mean one thing */
	HUD_AMBIGUOUS,				/* day and month cannot be told apart */
	HUD_OUT_OF_RANGE,
	HUD_UNREADABLE
} HudReading;

extern HudReading HudReadMoment(const char *text, int length, bool with_time, Timestamp *moment);
extern HudReading HudReadInteger(const char *text, int length, int32 *number);
extern HudReading HudReadMoney(const char *text, int length, int64 *cents);

#endif
