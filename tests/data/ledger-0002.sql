BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE assignments (
	id INTEGER NOT NULL, 
	commitment_id INTEGER NOT NULL, 
	owner_id INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	basis TEXT NOT NULL, 
	scope TEXT, 
	scope_en TEXT, 
	first_target TEXT, 
	first_target_basis TEXT, 
	standing BOOLEAN NOT NULL, 
	version INTEGER DEFAULT 0 NOT NULL, 
	hash TEXT DEFAULT '' NOT NULL, 
	report INTEGER, 
	status TEXT NOT NULL, 
	percent SMALLINT, 
	effective_on DATE, 
	verification TEXT NOT NULL, 
	target TEXT, 
	target_basis TEXT, 
	due_on DATE, 
	CONSTRAINT pk_assignments PRIMARY KEY (id), 
	CONSTRAINT fk_assignments_commitment_id_commitments FOREIGN KEY(commitment_id) REFERENCES commitments (id), 
	CONSTRAINT fk_assignments_owner_id_owners FOREIGN KEY(owner_id) REFERENCES owners (id), 
	CONSTRAINT ck_assignments_role CHECK (role IN ('lead', 'joint', 'support')), 
	CONSTRAINT ck_assignments_status CHECK (status IN ('not_started', 'in_progress', 'stalled', 'done', 'dropped')), 
	CONSTRAINT ck_assignments_verification CHECK (verification IN ('unreported', 'reported', 'verified', 'returned')), 
	CONSTRAINT uq_assignments_commitment_id_owner_id_role UNIQUE (commitment_id, owner_id, role)
);
INSERT INTO "assignments" VALUES(1,1,2,'lead','stated','甲堤','Dike A','2026-06','stated',1,3,'c90e7ec65f54430c03ff0620a9624194bee7cec6a928bc3b9052b4c80ea3974a',2,'done',NULL,'2024-06-30','verified','2026-06','stated','2026-06-30');
INSERT INTO "assignments" VALUES(2,1,1,'support','rule',NULL,NULL,'2026-06','stated',1,0,'',NULL,'not_started',NULL,NULL,'unreported','2026-06','stated','2026-06-30');
INSERT INTO "assignments" VALUES(3,2,2,'joint','rule',NULL,NULL,'2030','horizon',1,2,'718c364dbf54987971616db9e081122c2e2bb678bf82f9d08ca0484c82b2e010',1,'stalled',20,'2023-05-10','returned','2030','horizon','2030-12-31');
INSERT INTO "assignments" VALUES(4,2,3,'joint','rule',NULL,NULL,'2030','horizon',1,3,'f658dc720e577fc39d683e6f738e6fe6624c39f62438c2cd4b235750ba8d852c',NULL,'not_started',NULL,NULL,'unreported','2031','assigned','2031-12-31');
CREATE TABLE batches (
	id INTEGER NOT NULL, 
	command TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_batches PRIMARY KEY (id)
);
INSERT INTO "batches" VALUES(1,'seed','builder','2024-06-30T04:01:00.000000Z');
INSERT INTO "batches" VALUES(2,'update','li','2024-06-30T04:02:00.000000Z');
INSERT INTO "batches" VALUES(3,'update','li','2024-06-30T04:03:00.000000Z');
INSERT INTO "batches" VALUES(4,'review','wang','2024-06-30T04:04:00.000000Z');
INSERT INTO "batches" VALUES(5,'review','wang','2024-06-30T04:05:00.000000Z');
INSERT INTO "batches" VALUES(6,'update','li','2024-06-30T04:06:00.000000Z');
INSERT INTO "batches" VALUES(7,'review','wang','2024-06-30T04:07:00.000000Z');
INSERT INTO "batches" VALUES(8,'update','li','2026-11-22T10:55:01.079282Z');
INSERT INTO "batches" VALUES(9,'review','wang','2026-11-22T10:55:01.490547Z');
CREATE TABLE commitments (
	id INTEGER NOT NULL, 
	measure_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	sentence SMALLINT NOT NULL, 
	title TEXT NOT NULL, 
	title_en TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	weight SMALLINT NOT NULL, 
	target TEXT, 
	target_basis TEXT, 
	note TEXT, 
	note_en TEXT, fingerprint TEXT, 
	CONSTRAINT pk_commitments PRIMARY KEY (id), 
	CONSTRAINT fk_commitments_measure_id_measures FOREIGN KEY(measure_id) REFERENCES measures (id), 
	CONSTRAINT ck_commitments_kind CHECK (kind IN ('goal', 'action', 'continuing')), 
	CONSTRAINT ck_commitments_weight CHECK (weight > 0), 
	CONSTRAINT uq_commitments_key UNIQUE ("key")
);
INSERT INTO "commitments" VALUES(1,1,'dike-01.1',1,'加固甲堤','Dike A','action',1,'2026-06','stated',NULL,NULL,'5d180ab5e4504e65');
INSERT INTO "commitments" VALUES(2,1,'dike-01.2',2,'种植护岸林','Trees on the banks','goal',2,'2030','horizon',NULL,NULL,'a4b05a4ef713ed35');
CREATE TABLE documents (
	id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	title TEXT NOT NULL, 
	title_en TEXT NOT NULL, 
	number TEXT, 
	issuer TEXT, 
	issued_on DATE, 
	horizon SMALLINT, 
	fingerprint TEXT NOT NULL, source TEXT, source_digest TEXT, bundled TEXT, 
	CONSTRAINT pk_documents PRIMARY KEY (id), 
	CONSTRAINT uq_documents_code UNIQUE (code)
);
INSERT INTO "documents" VALUES(1,'dike','护堤计划','Dike plan','星水发〔2023〕7号',NULL,'2023-02-01',2030,'4260d4e9c4f57f70aba64f18c8dac22df69f4a9f10f35d9287cad5bd2a052fb8','dike.txt','032286ae3294cd3b6e48c6d7757cd0c9c50ef9013b24aee9a87427596c75eafe',NULL);
CREATE TABLE entries (
	id INTEGER NOT NULL, 
	assignment_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	batch INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	effective_on DATE NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	actor TEXT NOT NULL, 
	status TEXT, 
	percent SMALLINT, 
	note TEXT, 
	problem TEXT, 
	next_step TEXT, 
	evidence TEXT, 
	verification TEXT, 
	target TEXT, 
	target_basis TEXT, 
	names INTEGER, 
	first_report TEXT, 
	hash_format SMALLINT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT fk_entries_assignment_id_names_entries FOREIGN KEY(assignment_id, names) REFERENCES entries (assignment_id, version), 
	CONSTRAINT fk_entries_assignment_id_assignments FOREIGN KEY(assignment_id) REFERENCES assignments (id), 
	CONSTRAINT fk_entries_batch_batches FOREIGN KEY(batch) REFERENCES batches (id), 
	CONSTRAINT ck_entries_kind CHECK (kind IN ('report', 'review', 'retarget', 'withdrawal')), 
	CONSTRAINT ck_entries_status CHECK ((kind = 'report') = (status IS NOT NULL) AND status IN ('not_started', 'in_progress', 'stalled', 'done', 'dropped')), 
	CONSTRAINT ck_entries_percent CHECK (percent BETWEEN 0 AND 100), 
	CONSTRAINT ck_entries_verification CHECK ((kind = 'review') = (verification IS NOT NULL) AND verification IN ('verified', 'returned')), 
	CONSTRAINT ck_entries_names CHECK ((kind IN ('review', 'withdrawal')) = (names IS NOT NULL) AND names < version), 
	CONSTRAINT uq_entries_assignment_id_version UNIQUE (assignment_id, version), 
	CONSTRAINT uq_entries_first_report UNIQUE (first_report)
);
INSERT INTO "entries" VALUES(1,1,1,2,'report','2024-03-31','2024-06-30T04:02:00.000000Z','li','in_progress',40,'石料到场 “两成”',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'f0eaf800823f01cf53df497c389df188333291c3320240df5002cccbf0579266');
INSERT INTO "entries" VALUES(2,1,2,3,'report','2024-06-30','2024-06-30T04:03:00.000000Z','li','done',NULL,'完工',NULL,NULL,'验收单 7 号',NULL,NULL,NULL,NULL,NULL,1,'0f0921bbaee598b16de3fd6e4e7cb6893699ced0d62ca2b04d336b5b3e556314');
INSERT INTO "entries" VALUES(3,1,3,4,'review','2024-06-30','2024-06-30T04:04:00.000000Z','wang',NULL,NULL,NULL,NULL,NULL,NULL,'verified',NULL,NULL,2,NULL,1,'c90e7ec65f54430c03ff0620a9624194bee7cec6a928bc3b9052b4c80ea3974a');
INSERT INTO "entries" VALUES(4,4,1,5,'retarget','2024-06-30','2024-06-30T04:05:00.000000Z','wang',NULL,NULL,'苗木不足',NULL,NULL,NULL,NULL,'2031','assigned',NULL,NULL,1,'77ced650fc821672ef582d89fdc050f7deb957d4e64b3d69b563341155e8e5b8');
INSERT INTO "entries" VALUES(5,4,2,6,'report','2024-06-30','2024-06-30T04:06:00.000000Z','li','stalled',NULL,NULL,'缺苗木','另行采购',NULL,NULL,NULL,NULL,NULL,NULL,1,'a30b75198887dd18ef172a477674a0825be9d262bb6680a3de9b0feaaaf6368e');
INSERT INTO "entries" VALUES(6,4,3,7,'withdrawal','2024-06-30','2024-06-30T04:07:00.000000Z','wang',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,NULL,1,'f658dc720e577fc39d683e6f738e6fe6624c39f62438c2cd4b235750ba8d852c');
INSERT INTO "entries" VALUES(7,3,1,8,'report','2023-05-10','2026-11-22T10:55:01.079282Z','li','stalled',20,NULL,'land not granted',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'3ae1fe4038ddfee43d1eb3c167a38caf9de7da7042c54b1560dd3e65b65721b8');
INSERT INTO "entries" VALUES(8,3,2,9,'review','2026-11-22','2026-11-22T10:55:01.490547Z','wang',NULL,NULL,'no record of the trees',NULL,NULL,NULL,'returned',NULL,NULL,1,NULL,1,'718c364dbf54987971616db9e081122c2e2bb678bf82f9d08ca0484c82b2e010');
CREATE TABLE measures (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	section_id INTEGER NOT NULL, 
	number SMALLINT NOT NULL, 
	"key" TEXT NOT NULL, 
	label TEXT NOT NULL, 
	title TEXT NOT NULL, 
	title_en TEXT NOT NULL, 
	CONSTRAINT pk_measures PRIMARY KEY (id), 
	CONSTRAINT fk_measures_document_id_documents FOREIGN KEY(document_id) REFERENCES documents (id), 
	CONSTRAINT fk_measures_section_id_sections FOREIGN KEY(section_id) REFERENCES sections (id), 
	CONSTRAINT uq_measures_document_id_number UNIQUE (document_id, number), 
	CONSTRAINT uq_measures_key UNIQUE ("key")
);
INSERT INTO "measures" VALUES(1,1,1,1,'dike-01','（一）','加固护堤','Stronger dikes');
CREATE TABLE owners (
	id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	name_en TEXT NOT NULL, 
	place SMALLINT NOT NULL, 
	parent TEXT, 
	CONSTRAINT pk_owners PRIMARY KEY (id), 
	CONSTRAINT fk_owners_parent_owners FOREIGN KEY(parent) REFERENCES owners (code), 
	CONSTRAINT uq_owners_code UNIQUE (code)
);
INSERT INTO "owners" VALUES(1,'CENTRAL','中央有关部门','Central departments',1,NULL);
INSERT INTO "owners" VALUES(2,'HB','湖北','Hubei',2,NULL);
INSERT INTO "owners" VALUES(3,'HB-WH','武汉','Wuhan',3,'HB');
CREATE TABLE sections (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	number SMALLINT NOT NULL, 
	label TEXT NOT NULL, 
	title TEXT NOT NULL, 
	title_en TEXT NOT NULL, 
	CONSTRAINT pk_sections PRIMARY KEY (id), 
	CONSTRAINT fk_sections_document_id_documents FOREIGN KEY(document_id) REFERENCES documents (id), 
	CONSTRAINT uq_sections_document_id_number UNIQUE (document_id, number)
);
INSERT INTO "sections" VALUES(1,1,1,'一','工程','Works');
CREATE TABLE sentences (
	id INTEGER NOT NULL, 
	measure_id INTEGER NOT NULL, 
	number SMALLINT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	untracked TEXT, 
	untracked_en TEXT, starts_at INTEGER, ends_at INTEGER, 
	CONSTRAINT pk_sentences PRIMARY KEY (id), 
	CONSTRAINT fk_sentences_measure_id_measures FOREIGN KEY(measure_id) REFERENCES measures (id), 
	CONSTRAINT uq_sentences_measure_id_number UNIQUE (measure_id, number)
);
INSERT INTO "sentences" VALUES(1,1,1,'5d180ab5e4504e65',NULL,NULL,45,62);
INSERT INTO "sentences" VALUES(2,1,2,'a4b05a4ef713ed35',NULL,NULL,62,70);
INSERT INTO "sentences" VALUES(3,1,3,'9bc9db382bfc0698','只说背景','Background',70,79);
CREATE TABLE stands (
	assignment_id INTEGER NOT NULL, 
	added_at VARCHAR(27) NOT NULL, 
	retired_at VARCHAR(27), 
	CONSTRAINT pk_stands PRIMARY KEY (assignment_id, added_at), 
	CONSTRAINT fk_stands_assignment_id_assignments FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);
INSERT INTO "stands" VALUES(2,'2024-06-30T04:01:00.000000Z',NULL);
INSERT INTO "stands" VALUES(1,'2024-06-30T04:01:00.000000Z',NULL);
INSERT INTO "stands" VALUES(3,'2024-06-30T04:01:00.000000Z',NULL);
INSERT INTO "stands" VALUES(4,'2024-06-30T04:01:00.000000Z',NULL);
CREATE TABLE wordings (
	document_id INTEGER NOT NULL, 
	fingerprint TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_wordings PRIMARY KEY (document_id, fingerprint), 
	CONSTRAINT fk_wordings_document_id_documents FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "wordings" VALUES(1,'5d180ab5e4504e65','2026年6月底前，湖北加固甲堤。');
INSERT INTO "wordings" VALUES(1,'a4b05a4ef713ed35','沿岸种植护岸林。');
INSERT INTO "wordings" VALUES(1,'9bc9db382bfc0698','护堤是防汛的基础。');
CREATE INDEX ix_batches_actor ON batches (actor, id);
CREATE INDEX ix_owners_parent ON owners (parent);
CREATE INDEX ix_measures_section_id ON measures (section_id);
CREATE INDEX ix_commitments_measure_id ON commitments (measure_id);
CREATE INDEX ix_assignments_owner_id ON assignments (owner_id);
CREATE INDEX ix_entries_batch ON entries (batch);
CREATE TRIGGER entries_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries: the log is append-only'); END;
CREATE TRIGGER entries_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries: the log is append-only'); END;
CREATE TRIGGER entries_insert BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM entries WHERE id = NEW.id OR first_report = NEW.first_report OR (assignment_id = NEW.assignment_id AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'entries: the log is append-only'); END;
CREATE TRIGGER batches_update BEFORE UPDATE ON batches BEGIN SELECT RAISE(ABORT, 'batches: the log is append-only'); END;
CREATE TRIGGER batches_delete BEFORE DELETE ON batches BEGIN SELECT RAISE(ABORT, 'batches: the log is append-only'); END;
CREATE TRIGGER batches_insert BEFORE INSERT ON batches WHEN EXISTS (SELECT 1 FROM batches WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'batches: the log is append-only'); END;
COMMIT;
