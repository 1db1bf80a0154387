-- A large catalogue for measurements, by the schema of Shop.Catalog/Migrations. Settings of the session: bench.products,
-- how many; bench.stock, units of each. The same products at every run: what looks random is a hash of the number.

CREATE FUNCTION pg_temp.draw(number bigint, purpose integer, choices integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT ((hashint8extended(number, purpose) & 9223372036854775807) % choices)::integer
$$;

-- As SearchTerms.cs takes Chinese text apart: single characters and pairs of neighbours, from the first and from the second.
CREATE FUNCTION pg_temp.characters(run text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT string_to_array(rtrim(regexp_replace(run, '(.)', '\1 ', 'g') || regexp_replace(run, '(..)', '\1 ', 'g')
        || regexp_replace(substr(run, 2), '(..)', '\1 ', 'g')), ' ')
$$;

CREATE TEMP TABLE brand_words AS
SELECT (row_number() OVER ())::integer - 1 AS n, 'bench-' || lower(head || tail) AS slug, head || tail AS en, head_zh || tail_zh AS zh
FROM unnest(ARRAY['Nova','Alto','Vero','Luma','Kiro','Mira','Orba','Tessa'], ARRAY['诺瓦','奥托','维罗','露玛','奇罗','米拉','欧巴','泰莎'])
         AS heads (head, head_zh),
     unnest(ARRAY['line','craft','works','field','haven'], ARRAY['莱','工','坊','田','湾']) AS tails (tail, tail_zh);

CREATE TEMP TABLE material_words AS
SELECT place::integer - 1 AS n, en, zh FROM unnest(
    ARRAY['Oak','Walnut','Bamboo','Steel','Copper','Ceramic','Glass','Linen','Cotton','Wool','Leather','Canvas','Marble','Granite',
          'Titanium','Carbon','Silicone','Cork','Velvet','Silk','Porcelain','Rattan','Brass','Aluminium','Denim','Fleece','Maple','Beech','Slate','Enamel'],
    ARRAY['橡木','胡桃','竹制','钢制','铜制','陶瓷','玻璃','亚麻','纯棉','羊毛','真皮','帆布','大理石','花岗岩',
          '钛金','碳纤','硅胶','软木','丝绒','真丝','瓷质','藤编','黄铜','铝合金','牛仔','抓绒','枫木','榉木','石板','珐琅'])
    WITH ORDINALITY AS words (en, zh, place);

CREATE TEMP TABLE quality_words AS
SELECT place::integer - 1 AS n, en, zh FROM unnest(
    ARRAY['Quiet','Compact','Folding','Portable','Wireless','Waterproof','Insulated','Adjustable','Stackable','Foldable','Magnetic','Rugged',
          'Slim','Heavy','Light','Modular','Rechargeable','Washable','Breathable','Elastic','Curved','Double','Triple','Smart',
          'Classic','Modern','Vintage','Nordic','Rustic','Minimal','Family','Travel','Garden','Office','Winter','Summer','Outdoor','Indoor','Soft','Bright'],
    ARRAY['静音','小巧','折叠','便携','无线','防水','保温','可调','叠放','收纳','磁吸','坚固',
          '轻薄','加厚','轻便','组合','充电','可洗','透气','弹力','弧形','双层','三层','智能',
          '经典','现代','复古','北欧','乡村','简约','家庭','旅行','庭院','办公','冬季','夏季','户外','室内','柔软','明亮'])
    WITH ORDINALITY AS words (en, zh, place);

CREATE TEMP TABLE kind_words AS
SELECT (row_number() OVER ())::integer - 1 AS n, words.* FROM (VALUES
    ('Kettle','电水壶','kitchen'), ('Teapot','茶壶','kitchen'), ('Saucepan','奶锅','kitchen'), ('Frying Pan','平底锅','kitchen'),
    ('Cutting Board','砧板','kitchen'), ('Lunch Box','便当盒','kitchen'), ('Coffee Grinder','磨豆机','appliances'), ('Toaster','面包机','appliances'),
    ('Blender','搅拌机','appliances'), ('Rice Cooker','电饭煲','appliances'), ('Vacuum Cleaner','吸尘器','appliances'), ('Fan','电风扇','appliances'),
    ('Desk','书桌','furniture'), ('Chair','椅子','furniture'), ('Bookshelf','书架','furniture'), ('Wardrobe','衣柜','furniture'),
    ('Sofa','沙发','furniture'), ('Stool','凳子','furniture'), ('Desk Lamp','台灯','lighting'), ('Floor Lamp','落地灯','lighting'),
    ('Ceiling Light','吸顶灯','lighting'), ('Lantern','灯笼','lighting'), ('Blanket','毛毯','bedding'), ('Pillow','枕头','bedding'),
    ('Duvet','被子','bedding'), ('Mattress','床垫','bedding'), ('Watering Can','浇水壶','garden'), ('Flower Pot','花盆','garden'),
    ('Hammock','吊床','garden'), ('Hammer','锤子','tools'), ('Screwdriver','螺丝刀','tools'), ('Tool Box','工具箱','tools'),
    ('Smartphone','手机','phones'), ('Tablet','平板','phones'), ('Power Bank','充电宝','phones'), ('Laptop','笔记本','computers'),
    ('Monitor','显示器','computers'), ('Keyboard','键盘','computers'), ('Mouse','鼠标','computers'), ('Headphones','耳机','audio'),
    ('Speaker','音箱','audio'), ('Microphone','话筒','audio'), ('Camera','相机','cameras'), ('Tripod','三脚架','cameras'),
    ('Watch','手表','wearables'), ('Game Controller','手柄','gaming'), ('Dress','连衣裙','women'), ('Cardigan','开衫','women'),
    ('Shirt','衬衫','men'), ('Jacket','夹克','men'), ('Sneakers','运动鞋','shoes'), ('Boots','靴子','shoes'),
    ('Backpack','双肩包','bags'), ('Suitcase','行李箱','bags'), ('Yoga Mat','瑜伽垫','sports'), ('Dumbbell','哑铃','sports'),
    ('Puzzle','拼图','toys'), ('Stroller','婴儿车','baby'), ('Face Cream','面霜','beauty'), ('Green Tea','绿茶','food')) AS words (en, zh, category);

-- One description for each kind of each material, and what it is found by.
CREATE TEMP TABLE description_words AS
SELECT kind.n AS kind, material.n AS material, text.en, text.zh,
       search_document(NULL, '', pg_temp.characters(replace(text.zh, '。', '')), lower(regexp_replace(text.en, '[^A-Za-z ]', '', 'g'))) AS document
FROM kind_words kind CROSS JOIN material_words material CROSS JOIN LATERAL (SELECT
    'A ' || lower(kind.en) || ' of ' || lower(material.en) || ', made for daily use and easy to care for. Spare parts are kept for ten years.' AS en,
    material.zh || kind.zh || '日常使用结实耐用容易打理。' AS zh) AS text;

ANALYZE brand_words, material_words, quality_words, kind_words, description_words;

CREATE TEMP TABLE bench_rows AS
SELECT start.id + number AS id, number,
       brand.en || ' ' || material.en || ' ' || quality.en || ' ' || kind.en || ' ' || pg_temp.draw(number, 5, 990) + 10 AS name,
       brand.zh || material.zh || quality.zh || kind.zh AS name_zh,
       description.en AS description, description.zh AS description_zh, description.document, kind.category, brand.slug AS brand,
       100 * (9 + pg_temp.draw(number, 6, 2990)) + 90 AS price, jsonb_build_object('material', lower(material.en)) AS attributes
FROM generate_series(1, current_setting('bench.products')::bigint) AS number
CROSS JOIN (SELECT greatest(coalesce(max(id), 0), (SELECT coalesce(max(id), 0) FROM variants)) AS id FROM products) AS start
JOIN brand_words brand ON brand.n = pg_temp.draw(number, 1, (SELECT count(*)::integer FROM brand_words))
JOIN material_words material ON material.n = pg_temp.draw(number, 2, (SELECT count(*)::integer FROM material_words))
JOIN quality_words quality ON quality.n = pg_temp.draw(number, 3, (SELECT count(*)::integer FROM quality_words))
JOIN kind_words kind ON kind.n = pg_temp.draw(number, 4, (SELECT count(*)::integer FROM kind_words))
JOIN description_words description ON description.kind = kind.n AND description.material = material.n;

-- Foreign keys hold by construction, and indexes are built faster than they grow.
SET session_replication_role = replica;

CREATE TEMP TABLE bench_indexes AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
WHERE c.oid IS NULL AND i.indrelid = ANY (ARRAY['products', 'product_search', 'product_scores', 'product_texts']::regclass[]);

DO $$ DECLARE index record; BEGIN
    FOR index IN SELECT * FROM bench_indexes LOOP EXECUTE 'DROP INDEX ' || index.name; END LOOP;
END $$;

INSERT INTO brands (slug, name, name_zh) SELECT slug, en, zh FROM brand_words;

INSERT INTO products (id, slug, name_key, category, brand, price, attributes)
SELECT id, 'bench-' || number, lower(name), category, brand, price, attributes FROM bench_rows ORDER BY id;

INSERT INTO product_texts (product_id, language, name, description)
SELECT id, text.* FROM bench_rows CROSS JOIN LATERAL (VALUES ('en', name, description), ('zh', name_zh, description_zh)) AS text;

INSERT INTO product_scores (product_id, sold, stars, rating)
SELECT id, pg_temp.draw(number, 7, 10000), ARRAY[1, 1, 2, 5, 11], 4.2 FROM bench_rows;

INSERT INTO variants (id, product_id, sku, name, name_zh, price) SELECT id, id, 'B' || id, name, name_zh, price FROM bench_rows;

INSERT INTO stock (variant_id, on_hand) SELECT id, current_setting('bench.stock')::integer FROM bench_rows;

INSERT INTO stock_ledger (variant_id, kind, quantity)
SELECT id, 'received', current_setting('bench.stock')::integer FROM bench_rows WHERE current_setting('bench.stock')::integer > 0;

ANALYZE products, variants, bench_rows;

-- Products of one category, brand and material have the same tags.
CREATE TEMP TABLE bench_tags AS
SELECT category, brand, attributes, product_tags(min(id)) AS tags FROM bench_rows GROUP BY category, brand, attributes;

ANALYZE bench_tags;

INSERT INTO product_search (product_id, terms, tags)
SELECT id, search_document(pg_temp.characters(name_zh), lower(name), NULL, '') || document, tags
FROM bench_rows JOIN bench_tags USING (category, brand, attributes);

INSERT INTO product_cards SELECT * FROM made_cards WHERE product_id IN (SELECT id FROM bench_rows) ORDER BY product_id;

DO $$ DECLARE words text := (SELECT string_agg(lower(en), ' ') FROM (
    SELECT en FROM brand_words UNION ALL SELECT en FROM material_words UNION ALL SELECT en FROM quality_words
    UNION ALL SELECT en FROM kind_words) AS words);
BEGIN
    CALL learn_words(words);
END $$;

DO $$ DECLARE index record; BEGIN
    FOR index IN SELECT * FROM bench_indexes LOOP EXECUTE index.definition; END LOOP;
END $$;

SELECT setval(pg_get_serial_sequence('products', 'id'), (SELECT max(id) FROM bench_rows));
