-- Scan cards: issuing, ending, reading, and what no writer may do to them.
BEGIN;
SET LOCAL search_path = hmis, clienttrack, public;
SELECT plan(76);

INSERT INTO client (client_id, first_name, last_name) OVERRIDING SYSTEM VALUE VALUES (101, 'Ana', 'Reyes'), (102, 'Tou', 'Vang'), (103, 'Old', 'Record');
INSERT INTO client (client_id, first_name, date_deleted) OVERRIDING SYSTEM VALUE VALUES (104, 'Gone', now());

-- issue_scan_card
SELECT is(issue_scan_card(101, 'A-1'), 'A-1', 'a given code is issued');
SELECT matches(issue_scan_card(101), '^S1[0-9A-F]{10}$', 'a code is made');
SELECT isnt(issue_scan_card(101), issue_scan_card(101), 'codes differ');
SELECT is((SELECT count(*) FROM scan_card WHERE client_id = 101), 4::bigint, 'a client may have several cards');
SELECT row_eq($$SELECT card_status, issued_date, expires_date FROM scan_card WHERE card_code = 'A-1'$$,
	row('active'::text, current_date, NULL::date), 'a new card is active');
SELECT is(issue_scan_card(101, 'LAST', current_date), 'LAST', 'today may be the last day');
SELECT throws_ok($$SELECT issue_scan_card(NULL)$$, '22004', 'client must not be null');
SELECT throws_ok($$SELECT issue_scan_card(999)$$, 'CT009', 'client 999 is not found');
SELECT throws_ok($$SELECT issue_scan_card(104)$$, 'CT009', 'client 104 is not found', 'a deleted client gets no card');
SELECT throws_ok($$SELECT issue_scan_card(101, '')$$, '22023', 'scan card code is not valid');
SELECT throws_ok($$SELECT issue_scan_card(101, 'A 1')$$, '22023', 'scan card code is not valid', 'no blanks');
SELECT throws_ok($$SELECT issue_scan_card(101, E'A\n')$$, '22023', 'scan card code is not valid', 'no line ends');
SELECT throws_ok($$SELECT issue_scan_card(101, repeat('x', 101))$$, '22023', 'scan card code is not valid', 'not too long');
SELECT throws_ok($$SELECT issue_scan_card(101, 'B', 'infinity')$$, '22008', 'scan card cannot expire before it is issued', 'no infinite date');
SELECT throws_ok($$SELECT issue_scan_card(101, 'B', '-infinity')$$, '22008', 'scan card cannot expire before it is issued', 'no infinite date');
SELECT throws_ok($$SELECT issue_scan_card(101, 'B', current_date - 1)$$, '22008', 'scan card cannot expire before it is issued', 'not in the past');
SELECT throws_ok($$SELECT issue_scan_card(102, 'A-1')$$, '23505', 'scan card code was issued before', 'not to somebody else');
SELECT throws_ok($$SELECT issue_scan_card(101, 'A-1')$$, '23505', 'scan card code was issued before', 'not twice');

-- scan_card_holder
SELECT is(scan_card_holder('A-1'), 101::bigint, 'the holder');
SELECT is(scan_card_holder('LAST'), 101::bigint, 'the last day counts');
SELECT throws_ok($$SELECT scan_card_holder(NULL)$$, '22004', 'scan card code must not be null');
SELECT throws_ok($$SELECT scan_card_holder('')$$, 'CT009', 'scan card is unknown');
SELECT throws_ok($$SELECT scan_card_holder('nobody')$$, 'CT009', 'scan card is unknown');
SELECT throws_ok($$SELECT scan_card_holder('a-1')$$, 'CT009', 'scan card is unknown', 'codes are exact');
SELECT throws_ok($$SELECT scan_card_holder(repeat('x', 1000000))$$, 'CT009', 'scan card is unknown', 'a huge code');

-- mark_scan_card_lost
SELECT lives_ok($$SELECT mark_scan_card_lost('A-1', 'left on the bus')$$, 'lost');
SELECT throws_ok($$SELECT scan_card_holder('A-1')$$, 'CT010', 'scan card was marked lost on ' || current_date);
SELECT row_eq($$SELECT card_status, status_reason, status_date FROM scan_card WHERE card_code = 'A-1'$$,
	row('lost'::text, 'left on the bus'::text, now()), 'status, reason and date are kept');
SELECT throws_ok($$SELECT mark_scan_card_lost('A-1')$$, '55000', 'scan card is lost already');
SELECT throws_ok($$SELECT mark_scan_card_lost('nobody')$$, 'CT009', 'scan card is unknown');
SELECT throws_ok($$SELECT mark_scan_card_lost(NULL)$$, '22004', 'scan card code must not be null');

-- replace_scan_card
SELECT is(replace_scan_card('A-1', 'A-2', 'lost'), 'A-2', 'a lost card is replaced');
SELECT is(scan_card_holder('A-2'), 101::bigint, 'the new card has the same holder');
SELECT throws_ok($$SELECT scan_card_holder('A-1')$$, 'CT010', 'scan card was replaced on ' || current_date);
SELECT is((SELECT n.card_code FROM scan_card o JOIN scan_card n ON n.scan_card_id = o.replaced_by_scan_card_id
	WHERE o.card_code = 'A-1'), 'A-2', 'the old card points to the new one');
SELECT matches(replace_scan_card('A-2'), '^S1[0-9A-F]{10}$', 'an active card is replaced, the code is made');
SELECT throws_ok($$SELECT replace_scan_card('A-2')$$, '55000', 'scan card is replaced already');
SELECT throws_ok($$SELECT mark_scan_card_lost('A-2')$$, '55000', 'a scan card that is replaced cannot become lost');
SELECT throws_ok($$SELECT revoke_scan_card('A-2')$$, '55000', 'a scan card that is replaced cannot become revoked');
SELECT throws_ok($$SELECT replace_scan_card('nobody')$$, 'CT009', 'scan card is unknown');
SELECT throws_ok($$SELECT replace_scan_card(NULL)$$, '22004', 'scan card code must not be null');
SELECT throws_ok($$SELECT replace_scan_card('LAST', 'A-1')$$, '23505', 'scan card code was issued before', 'never with an old code');
SELECT throws_ok($$SELECT replace_scan_card('LAST', 'LAST')$$, '23505', 'scan card code was issued before', 'nor with its own');
SELECT is(scan_card_holder('LAST'), 101::bigint, 'a failed replacement leaves the card good');

-- revoke_scan_card
SELECT is(issue_scan_card(102, 'V-1'), 'V-1', 'another card');
SELECT lives_ok($$SELECT revoke_scan_card('V-1', 'misused')$$, 'revoked');
SELECT throws_ok($$SELECT scan_card_holder('V-1')$$, 'CT010', 'scan card was revoked on ' || current_date);
SELECT throws_ok($$SELECT revoke_scan_card('V-1')$$, '55000', 'scan card is revoked already');
SELECT throws_ok($$SELECT replace_scan_card('V-1')$$, '55000', 'a scan card that is revoked cannot become replaced');
SELECT throws_ok($$SELECT revoke_scan_card(NULL)$$, '22004', 'scan card code must not be null');
SELECT throws_ok($$SELECT revoke_scan_card('nobody')$$, 'CT009', 'scan card is unknown');

-- expiry
INSERT INTO scan_card (client_id, card_code, issued_date, expires_date) VALUES (102, 'E-1', '2025-01-01', '2025-12-31');
SELECT throws_ok($$SELECT scan_card_holder('E-1')$$, 'CT010', 'scan card expired on 2025-12-31');
INSERT INTO scan_card (client_id, card_code, card_status, status_date) VALUES (102, 'E-2', 'expired', '2026-02-03 12:00+00');
SELECT throws_ok($$SELECT scan_card_holder('E-2')$$, 'CT010', 'scan card expired on 2026-02-03');
SELECT matches(replace_scan_card('E-1'), '^S1', 'an expired card is replaced');

-- what no writer may do
SELECT throws_ok($$UPDATE scan_card SET client_id = 102 WHERE card_code = 'LAST'$$, '55000', 'a scan card never moves to another client');
SELECT throws_ok($$UPDATE scan_card SET card_code = 'X' WHERE card_code = 'LAST'$$, '55000', 'the code of a scan card never changes');
SELECT throws_ok($$UPDATE scan_card SET card_status = 'active' WHERE card_code = 'A-1'$$, '55000', 'a scan card that is replaced cannot become active');
SELECT throws_ok($$UPDATE scan_card SET card_status = 'active' WHERE card_code = 'V-1'$$, '55000', 'a scan card that is revoked cannot become active');
SELECT throws_ok($$DELETE FROM scan_card WHERE card_code = 'V-1'$$, '55000', 'scan cards are never removed');
SELECT throws_ok($$TRUNCATE scan_card CASCADE$$, '55000', 'scan cards are never removed');
SELECT lives_ok($$UPDATE scan_card SET status_reason = 'a note' WHERE card_code = 'V-1'$$, 'a note may be changed');
SELECT issue_scan_card(102, 'F-1') \g /dev/null
UPDATE scan_card SET card_status = 'lost', status_date = '2026-01-05 12:00+00' WHERE card_code = 'F-1';
SELECT throws_ok($$SELECT scan_card_holder('F-1')$$, 'CT010', 'scan card was marked lost on 2026-01-05', 'a status set with its own date');
SELECT lives_ok($$UPDATE scan_card SET card_status = 'active' WHERE card_code = 'F-1'$$, 'a lost card is found again');

-- merge of clients
SELECT issue_scan_card(103, 'M-1') \g /dev/null
SELECT throws_ok($$UPDATE scan_card SET client_id = 101 WHERE card_code = 'M-1'$$, '55000', 'a scan card never moves to another client', 'not while the holder lives');
UPDATE client SET date_deleted = now() WHERE client_id = 103;
SELECT throws_ok($$SELECT scan_card_holder('M-1')$$, 'CT009', 'scan card is unknown', 'the holder is deleted');
SELECT throws_ok($$UPDATE scan_card SET client_id = 104 WHERE card_code = 'M-1'$$, '55000', 'a scan card never moves to another client', 'not to a deleted client');
CREATE ROLE scan_card_test_worker IN ROLE clienttrack_worker;
INSERT INTO organization (organization_id, organization_name) VALUES (1, 'Harbor');
INSERT INTO hmis_user (user_id, login_role) VALUES (1, 'scan_card_test_worker');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1);
UPDATE client SET security_organization_id = 1;
SET LOCAL ROLE scan_card_test_worker;
SELECT throws_ok($$UPDATE scan_card SET client_id = 101 WHERE card_code = 'M-1'$$, '55000', 'a scan card never moves to another client', 'only by the owner of the table');
RESET ROLE;
SELECT lives_ok($$UPDATE scan_card SET client_id = 101 WHERE card_code = 'M-1'$$, 'a merge moves it');
SELECT is(scan_card_holder('M-1'), 101::bigint, 'the client that is kept holds it');
UPDATE scan_card SET date_deleted = now() WHERE card_code = 'M-1';
SELECT throws_ok($$SELECT scan_card_holder('M-1')$$, 'CT009', 'scan card is unknown', 'a card entered in error');
SELECT throws_ok($$SELECT issue_scan_card(102, 'M-1')$$, '23505', 'scan card code was issued before', 'its code stays taken');

-- scan_card_holders
SELECT results_eq($$SELECT * FROM scan_card_holders('[5:9]={LAST,nobody,NULL,V-1,LAST}')$$,
	$$VALUES (1::bigint, 'LAST', 101::bigint, NULL, NULL), (2, 'nobody', NULL, 'CT009', 'scan card is unknown'),
	(3, NULL, NULL, '22004', 'scan card code must not be null'),
	(4, 'V-1', NULL, 'CT010', 'scan card was revoked on ' || current_date), (5, 'LAST', 101, NULL, NULL)$$, 'one row for each code, in order');
SELECT is_empty($$SELECT * FROM scan_card_holders('{}')$$, 'no code, no row');
SELECT throws_ok($$SELECT * FROM scan_card_holders(NULL)$$, '22004', 'scan card codes must not be null');
SELECT is((SELECT string_agg(card_code, ' ' ORDER BY ordinal) FROM scan_card_holders('{{LAST,F-1},{M-1,V-1}}')), 'LAST F-1 M-1 V-1', 'an array of arrays is read in order');
INSERT INTO client (client_id) OVERRIDING SYSTEM VALUE SELECT n FROM generate_series(200001, 300000) n;
INSERT INTO scan_card (client_id, card_code) SELECT n, 'K' || n FROM generate_series(200001, 300000) n;
SELECT is((SELECT count(*) FROM scan_card_holders(ARRAY(SELECT 'K' || n FROM generate_series(300000, 200001, -1) n)) h
	WHERE h.card_code = 'K' || h.client_id), 100000::bigint, 'a hundred thousand codes');

SELECT * FROM finish();
ROLLBACK;
