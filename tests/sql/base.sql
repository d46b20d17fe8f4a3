-- Folding, searching, ids, merge patches, references.
\ir start.psql
SELECT no_plan();

-- Accents, case and composition aside; đ is d.
SELECT is(fold(t), want, 'folded: ' || t) FROM (VALUES
    ('Kế hoạch', 'ke hoach'), ('KẾ HOẠCH', 'ke hoach'),
    ('Đà Nẵng', 'da nang'), ('đường', 'duong'), ('Ỷ', 'y'),
    ('Ðặng', 'dang'), ('hòa', 'hoa'), ('hoà', 'hoa'), ('ẤỔỮ', 'aou'),
    ('II.1', 'ii.1'), ('', '')) x(t, want);
SELECT is(fold(normalize(t, NFD)), fold(normalize(t, NFC)),
    'both forms fold alike: ' || t)
FROM unnest(ARRAY['Kế hoạch', 'Đường Nguyễn Huệ', 'Thượng tầng', 'ữỗợ']) t;
SELECT is(fold(NULL), NULL, 'nothing folds to nothing');
SELECT is(fold(fold(t)), fold(t), 'folding twice is folding once: ' || t)
FROM unnest(ARRAY['Kế hoạch', 'ĐƯỜNG', 'Straße', 'ﬁ']) t;

-- A search of up to five words; the fifth takes the rest along.
CREATE FUNCTION tap.found(q text, t text) RETURNS boolean
LANGUAGE sql AS $$ SELECT bool_and(fold(t) LIKE search_word(q, i))
    FROM generate_series(1, 5) i $$;
SELECT is(found(q, t), w, format('"%s" %s "%s"', q,
    CASE WHEN w THEN 'finds' ELSE 'does not find' END, t))
FROM (VALUES ('ke hoach', 'Kế hoạch số 56', true),
    ('HOẠCH kế', 'Kế hoạch số 56', true),
    (normalize('kế hoạch', NFD), 'Kế hoạch số 56', true),
    ('duong', 'Mở đường mới', true), ('đuong', 'Mở đường mới', true),
    ('  ke   hoach ', 'Kế hoạch', true), ('ke hoach 57', 'Kế hoạch 56', false),
    ('a b c d e f g', 'a b c d e f g', true),
    ('a b c d e f g', 'a b c d e x f', false),
    ('%', 'Đạt 98,6 %', true), ('%', 'Kế hoạch', false),
    ('_', 'Kế hoạch', false), ('a_b', 'a_b', true), ('a_b', 'axb', false),
    ('\', 'Kế hoạch', false), ('\', 'a\b', true), ('', 'Kế hoạch', true),
    (NULL, 'Kế hoạch', true)) x(q, t, w);

-- Ids of version 7.
CREATE TEMP TABLE id AS SELECT uuid_v7() AS id FROM generate_series(1, 1000);
SELECT is(count(DISTINCT id), 1000::bigint, 'ids differ') FROM id;
SELECT ok(bool_and(id::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'),
    'ids bear version 7 and the variant') FROM id;
SELECT ok(bool_and(abs(extract(epoch FROM clock_timestamp()) * 1000
	- ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint)
	< 600000), 'ids begin with their time') FROM id;
DO $$ BEGIN PERFORM pg_sleep(0.005); END $$;
SELECT ok(uuid_v7() > (SELECT id FROM id ORDER BY id DESC LIMIT 1),
    'a later id sorts later');

-- RFC 7396, Appendix A.
SELECT is(json_merge(t::jsonb, p::jsonb), w::jsonb,
    format('merge %s into %s', p, t))
FROM (VALUES ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
    ('{"a":"b"}', '{"a":null}', '{}'),
    ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
    ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
    ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
    ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
    ('["a","b"]', '["c","d"]', '["c","d"]'),
    ('{"a":"b"}', '["c"]', '["c"]'),
    ('{"a":"foo"}', 'null', 'null'),
    ('{"a":"foo"}', '"bar"', '"bar"'),
    ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
    ('[1,2]', '{"a":"b","c":null}', '{"a":"b"}'),
    ('{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
    (NULL, '{"a":1}', '{"a":1}'), ('{"a":1}', NULL, '{"a":1}')) x(t, p, w);

-- What an event keeps of the row before: what the patch names.
SELECT is(json_pick('{"a":1,"b":null,"c":3}', '{"b":2,"a":1,"z":0}'),
    '{"a":1,"b":null}'::jsonb, 'a pick keeps what is named, nulls too');
SELECT is(json_pick('{"a":1}', '{"z":0}'), NULL, 'and nothing of the unknown');

-- References by code or id, as the caller knows them.
CREATE FUNCTION tap.refs_of(body jsonb, who text DEFAULT 'head') RETURNS jsonb
LANGUAGE sql AS $$ SELECT refs(body, n(who), '2026-02-10') $$;
SELECT is(refs_of('{"unit_code":"A1","title":"x"}'),
    jsonb_build_object('unit_id', n('A1'), 'title', 'x'),
    'a code becomes an id');
SELECT is(refs_of('{"lead_staff_code":"doer","parent_unit_code":"A"}'),
    jsonb_build_object('lead_staff_id', n('doer'), 'parent_unit_id', n('A')),
    'by what the name ends with');
SELECT is(refs_of('{"unit_code":null}'), '{"unit_id":null}'::jsonb,
    'no code is no id');
SELECT is(refs_of('{"code":"A1","agency_code":"x","criteria_set_name":"y"}'),
    '{"code":"A1","agency_code":"x","criteria_set_name":"y"}'::jsonb,
    'other codes stay');
SELECT is(refs_of('{"co_owners":[{"staff_code":"other"},{"unit_code":"A2"}]}'),
    jsonb_build_object('co_owners', jsonb_build_array(
	jsonb_build_object('staff_id', n('other')),
	jsonb_build_object('unit_id', n('A2')))), 'also in lists');
SELECT throws_ok(format('SELECT refs_of(%L, %L)', b, w), 'CK422', NULL,
    format('%s may not name %s', w, b))
FROM (VALUES ('head', '{"unit_code":"nowhere"}'),
    ('head', '{"staff_code":"nobody"}'),
    ('head', '{"criteria_set_code":"none"}'),
    ('stranger', '{"unit_code":"A1"}'),
    ('stranger', '{"staff_code":"doer"}'),
    ('stranger', jsonb_build_object('unit_id', n('A1'))::text),
    ('stranger', jsonb_build_object('lead_staff_id', n('doer'))::text)) x(w, b);
UPDATE unit SET deleted_at = now() WHERE id = n('A2');
SELECT throws_ok($$SELECT refs_of('{"unit_code":"A2"}')$$, 'CK422', NULL,
    'what was deleted is named by nobody');

-- Sorting: Vietnamese order, given names first, codes as people count.
SELECT is(string_agg(t, ' ' ORDER BY t COLLATE "vi-x-icu"),
    'a à ả ã á ạ ă â b d đ e ê o ô ơ u ư y', 'letters in their order')
FROM unnest(string_to_array('đ y ư u ơ ô o ê e d b â ă ạ á ã ả à a', ' ')) t;
SELECT is(string_agg(t, ' ' ORDER BY t COLLATE "vi-x-icu"),
    'da dà dả dã dá dạ dz đa đà Đà Nẵng đường', 'words in their order')
FROM unnest('{đường,Đà Nẵng,đà,đa,dz,dạ,dá,dã,dả,dà,da}'::text[]) t;
UPDATE staff SET full_name = x.name FROM (VALUES ('doer', 'Trần Văn Bình'),
    ('head', 'Lê Bình'), ('chair', 'Nguyễn An'), ('far', 'Đỗ Đức'),
    ('other', 'Đỗ Dũng')) x(code, name) WHERE staff.code = x.code;
SELECT is(string_agg(full_name, ', ' ORDER BY given_name COLLATE "vi-x-icu",
	family_name COLLATE "vi-x-icu"),
    'Nguyễn An, Lê Bình, Trần Văn Bình, Đỗ Dũng, Đỗ Đức',
    'people sort by given name, then the rest')
FROM staff WHERE full_name NOT LIKE 'Người %';
INSERT INTO task (id, kind, code, title, unit_id, author_id, created_at,
    updated_at) SELECT n(c), 'one_off', c, c, n('A'), n('chair'), now(), now()
FROM unnest('{II.10,II.2,II.1,III.1,I.12,II.2.1,VĂN.3}'::text[]) c;
SELECT is(string_agg(code, ' ' ORDER BY code_sort COLLATE "C"),
    'I.12 II.1 II.2 II.2.1 II.10 III.1 VĂN.3', 'II.2 comes before II.10')
FROM task;

SELECT * FROM finish();
ROLLBACK;
