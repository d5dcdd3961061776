BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'nrrbot','0001_snapshots','2026-11-29 17:02:15.951332+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'nrrbot','0002_deliveries','2026-11-29 17:02:15.952590+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'nrrbot','0003_restatements','2026-11-29 17:02:15.963266+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'nrrbot','0004_tabs','2026-11-29 17:02:15.963935+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'nrrbot','0005_currencies','2026-11-29 17:02:15.967018+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'nrrbot','0006_account_rows','2026-11-29 17:02:15.967927+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'nrrbot','0007_ahead','2026-11-29 17:02:15.968910+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'nrrbot','0008_accepted','2026-11-29 17:02:15.969877+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'nrrbot','0009_coverage','2026-11-29 17:02:15.971550+00:00');
INSERT INTO "_sqlite_migrations" VALUES(10,'nrrbot','0010_consumer_changes','2026-11-29 17:02:15.972560+00:00');
INSERT INTO "_sqlite_migrations" VALUES(11,'nrrbot','0011_workspace_words','2026-11-29 17:02:15.973231+00:00');
INSERT INTO "_sqlite_migrations" VALUES(12,'nrrbot','0012_terms','2026-11-29 17:02:15.974388+00:00');
INSERT INTO "_sqlite_migrations" VALUES(13,'nrrbot','0013_lines','2026-11-29 17:02:15.976647+00:00');
CREATE TABLE accepted (
            source TEXT NOT NULL,
            fingerprint TEXT NOT NULL,             -- code, place and content, hashed
            code TEXT NOT NULL,
            accepted_at TEXT NOT NULL,
            is_shown INTEGER NOT NULL DEFAULT 0 CHECK (is_shown IN (0, 1)),  -- the workbook shows the mark
            PRIMARY KEY (source, fingerprint)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "accepted" VALUES('file:/data/book.xlsx','abc','gap','2025-04-02T07:00:00.000000+00:00',0);
CREATE TABLE account_rows (
            snapshot_id INTEGER PRIMARY KEY REFERENCES snapshots ON DELETE CASCADE,
            starts BLOB NOT NULL,                  -- int32 per account and one more: where in numbers its rows begin
            numbers BLOB NOT NULL                  -- int32 per row, counted from 1
        ) STRICT;
INSERT INTO "account_rows" VALUES(3,X'000000000100000002000000030000000400000005000000',X'0200000003000000040000000500000006000000');
CREATE TABLE columns (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT NOT NULL,
            heading TEXT NOT NULL,
            value_list TEXT NOT NULL,
            codes BLOB NOT NULL, dated_accounts BLOB, dated_months BLOB, dated_codes BLOB,                   -- int32 per account, an index into value_list or -1
            PRIMARY KEY (snapshot_id, position)
        ) STRICT;
INSERT INTO "columns" VALUES(3,0,'segment','Segment','["Large", "Small"]',X'00000000000000000000000001000000FFFFFFFF',X'01000000000000000100000000000000',X'0C00000000000000ED5E000000000000',X'0100000000000000');
CREATE TABLE culprits (
            restatement_id INTEGER NOT NULL REFERENCES restatements ON DELETE CASCADE,
            position INTEGER NOT NULL,
            culprit TEXT NOT NULL CHECK (json_valid(culprit)),    -- ids and names may hold anything
            PRIMARY KEY (restatement_id, position)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "culprits" VALUES(1,0,'{"id": "A-3", "name": "Soci\u00e9t\u00e9 3", "tab": "Subscriptions", "row": 5, "currency": ["USD", 2], "edits": [], "moves": [["segment", "Small", "Large"]], "left_out": [false, true]}');
INSERT INTO "culprits" VALUES(1,1,'{"id": "A-2", "name": "Soci\u00e9t\u00e9 2", "tab": "Subscriptions", "row": 4, "currency": ["EUR", 2], "edits": [], "moves": [["segment", "Large", "Small"]], "left_out": [false, false]}');
INSERT INTO "culprits" VALUES(1,2,'{"id": "A-1", "name": "Soci\u00e9t\u00e9 1", "tab": "Subscriptions", "row": 3, "currency": ["EUR", 2], "edits": [[24298, 20200, 20400], [24299, 20200, 20400], [24300, 20200, 20400], [24301, 20200, 20400]], "moves": [["segment", "Small", "Large"]], "left_out": [false, false]}');
INSERT INTO "culprits" VALUES(1,3,'{"id": "A-0", "name": "Soci\u00e9t\u00e9 0", "tab": "Subscriptions", "row": 2, "currency": ["EUR", 2], "edits": [], "moves": [["segment", "Large", "Small"]], "left_out": [false, false]}');
INSERT INTO "culprits" VALUES(2,0,'{"id": "A-2", "name": "Soci\u00e9t\u00e9 2", "tab": "Subscriptions", "row": 4, "currency": ["EUR", 2], "edits": [], "moves": [["segment", "Small", "Large"]], "left_out": [false, false]}');
INSERT INTO "culprits" VALUES(2,1,'{"id": "A-1", "name": "Soci\u00e9t\u00e9 1", "tab": "Subscriptions", "row": 3, "currency": ["EUR", 2], "edits": [[24298, 20400, 20600], [24299, 20400, 20600], [24300, 20400, 20600], [24301, 20400, 20600], [24302, 20400, 20600]], "moves": [["segment", "Large", "Small"]], "left_out": [false, false]}');
INSERT INTO "culprits" VALUES(2,2,'{"id": "A-0", "name": "Soci\u00e9t\u00e9 0", "tab": "Subscriptions", "row": 2, "currency": ["EUR", 2], "edits": [], "moves": [["segment", "Small", "Large"]], "left_out": [false, false]}');
CREATE TABLE deliveries (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('claimed', 'confirmed', 'released')),
            claimed_at TEXT NOT NULL,
            confirmed_at TEXT CHECK ((confirmed_at IS NOT NULL) = (state = 'confirmed')),
            reason TEXT NOT NULL DEFAULT '',
            payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)), snapshot_id INTEGER REFERENCES snapshots,
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "deliveries" VALUES('digest','2025-W14','confirmed','2025-04-02T07:00:00.000000+00:00','2025-04-02T07:00:00.000000+00:00','','{"a": 1}',2);
CREATE TABLE facts (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT NOT NULL,
            numbers BLOB NOT NULL,                 -- float64 per account, NaN where blank; never money
            PRIMARY KEY (snapshot_id, position)
        ) STRICT;
INSERT INTO "facts" VALUES(3,0,'nps',X'0000000000000040000000000000084000000000000010400000000000001440000000000000F87F');
CREATE TABLE figures (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            dimension TEXT,                        -- NULL with a NULL value: the whole company
            value TEXT,
            start_month INTEGER NOT NULL,
            end_month INTEGER NOT NULL CHECK (end_month > start_month),
            window_months INTEGER NOT NULL GENERATED ALWAYS AS (end_month - start_month) VIRTUAL,
            starting INTEGER NOT NULL,
            expansion INTEGER NOT NULL,
            contraction INTEGER NOT NULL,
            churn INTEGER NOT NULL,
            ending INTEGER NOT NULL,
            new INTEGER NOT NULL,
            reactivated INTEGER NOT NULL,
            fx_effect INTEGER NOT NULL,
            base INTEGER NOT NULL,
            expanded INTEGER NOT NULL,
            contracted INTEGER NOT NULL,
            churned INTEGER NOT NULL,
            retained INTEGER NOT NULL,
            new_accounts INTEGER NOT NULL,
            reactivated_accounts INTEGER NOT NULL,
            PRIMARY KEY (snapshot_id, position),
            CHECK ((dimension IS NULL) = (value IS NULL)),
            CHECK (ending = starting + expansion - contraction - churn),
            CHECK (base = retained + churned)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "figures" VALUES(3,0,NULL,NULL,24298,24299,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,1,'segment','Large',24298,24299,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,2,'segment','Small',24298,24299,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "figures" VALUES(3,3,'size','SMB',24298,24299,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,4,'tenure','Under 1 year',24298,24299,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,5,NULL,NULL,24299,24300,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,6,'segment','Large',24299,24300,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,7,'segment','Small',24299,24300,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "figures" VALUES(3,8,'size','SMB',24299,24300,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,9,'tenure','Under 1 year',24299,24300,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,10,NULL,NULL,24300,24301,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,11,'segment','Large',24300,24301,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,12,'segment','Small',24300,24301,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "figures" VALUES(3,13,'size','SMB',24300,24301,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,14,'tenure','Under 1 year',24300,24301,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,15,NULL,NULL,24301,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,16,'segment','Large',24301,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,17,'segment','Small',24301,24302,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "figures" VALUES(3,18,'size','SMB',24301,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,19,'tenure','Under 1 year',24301,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,20,NULL,NULL,24302,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,21,'segment','Large',24302,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,22,'segment','Small',24302,24303,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "figures" VALUES(3,23,'size','SMB',24302,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,24,'tenure','Under 1 year',24302,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,25,NULL,NULL,24303,24304,30600,0,0,0,30600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,26,'segment','Large',24303,24304,30600,0,0,0,30600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,27,'segment','Small',24303,24304,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "figures" VALUES(3,28,'size','SMB',24303,24304,30600,0,0,0,30600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,29,'tenure','Under 1 year',24303,24304,30600,0,0,0,30600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,30,NULL,NULL,24298,24301,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,31,'segment','Large',24298,24301,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,32,'segment','Small',24298,24301,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "figures" VALUES(3,33,'size','SMB',24298,24301,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,34,'tenure','Under 1 year',24298,24301,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,35,NULL,NULL,24299,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,36,'segment','Large',24299,24302,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "figures" VALUES(3,37,'segment','Small',24299,24302,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "figures" VALUES(3,38,'size','SMB',24299,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,39,'tenure','Under 1 year',24299,24302,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "figures" VALUES(3,40,NULL,NULL,24300,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,41,'segment','Large',24300,24303,40600,0,0,30600,10000,0,0,0,2,0,0,1,1,0,0);
INSERT INTO "figures" VALUES(3,42,'segment','Small',24300,24303,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "figures" VALUES(3,43,'size','SMB',24300,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,44,'tenure','Under 1 year',24300,24303,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,45,NULL,NULL,24301,24304,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,46,'segment','Large',24301,24304,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,47,'segment','Small',24301,24304,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "figures" VALUES(3,48,'size','SMB',24301,24304,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "figures" VALUES(3,49,'tenure','Under 1 year',24301,24304,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
CREATE TABLE ledgers (
            snapshot_id INTEGER PRIMARY KEY REFERENCES snapshots ON DELETE CASCADE,
            tab TEXT NOT NULL,
            ids TEXT NOT NULL,
            names TEXT,                            -- NULL: every account is called by its id
            quarantined BLOB NOT NULL,             -- 1 byte per account
            unpriced BLOB NOT NULL,                -- 1 byte per account
            consumer BLOB NOT NULL,                -- 1 byte per account
            row_numbers BLOB NOT NULL              -- int32 per account
        , currencies TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(currencies)), currency_of BLOB, ahead_accounts BLOB, ahead_months BLOB, ahead_amounts BLOB, unknown_months TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(unknown_months)), can_leave INTEGER NOT NULL DEFAULT 1, left_out_rows INTEGER NOT NULL DEFAULT 0, left_out_mrr BLOB, consumer_accounts BLOB, consumer_months BLOB, consumer_codes BLOB, term_accounts BLOB, term_firsts BLOB, term_lasts BLOB, term_amounts BLOB, line_accounts BLOB, line_products BLOB, line_firsts BLOB, line_lasts BLOB, line_amounts BLOB, line_list_amounts BLOB, line_quantities BLOB, line_product_names TEXT
            CHECK (line_product_names IS NULL OR json_valid(line_product_names))) STRICT;
INSERT INTO "ledgers" VALUES(3,'Subscriptions','["A-0", "A-1", "A-2", "A-3", "A-9"]','["Société 0", "Société 1", "Société 2", "Société 3", "A-9"]',X'0000000101',X'0000000100',X'0000000000',X'0200000003000000040000000500000006000000','[["USD", 2]]',X'00000000000001000000',X'',X'',X'','[]',1,0,NULL,NULL,NULL,NULL,X'0200000000000000',X'EA5E000000000000',X'EE5E000000000000',X'8877000000000000',X'0000000000000000010000000000000002000000000000000300000000000000',X'0000000000000000010000000000000000000000000000000100000000000000',X'EA5E000000000000EA5E000000000000EA5E000000000000EA5E000000000000',X'BFD4010000000000BFD4010000000000EE5E000000000000BFD4010000000000',X'102700000000000078500000000000008877000000000000F0A0000000000000',X'102700000000000078500000000000008877000000000000F0A0000000000000',X'40420F000000000080841E0000000000C0C62D000000000000093D0000000000','["Alpha", "Beta"]');
CREATE TABLE months (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            month INTEGER NOT NULL,
            total INTEGER NOT NULL,                -- control total: the sum of mrr
            mrr BLOB NOT NULL,                     -- int64 per account, minor units
            PRIMARY KEY (snapshot_id, month)
        ) STRICT;
INSERT INTO "months" VALUES(3,24298,102400,X'102700000000000078500000000000008877000000000000F0A00000000000000000000000000000');
INSERT INTO "months" VALUES(3,24299,102400,X'102700000000000078500000000000008877000000000000F0A00000000000000000000000000000');
INSERT INTO "months" VALUES(3,24300,102400,X'102700000000000078500000000000008877000000000000F0A00000000000000000000000000000');
INSERT INTO "months" VALUES(3,24301,102400,X'102700000000000078500000000000008877000000000000F0A00000000000000000000000000000');
INSERT INTO "months" VALUES(3,24302,102400,X'102700000000000078500000000000008877000000000000F0A00000000000000000000000000000');
INSERT INTO "months" VALUES(3,24303,71800,X'102700000000000078500000000000000000000000000000F0A00000000000000000000000000000');
INSERT INTO "months" VALUES(3,24304,71800,X'102700000000000078500000000000000000000000000000F0A00000000000000000000000000000');
CREATE TABLE problems (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            problem TEXT NOT NULL CHECK (json_valid(problem)),
            PRIMARY KEY (snapshot_id, position)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "problems" VALUES(3,0,'{"code": "date_unreadable", "tab": "Subscriptions", "cell": "B6", "found": "whenever", "account": "A-9", "link": "", "values": {"heading": "Start"}}');
INSERT INTO "problems" VALUES(3,1,'{"code": "unknown_account", "tab": "Subscriptions", "cell": "A6", "found": "A-9", "account": "A-9", "link": "", "values": {"customers": "Customers"}}');
INSERT INTO "problems" VALUES(3,2,'{"code": "fx_missing", "tab": "Subscriptions", "cell": "H5", "found": "USD", "account": "A-3", "link": "", "values": {"code": "USD", "currency": "EUR", "months": "2025-04..2025-05", "count": "1"}}');
CREATE TABLE rates (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            month INTEGER NOT NULL,
            currency TEXT NOT NULL,
            rate TEXT NOT NULL,                    -- an exact fraction: 23/25
            PRIMARY KEY (snapshot_id, month, currency)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "rates" VALUES(3,24298,'USD','9/10');
INSERT INTO "rates" VALUES(3,24299,'USD','9/10');
INSERT INTO "rates" VALUES(3,24300,'USD','91/100');
INSERT INTO "rates" VALUES(3,24301,'USD','91/100');
INSERT INTO "rates" VALUES(3,24302,'USD','91/100');
CREATE TABLE recorded (
            source TEXT NOT NULL,
            start_month INTEGER NOT NULL,
            end_month INTEGER NOT NULL CHECK (end_month > start_month),
            dimension TEXT NOT NULL,               -- '' with a value of '': the whole company
            value TEXT NOT NULL,
            snapshot_id INTEGER NOT NULL REFERENCES snapshots,
            starting INTEGER NOT NULL,
            expansion INTEGER NOT NULL,
            contraction INTEGER NOT NULL,
            churn INTEGER NOT NULL,
            ending INTEGER NOT NULL,
            new INTEGER NOT NULL,
            reactivated INTEGER NOT NULL,
            fx_effect INTEGER NOT NULL,
            base INTEGER NOT NULL,
            expanded INTEGER NOT NULL,
            contracted INTEGER NOT NULL,
            churned INTEGER NOT NULL,
            retained INTEGER NOT NULL,
            new_accounts INTEGER NOT NULL,
            reactivated_accounts INTEGER NOT NULL,
            PRIMARY KEY (source, start_month, end_month, dimension, value)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24299,'','',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24299,'segment','Large',3,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24299,'segment','Small',3,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24299,'size','SMB',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24299,'tenure','Under 1 year',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24301,'','',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24301,'segment','Large',3,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24301,'segment','Small',3,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24301,'size','SMB',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24298,24301,'tenure','Under 1 year',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24300,'','',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24300,'segment','Large',3,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24300,'segment','Small',3,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24300,'size','SMB',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24300,'tenure','Under 1 year',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24302,'','',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24302,'segment','Large',3,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24302,'segment','Small',3,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24302,'size','SMB',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24299,24302,'tenure','Under 1 year',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24301,'','',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24301,'segment','Large',3,40600,0,0,0,40600,0,0,0,2,0,0,0,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24301,'segment','Small',3,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24301,'size','SMB',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24301,'tenure','Under 1 year',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24303,'','',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24303,'segment','Large',3,40600,0,0,30600,10000,0,0,0,2,0,0,1,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24303,'segment','Small',3,20600,0,0,0,20600,0,0,0,1,0,0,0,1,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24303,'size','SMB',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24300,24303,'tenure','Under 1 year',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24301,24302,'','',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24301,24302,'segment','Large',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24301,24302,'segment','Small',3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24301,24302,'size','SMB',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24301,24302,'tenure','Under 1 year',3,61200,0,0,0,61200,0,0,0,3,0,0,0,3,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24302,24303,'','',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24302,24303,'segment','Large',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24302,24303,'segment','Small',3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24302,24303,'size','SMB',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
INSERT INTO "recorded" VALUES('file:/data/book.xlsx',24302,24303,'tenure','Under 1 year',3,61200,0,0,30600,30600,0,0,0,3,0,0,1,2,0,0);
CREATE TABLE restated_figures (
            restatement_id INTEGER NOT NULL REFERENCES restatements ON DELETE CASCADE,
            position INTEGER NOT NULL,
            start_month INTEGER NOT NULL,
            end_month INTEGER NOT NULL CHECK (end_month > start_month),
            dimension TEXT,                        -- NULL with a NULL value: the whole company
            value TEXT,
            recorded_id INTEGER NOT NULL REFERENCES snapshots,    -- where `before` came from
            before TEXT NOT NULL CHECK (json_valid(before)),      -- integers by name, those above zero
            after TEXT NOT NULL CHECK (json_valid(after)),        -- the same
            accounts INTEGER NOT NULL,
            largest TEXT NOT NULL CHECK (json_valid(largest)),    -- ids of accounts
            PRIMARY KEY (restatement_id, position),
            CHECK ((dimension IS NULL) = (value IS NULL))
        ) STRICT, WITHOUT ROWID;
INSERT INTO "restated_figures" VALUES(1,0,24298,24299,NULL,NULL,1,'{"starting": 97880, "ending": 97880, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,1,24298,24299,'segment','Large',1,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,2,24298,24299,'segment','Small',1,'{"starting": 57280, "ending": 57280, "base": 2, "retained": 2}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',4,'["A-3", "A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,3,24298,24299,'size','SMB',1,'{"starting": 97880, "ending": 97880, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,4,24298,24299,'tenure','Under 1 year',1,'{"starting": 97880, "ending": 97880, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,5,24299,24300,NULL,NULL,1,'{"starting": 97880, "ending": 97880, "fx_effect": 412, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,6,24299,24300,'segment','Large',1,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,7,24299,24300,'segment','Small',1,'{"starting": 57280, "ending": 57280, "fx_effect": 412, "base": 2, "retained": 2}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',4,'["A-3", "A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,8,24299,24300,'size','SMB',1,'{"starting": 97880, "ending": 97880, "fx_effect": 412, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,9,24299,24300,'tenure','Under 1 year',1,'{"starting": 97880, "ending": 97880, "fx_effect": 412, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,10,24300,24301,NULL,NULL,1,'{"starting": 98292, "ending": 98292, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,11,24300,24301,'segment','Large',1,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,12,24300,24301,'segment','Small',1,'{"starting": 57692, "ending": 57692, "base": 2, "retained": 2}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',4,'["A-3", "A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,13,24300,24301,'size','SMB',1,'{"starting": 98292, "ending": 98292, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,14,24300,24301,'tenure','Under 1 year',1,'{"starting": 98292, "ending": 98292, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,15,24298,24301,NULL,NULL,1,'{"starting": 97880, "ending": 97880, "fx_effect": 412, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,16,24298,24301,'segment','Large',1,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,17,24298,24301,'segment','Small',1,'{"starting": 57280, "ending": 57280, "fx_effect": 412, "base": 2, "retained": 2}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',4,'["A-3", "A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(1,18,24298,24301,'size','SMB',1,'{"starting": 97880, "ending": 97880, "fx_effect": 412, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(1,19,24298,24301,'tenure','Under 1 year',1,'{"starting": 97880, "ending": 97880, "fx_effect": 412, "base": 4, "retained": 4}','{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}',2,'["A-3", "A-1"]');
INSERT INTO "restated_figures" VALUES(2,0,24298,24299,NULL,NULL,2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,1,24298,24299,'segment','Large',2,'{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,2,24298,24299,'segment','Small',2,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20600, "ending": 20600, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,3,24298,24299,'size','SMB',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,4,24298,24299,'tenure','Under 1 year',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,5,24299,24300,NULL,NULL,2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,6,24299,24300,'segment','Large',2,'{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,7,24299,24300,'segment','Small',2,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20600, "ending": 20600, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,8,24299,24300,'size','SMB',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,9,24299,24300,'tenure','Under 1 year',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,10,24300,24301,NULL,NULL,2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,11,24300,24301,'segment','Large',2,'{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,12,24300,24301,'segment','Small',2,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20600, "ending": 20600, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,13,24300,24301,'size','SMB',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,14,24300,24301,'tenure','Under 1 year',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,15,24301,24302,NULL,NULL,2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,16,24301,24302,'segment','Large',2,'{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',3,'["A-2", "A-0", "A-1"]');
INSERT INTO "restated_figures" VALUES(2,17,24301,24302,'segment','Small',2,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{}',2,'["A-2", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,18,24301,24302,'size','SMB',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,19,24301,24302,'tenure','Under 1 year',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,20,24298,24301,NULL,NULL,2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,21,24298,24301,'segment','Large',2,'{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,22,24298,24301,'segment','Small',2,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20600, "ending": 20600, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,23,24298,24301,'size','SMB',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,24,24298,24301,'tenure','Under 1 year',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,25,24299,24302,NULL,NULL,2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,26,24299,24302,'segment','Large',2,'{"starting": 20400, "ending": 20400, "base": 1, "retained": 1}','{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,27,24299,24302,'segment','Small',2,'{"starting": 40600, "ending": 40600, "base": 2, "retained": 2}','{"starting": 20600, "ending": 20600, "base": 1, "retained": 1}',3,'["A-2", "A-1", "A-0"]');
INSERT INTO "restated_figures" VALUES(2,28,24299,24302,'size','SMB',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
INSERT INTO "restated_figures" VALUES(2,29,24299,24302,'tenure','Under 1 year',2,'{"starting": 61000, "ending": 61000, "base": 3, "retained": 3}','{"starting": 61200, "ending": 61200, "base": 3, "retained": 3}',1,'["A-1"]');
CREATE TABLE restatements (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            found_at TEXT NOT NULL,
            before_id INTEGER NOT NULL REFERENCES snapshots,
            after_id INTEGER NOT NULL REFERENCES snapshots,
            settings TEXT NOT NULL CHECK (json_valid(settings)),  -- key -> [before, after], when these are the cause
            accounts INTEGER NOT NULL              -- how many caused it, kept or not
        ) STRICT;
INSERT INTO "restatements" VALUES(1,'file:/data/book.xlsx','2025-05-12T07:00:00.000000+00:00',1,2,'{}',4);
INSERT INTO "restatements" VALUES(2,'file:/data/book.xlsx','2025-06-21T07:00:00.000000+00:00',2,3,'{}',3);
CREATE TABLE snapshots (
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- answers cite it, so an id never comes back
            synced_at TEXT NOT NULL,
            checked_at TEXT NOT NULL,              -- the workbook was last seen to hold the same
            source TEXT NOT NULL,
            source_name TEXT NOT NULL,
            source_version TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            locale TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            currency TEXT NOT NULL,
            exponent INTEGER NOT NULL CHECK (exponent BETWEEN 0 AND 4),
            first INTEGER NOT NULL,
            data_through INTEGER NOT NULL CHECK (data_through >= first),
            accounts INTEGER NOT NULL CHECK (accounts >= 0),
            problems TEXT NOT NULL CHECK (json_valid(problems))  -- how many of each code
        , settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)), pruned_at TEXT, tabs TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tabs)), decisions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(decisions))) STRICT;
INSERT INTO "snapshots" VALUES(1,'2025-04-02T07:00:00.000000+00:00','2025-04-02T07:00:00.000000+00:00','file:/data/book.xlsx','book.xlsx','262b09de3fa7ebd6bf34f29b4e13e26bbcb30b92ef728963ddcf45333f325af1','74b7e1c7c3a12e43101b5c801886440385d71c79cce4aed724efe41d2dc02923','','','EUR',2,24298,24302,5,'{"date_unreadable": 1, "unknown_account": 1}','{"company.currency": "EUR", "company.usage_months": 0, "workbook.locale": "", "workbook.end_date": "last_day", "workbook.blank_month": "zero", "workbook.max_segment_values": 100, "workbook.revenue_tab": "", "workbook.headings": "{}", "segments.mid_market_from": 10000, "segments.enterprise_above": 100000}','2025-06-21T07:00:00.000000+00:00','[{"id": 0, "title": "Customers", "layout": "Customers", "row": 0, "headings": {"account_id": "Account ID", "name": "Name", "segment": "Segment", "nps": "NPS", "valid_from": "Valid from"}, "named": ""}, {"id": 1, "title": "Subscriptions", "layout": "Subscriptions", "row": 0, "headings": {"account_id": "Account ID", "start": "Start", "end": "End", "amount": "Amount", "interval": "Interval", "quantity": "Quantity", "product": "Product", "currency": "Currency"}, "named": ""}, {"id": 2, "title": "FX", "layout": "FX", "row": 0, "headings": {"month": "Month", "currency": "Currency", "rate": "Rate"}, "named": ""}, {"id": 3, "title": "Targets", "layout": "Targets", "row": 0, "headings": {"segment": "Segment", "metric": "Metric", "target": "Target"}, "named": ""}]','[{"topic": "layout", "tab": "Subscriptions", "cell": "", "msgid": "It is read as lines from a start to an end, by its headings: {headings}.", "values": {"headings": "Start, End, Amount"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "Customers", "cell": "", "msgid": "It is read as a row for each customer, by: {headings}.", "values": {"headings": "Name, NPS, Segment, Valid from"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "FX", "cell": "", "msgid": "It is read as exchange rates, by: {headings}.", "values": {"headings": "Month, Currency, Rate"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "Targets", "cell": "", "msgid": "It is read as targets, by: {headings}.", "values": {"headings": "Segment, Metric, Target"}, "config_line": "", "is_doubted": false}, {"topic": "unit", "tab": "Subscriptions", "cell": "E1", "msgid": "Each amount is divided by the months of its interval, in the column \u201c{heading}\u201d.", "values": {"heading": "Interval"}, "config_line": "", "is_doubted": false}]');
INSERT INTO "snapshots" VALUES(2,'2025-05-12T07:00:00.000000+00:00','2025-05-13T07:00:00.000000+00:00','file:/data/book.xlsx','book.xlsx','da27428b5932dd849797d182dfa03a2d513bb3cb40ce0bb94eed60fb5c7ec93d','ad22c62f18b99b5373531c533479fd39ece37b7503f29e7cb1ff60a45f4c51d7','','','EUR',2,24298,24303,5,'{"date_unreadable": 1, "unknown_account": 1, "fx_missing": 1}','{"company.currency": "EUR", "company.usage_months": 0, "workbook.locale": "", "workbook.end_date": "last_day", "workbook.blank_month": "zero", "workbook.max_segment_values": 100, "workbook.revenue_tab": "", "workbook.headings": "{}", "segments.mid_market_from": 10000, "segments.enterprise_above": 100000}','2025-06-21T07:00:00.000000+00:00','[{"id": 0, "title": "Customers", "layout": "Customers", "row": 0, "headings": {"account_id": "Account ID", "name": "Name", "segment": "Segment", "nps": "NPS", "valid_from": "Valid from"}, "named": ""}, {"id": 1, "title": "Subscriptions", "layout": "Subscriptions", "row": 0, "headings": {"account_id": "Account ID", "start": "Start", "end": "End", "amount": "Amount", "interval": "Interval", "quantity": "Quantity", "product": "Product", "currency": "Currency"}, "named": ""}, {"id": 2, "title": "FX", "layout": "FX", "row": 0, "headings": {"month": "Month", "currency": "Currency", "rate": "Rate"}, "named": ""}, {"id": 3, "title": "Targets", "layout": "Targets", "row": 0, "headings": {"segment": "Segment", "metric": "Metric", "target": "Target"}, "named": ""}]','[{"topic": "layout", "tab": "Subscriptions", "cell": "", "msgid": "It is read as lines from a start to an end, by its headings: {headings}.", "values": {"headings": "Start, End, Amount"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "Customers", "cell": "", "msgid": "It is read as a row for each customer, by: {headings}.", "values": {"headings": "Name, NPS, Segment, Valid from"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "FX", "cell": "", "msgid": "It is read as exchange rates, by: {headings}.", "values": {"headings": "Month, Currency, Rate"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "Targets", "cell": "", "msgid": "It is read as targets, by: {headings}.", "values": {"headings": "Segment, Metric, Target"}, "config_line": "", "is_doubted": false}, {"topic": "unit", "tab": "Subscriptions", "cell": "E1", "msgid": "Each amount is divided by the months of its interval, in the column \u201c{heading}\u201d.", "values": {"heading": "Interval"}, "config_line": "", "is_doubted": false}]');
INSERT INTO "snapshots" VALUES(3,'2025-06-21T07:00:00.000000+00:00','2025-06-21T07:00:00.000000+00:00','file:/data/book.xlsx','book.xlsx','bd6d5a95d2885ea51791be951fafb22db40d8b4a3da68d90b1d832873d2fd106','2e6d5b7a6012c2b0aad61b83094c036a415727ebcd599c9eb2e6d9efd918a45a','','','EUR',2,24298,24304,5,'{"date_unreadable": 1, "unknown_account": 1, "fx_missing": 1}','{"company.currency": "EUR", "company.usage_months": 0, "workbook.locale": "", "workbook.end_date": "last_day", "workbook.blank_month": "zero", "workbook.max_segment_values": 100, "workbook.revenue_tab": "", "workbook.headings": "{}", "segments.mid_market_from": 10000, "segments.enterprise_above": 100000}',NULL,'[{"id": 0, "title": "Customers", "layout": "Customers", "row": 0, "headings": {"account_id": "Account ID", "name": "Name", "segment": "Segment", "nps": "NPS", "valid_from": "Valid from"}, "named": ""}, {"id": 1, "title": "Subscriptions", "layout": "Subscriptions", "row": 0, "headings": {"account_id": "Account ID", "start": "Start", "end": "End", "amount": "Amount", "interval": "Interval", "quantity": "Quantity", "product": "Product", "currency": "Currency"}, "named": ""}, {"id": 2, "title": "FX", "layout": "FX", "row": 0, "headings": {"month": "Month", "currency": "Currency", "rate": "Rate"}, "named": ""}, {"id": 3, "title": "Targets", "layout": "Targets", "row": 0, "headings": {"segment": "Segment", "metric": "Metric", "target": "Target"}, "named": ""}]','[{"topic": "layout", "tab": "Subscriptions", "cell": "", "msgid": "It is read as lines from a start to an end, by its headings: {headings}.", "values": {"headings": "Start, End, Amount"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "Customers", "cell": "", "msgid": "It is read as a row for each customer, by: {headings}.", "values": {"headings": "Name, NPS, Segment, Valid from"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "FX", "cell": "", "msgid": "It is read as exchange rates, by: {headings}.", "values": {"headings": "Month, Currency, Rate"}, "config_line": "", "is_doubted": false}, {"topic": "layout", "tab": "Targets", "cell": "", "msgid": "It is read as targets, by: {headings}.", "values": {"headings": "Segment, Metric, Target"}, "config_line": "", "is_doubted": false}, {"topic": "unit", "tab": "Subscriptions", "cell": "E1", "msgid": "Each amount is divided by the months of its interval, in the column \u201c{heading}\u201d.", "values": {"heading": "Interval"}, "config_line": "", "is_doubted": false}]');
CREATE TABLE targets (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            value TEXT NOT NULL,                   -- of the segment; '': the whole company
            metric TEXT NOT NULL CHECK (metric IN ('nrr', 'grr')),
            target TEXT NOT NULL,                  -- an exact fraction: 11/10
            PRIMARY KEY (snapshot_id, value, metric)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "targets" VALUES(3,'Large','nrr','11/10');
CREATE TABLE workspace_words (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            phrase TEXT NOT NULL,
            dimension TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (snapshot_id, phrase)
        ) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX snapshots_by_source ON snapshots (source, id);
CREATE INDEX recorded_by_snapshot ON recorded (snapshot_id);
CREATE INDEX restatements_by_source ON restatements (source, after_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('snapshots',3);
INSERT INTO "sqlite_sequence" VALUES('restatements',2);
COMMIT;