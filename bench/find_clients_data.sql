-- A million clients with names as an HMIS of a large community has them: few names are very common, most are rare,
-- a tenth is written in another script or with accents. Seeded: the same clients every time.
-- Needs the variable clients and an installed schema hmis with nobody in it.
SELECT pg_catalog.setseed(0.20260101) \g /dev/null

-- Groups of people: their share, their names from the commonest to the rarest, how names in the long tail are put together.
CREATE TEMPORARY TABLE name_group (share real, first_names text[], last_names text[], syllables text[]);
INSERT INTO name_group VALUES
(0.52, string_to_array('James Mary Michael Robert John Patricia Jennifer David William Linda Richard Elizabeth Joseph Barbara Thomas '
	'Susan Charles Jessica Christopher Karen Daniel Sarah Matthew Lisa Anthony Nancy Mark Sandra Donald Ashley Steven Emily '
	'Andrew Kimberly Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa Timothy Deborah Ronald Stephanie '
	'Jason Rebecca George Laura Edward Sharon Jeffrey Cynthia Ryan Amy Jacob Kathleen Gary Angela Nicholas Shirley Eric '
	'Tyrone Latoya Jamal Keisha Darnell Shanice Deandre Ebony Malik Tanisha Marquis Aaliyah', ' '),
	string_to_array('Smith Johnson Williams Brown Jones Davis Miller Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Thompson '
	'White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell '
	'Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper '
	'Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray James Hughes Price Myers '
	'Long Foster Sanders Ross O''Brien O''Neal McDonald Washington Jefferson Booker Banks', ' '),
	string_to_array('ash bar ber brad burn by cal car chester cliff cot croft dal den don dor ed el fair field ford gar gil grove ham har '
	'hol hurst kel ken kin lan ley lin lock low mar mer mont mor nor oak pen pres rad ram ridge ros ruth sel shel sher stan '
	'stone sut ter thorn ton wal war well wes whit win worth wyn', ' ')),
(0.27, string_to_array('José María Juan Guadalupe Luis Ana Carlos Rosa Jesús Carmen Miguel Juana Francisco Elena Antonio Teresa Manuel '
	'Margarita Pedro Leticia Jorge Verónica Alejandro Gabriela Roberto Patricia Ricardo Sofía Fernando Martha Javier Silvia '
	'Eduardo Adriana Sergio Claudia Raúl Yolanda Ángel Isabel Diego Lucía Andrés Xóchitl', ' '),
	string_to_array('García Hernández Martínez López González Rodríguez Pérez Sánchez Ramírez Cruz Flores Gómez Morales Vázquez Reyes Jiménez '
	'Torres Díaz Gutiérrez Ruiz Mendoza Aguilar Ortiz Moreno Castillo Romero Álvarez Méndez Chávez Rivera Juárez Ramos '
	'Domínguez Herrera Medina Castro Vargas Guzmán Velázquez Rojas Contreras Salazar Luna Ortega Núñez Santiago', ' '),
	string_to_array('al ba be bar ca ce co cor da de do es fa fer gal gar go gue he i ja jo la le li lo ma me mi mo na ne no nu o pa pe pi que ra '
	're ri ro sa se so ta te ti to tor ur va ve vi za ze', ' ')),
(0.05, string_to_array('Anh Bình Châu Dũng Đức Hà Hải Hạnh Hiếu Hoa Hùng Hương Khánh Lan Linh Long Mai Minh Nam Nga Ngọc Phương Quang Sơn Thảo Thu Tuấn Vân', ' '),
	string_to_array('Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý', ' '),
	string_to_array('an ba bi chau cu dang dinh doan duong gia ha hoa khuc kim la luu mac mai nghi ninh on pho phung quach son ta thai thi to trieu tu vi vuong xa', ' ')),
(0.04, string_to_array('Pao Mai Xyooj Kou Chue Bao Tou Yer Neng Pa Ker Vang Mee Nhia Blia Zoua Shoua Cheng', ' '),
	string_to_array('Vang Xiong Yang Lee Thao Lor Her Moua Vue Xyooj Lis Yaj Hawj Khang Cha Kue', ' '),
	string_to_array('a bli chu dao fue ge hli ia kha lia mua nao nou pa plia sua tia toua tswj vaj xa yeng zeb', ' ')),
(0.04, string_to_array('Mohamed Fatima Ahmed Amina Abdi Halima Hassan Khadija Ali Maryam Omar Sahra محمد فاطمة أحمد مريم علي ሰላም ተስፋዬ አበበ', ' '),
	string_to_array('Mohamed Ali Hassan Ahmed Abdi Hussein Omar Ibrahim Yusuf Warsame Tesfaye Abebe Bekele Haile محمد علي حسن አለሙ', ' '),
	string_to_array('ab ad al am ba bek da di far ga gir ha ib jam ka kar kha la mah man mo mu na nur om ra sa sal sha tes wa xa ya yu za', ' ')),
(0.04, string_to_array('Ivan Olga Dmitriy Yelena Sergey Tatyana Иван Ольга Дмитрий Елена Сергей Татьяна Юрий Наталья Oksana Андрій', ' '),
	string_to_array('Ivanov Petrova Kuznetsov Иванов Петрова Кузнецов Соколов Попова Щербаков Shevchenko Шевченко Kovalenko', ' '),
	string_to_array('ba bel bo che chu dov go gri ka ko kov kra lu ma me ne nov ov pa pe po ro sa sha shev ta tka tov va vin yu za zhu', ' ')),
(0.04, string_to_array('Wei Fang Min Jing Li Yan Jun Hui Ping Xiu 伟 芳 敏 静 丽 小明 秀英 国强 Jia Hao', ' '),
	string_to_array('Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou 王 李 张 刘 陈 杨 黄 赵 吴 周 Lin Ng Wong', ' '),
	string_to_array('bai bo chao cui dong fan feng gao guo han hong jia jin kang lan lei lu meng ning pan qian rong shan shu tan wen xia xie yao yu zhen zhu', ' '));

CREATE FUNCTION pg_temp.common(names text[]) RETURNS text LANGUAGE sql VOLATILE AS
-- One of the names, the earlier ones more often, as names are.
$$SELECT names[1 + floor(8 * power(1 + cardinality(names) / 8.0::float8, random()) - 8)::int]$$;
CREATE FUNCTION pg_temp.rare(syllables text[]) RETURNS text LANGUAGE sql VOLATILE AS
-- A name of two to four syllables.
$$SELECT initcap(string_agg(syllables[1 + floor(random() * cardinality(syllables))::int], ''))
FROM generate_series(1, 2 + floor(random() * 2.3)::int)$$;

INSERT INTO hmis.client (first_name, middle_name, last_name, dob)
SELECT CASE WHEN random() < 0.85 THEN pg_temp.common(g.first_names) ELSE pg_temp.rare(g.syllables) END,
	CASE WHEN random() < 0.4 THEN CASE WHEN random() < 0.5 THEN chr(65 + floor(random() * 26)::int) ELSE pg_temp.common(g.first_names) END END,
	CASE WHEN random() < 0.45 THEN pg_temp.common(g.last_names)
		WHEN g.share = 0.27::real AND random() < 0.3 THEN pg_temp.common(g.last_names) || ' ' || pg_temp.common(g.last_names)
		WHEN random() < 0.05 THEN pg_temp.common(g.last_names) || '-' || pg_temp.rare(g.syllables)
		ELSE pg_temp.rare(g.syllables) END,
	date '1940-01-01' + floor(random() * 27000)::int
FROM (SELECT n, random() AS r FROM generate_series(1, :clients) n) AS person
CROSS JOIN LATERAL (
	SELECT s.* FROM (SELECT name_group.*, sum(share) OVER (ORDER BY share DESC, first_names[1]) AS upto FROM name_group) s
	WHERE s.upto >= person.r ORDER BY s.upto LIMIT 1) AS g;

-- One in twelve goes by another name too, every second has a scan card, one card in ten is no longer good.
INSERT INTO hmis.client_alias (client_id, alias_name)
SELECT c.client_id, concat_ws(' ', coalesce(left(c.first_name, 4), 'Kid'), other.last_name)
FROM hmis.client c JOIN hmis.client other ON other.client_id = c.client_id - 7
WHERE c.client_id % 12 = 0 AND other.last_name IS NOT NULL;
INSERT INTO hmis.scan_card (client_id, card_code, card_status)
SELECT c.client_id, 'S1' || upper(lpad(to_hex(c.client_id * 7919), 10, '0')), CASE WHEN c.client_id % 20 = 0 THEN 'lost' ELSE 'active' END
FROM hmis.client c WHERE c.client_id % 2 = 0;
VACUUM ANALYZE hmis.client, hmis.client_alias, hmis.scan_card;
