/*
 * compat.h
 *		What differs between the PostgreSQL versions that are supported (15 to 18).
 */
#ifndef CLIENTTRACK_COMPAT_H
#define CLIENTTRACK_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "clienttrack needs PostgreSQL 15 or later"
#endif

/* Part of postgres.h until 15. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* One function for each kind of object until 15. */
#if PG_VERSION_NUM >= 160000
#define ProcAclCheck(proc, role, mode) object_aclcheck(ProcedureRelationId, proc, role, mode)
#else
#define ProcAclCheck(proc, role, mode) pg_proc_aclcheck(proc, role, mode)
#endif

/* ExecInsertIndexTuples() for a new row, which got one more argument in 16. */
#if PG_VERSION_NUM >= 160000
#define InsertIndexTuples(target, slot, estate) ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL, false)
#else
#define InsertIndexTuples(target, slot, estate) ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL)
#endif

#endif
