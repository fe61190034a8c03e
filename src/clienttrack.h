/*
 * clienttrack.h
 *		What the modules of the library offer to _PG_init.
 */
#ifndef CLIENTTRACK_H
#define CLIENTTRACK_H

extern void GuardInit(void);
extern void LastDayInit(void);
extern void KeysInit(void);

#endif
