-- The audit: who changed which row, when and how.

-- Names are text and not name, which takes 64 bytes each in every row. Columns of fixed width come first, those of the
-- index among them. No primary key and no foreign key: rows are written far more often than read.
CREATE SEQUENCE audit_event_id_seq;
CREATE TABLE audit_event (
	audit_event_id bigint NOT NULL DEFAULT nextval('audit_event_id_seq'),
	event_time timestamptz NOT NULL,
	transaction_id xid8 NOT NULL,
	client_id bigint,
	row_key bigint,
	organization_id bigint,
	user_id bigint,
	table_name text NOT NULL,
	operation text NOT NULL,
	login_role text NOT NULL,
	db_role text NOT NULL,
	old_values jsonb,
	new_values jsonb
) PARTITION BY RANGE (event_time);
ALTER SEQUENCE audit_event_id_seq OWNED BY audit_event.audit_event_id;
ALTER TABLE audit_event REPLICA IDENTITY FULL; -- so that the disposal of a client's data can be replicated
CALL declare_table('audit_event', 'log', 'organization_id = ANY ({organizations}) AND coalesce(user_id <> ALL ({hidden_users}), true)', 'false',
	reader => 'clienttrack_read_audit');
CREATE INDEX audit_event_client ON audit_event (client_id, event_time);
CREATE INDEX audit_event_time ON audit_event USING brin (event_time);
COMMENT ON TABLE audit_event IS 'What became of every row about a client: one row for each row that a statement wrote. Append-only; a partition for each month (UTC), see make_audit_partitions().';
COMMENT ON COLUMN audit_event.audit_event_id IS 'Identifier. The events of a row, in this order, tell its history.';
COMMENT ON COLUMN audit_event.event_time IS 'Time of the transaction.';
COMMENT ON COLUMN audit_event.transaction_id IS 'The transaction.';
COMMENT ON COLUMN audit_event.client_id IS 'The client that the row is about.';
COMMENT ON COLUMN audit_event.row_key IS 'Primary key of the row; null for T.';
COMMENT ON COLUMN audit_event.organization_id IS 'Security organization: that of the row''s program, else the row''s own, else that of whoever acted.';
COMMENT ON COLUMN audit_event.user_id IS 'HMIS user who acted, where known.';
COMMENT ON COLUMN audit_event.table_name IS 'The table.';
COMMENT ON COLUMN audit_event.operation IS 'I (insert), U (update), D (delete) or T (the table was truncated). A row whose key is changed is a D and an I.';
COMMENT ON COLUMN audit_event.login_role IS 'Database role that logged in.';
COMMENT ON COLUMN audit_event.db_role IS 'Database role in force (SET ROLE).';
COMMENT ON COLUMN audit_event.old_values IS 'U: the columns that changed, before; D: all columns that were not null.';
COMMENT ON COLUMN audit_event.new_values IS 'U: the columns that changed, after; I: all columns that are not null. Generated columns are left out.';

CREATE TABLE protected_column (
	table_name name,
	column_name name,
	PRIMARY KEY (table_name, column_name)
);
CALL declare_table('protected_column', 'log');
COMMENT ON TABLE protected_column IS 'Columns whose values are never in audit_event: "(protected)" stands there instead.';
COMMENT ON COLUMN protected_column.table_name IS 'The table.';
COMMENT ON COLUMN protected_column.column_name IS 'The column.';
INSERT INTO protected_column (table_name, column_name) VALUES ('client_ssn', 'ssn'), ('client_ssn', 'ssn_encrypted');
