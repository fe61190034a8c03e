/*
 * transaction.c
 *		What a procedure has to know about the transaction that it was called in.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(clienttrack_in_transaction_block);

/* in_transaction_block() RETURNS boolean */
Datum
clienttrack_in_transaction_block(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsTransactionBlock());
}
