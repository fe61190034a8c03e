/*
 * watch.h
 *		Knowing when what a backend remembers of some tables no longer holds.
 */
#ifndef CLIENTTRACK_WATCH_H
#define CLIENTTRACK_WATCH_H

extern void WatchTable(Oid relid);
extern uint64 WatchGeneration(void);

#endif
