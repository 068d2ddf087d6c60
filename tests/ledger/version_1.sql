BEGIN TRANSACTION;
CREATE TABLE bidder_block (
	run INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	campaign TEXT NOT NULL, 
	weekday SMALLINT NOT NULL, 
	start_minute SMALLINT NOT NULL, 
	end_minute SMALLINT NOT NULL, 
	modifier DOUBLE NOT NULL, 
	PRIMARY KEY (run, n)
)
 WITHOUT ROWID

;
INSERT INTO "bidder_block" VALUES(1,0,'brand',0,0,1439,1.2);
INSERT INTO "bidder_block" VALUES(1,1,'搜索',6,15,1440,3.00000000000000044408e-01);
INSERT INTO "bidder_block" VALUES(2,0,'brand',0,0,1439,1.2);
INSERT INTO "bidder_block" VALUES(2,1,'搜索',6,15,1440,3.00000000000000044408e-01);
CREATE TABLE bidder_change (
	run INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	campaign INTEGER NOT NULL, 
	ad_group INTEGER NOT NULL, 
	keyword TEXT NOT NULL, 
	match_type INTEGER NOT NULL, 
	platform_id TEXT NOT NULL, 
	old_bid BIGINT NOT NULL, 
	new_bid BIGINT NOT NULL, 
	reason INTEGER NOT NULL, 
	bound_by INTEGER NOT NULL, 
	clicks BIGINT NOT NULL, 
	value_per_click DOUBLE, 
	PRIMARY KEY (run, n)
)
 WITHOUT ROWID

;
INSERT INTO "bidder_change" VALUES(1,0,0,1,'=key''word
"0" 🎁\',3,'1~0',500000,600001,6,4,0,1.42857142857142849212e-01);
INSERT INTO "bidder_change" VALUES(1,1,0,1,'=key''word
"1" 🎁\',4,'',510000,610001,7,8,3,2.85714285714285698425e-01);
INSERT INTO "bidder_change" VALUES(1,2,0,1,'=key''word
"2" 🎁\',5,'1~2',520000,620001,6,4,6,4.28571428571428547638e-01);
INSERT INTO "bidder_change" VALUES(1,3,0,2,'=key''word
"3" 🎁\',3,'',530000,630001,7,8,9,5.7142857142857139685e-01);
INSERT INTO "bidder_change" VALUES(1,4,0,2,'=key''word
"4" 🎁\',4,'1~4',540000,640001,6,4,12,7.14285714285714301574e-01);
INSERT INTO "bidder_change" VALUES(2,0,0,1,'=key''word
"0" 🎁\',3,'1~0',500000,600001,6,4,0,1.42857142857142849212e-01);
INSERT INTO "bidder_change" VALUES(2,1,0,1,'=key''word
"1" 🎁\',4,'',510000,610001,7,8,3,2.85714285714285698425e-01);
INSERT INTO "bidder_change" VALUES(2,2,0,1,'=key''word
"2" 🎁\',5,'1~2',520000,620001,6,4,6,4.28571428571428547638e-01);
INSERT INTO "bidder_change" VALUES(2,3,0,2,'=key''word
"3" 🎁\',3,'',530000,630001,7,8,9,5.7142857142857139685e-01);
INSERT INTO "bidder_change" VALUES(2,4,0,2,'=key''word
"4" 🎁\',4,'1~4',540000,640001,6,4,12,7.14285714285714301574e-01);
CREATE TABLE bidder_effect (
	run INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	took TEXT NOT NULL, 
	found BIGINT NOT NULL, 
	PRIMARY KEY (run, n)
)
 WITHOUT ROWID

;
INSERT INTO "bidder_effect" VALUES(1,0,'effect',1000000000000);
INSERT INTO "bidder_effect" VALUES(1,1,'not_applied',1000000000001);
INSERT INTO "bidder_effect" VALUES(1,2,'edited',1000000000002);
INSERT INTO "bidder_effect" VALUES(1,3,'missing',-1);
INSERT INTO "bidder_effect" VALUES(1,4,'effect',1000000000004);
CREATE TABLE bidder_run (
	id INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	account TEXT NOT NULL, 
	data_date TEXT NOT NULL, 
	config_hash TEXT NOT NULL, 
	input_hash TEXT NOT NULL, 
	state TEXT NOT NULL, 
	changed INTEGER NOT NULL, 
	summary TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT bidder_run_key UNIQUE (account, data_date, config_hash, input_hash), 
	UNIQUE (run_id)
);
INSERT INTO "bidder_run" VALUES(1,'2026-10-13-7754de85b019','shop','2026-10-13','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','b','confirmed',5,'{"alpha": {"ordinary": 0.1}}');
INSERT INTO "bidder_run" VALUES(2,'2026-10-14-e22413cc3903','shop','2026-10-14','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','b','planned',5,'{"alpha": {"ordinary": 0.1}}');
CREATE TABLE bidder_segment (
	run INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	campaign TEXT NOT NULL, 
	segment TEXT NOT NULL, 
	modifier DOUBLE NOT NULL, 
	PRIMARY KEY (run, n)
)
 WITHOUT ROWID

;
INSERT INTO "bidder_segment" VALUES(1,0,'device','brand','mobile',3.33333333333333314829e-01);
INSERT INTO "bidder_segment" VALUES(2,0,'device','brand','mobile',3.33333333333333314829e-01);
CREATE TABLE bidder_step (
	run INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	moment TEXT NOT NULL, 
	who TEXT NOT NULL, 
	PRIMARY KEY (run, state), 
	FOREIGN KEY(run) REFERENCES bidder_run (id)
);
INSERT INTO "bidder_step" VALUES(1,'planned','2026-10-15T04:00:00.123456+00:00','me');
INSERT INTO "bidder_step" VALUES(1,'approved','2026-10-15T04:00:01.123456+00:00','you');
INSERT INTO "bidder_step" VALUES(1,'exported','2026-10-15T04:00:02.123456+00:00','you');
INSERT INTO "bidder_step" VALUES(1,'confirmed','2026-10-15T04:00:00.123456+00:00','me');
INSERT INTO "bidder_step" VALUES(2,'planned','2026-10-15T04:00:00.123456+00:00','me');
CREATE TABLE bidder_text (
	run INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (run, n)
)
 WITHOUT ROWID

;
INSERT INTO "bidder_text" VALUES(1,0,'campaign 0');
INSERT INTO "bidder_text" VALUES(1,1,'组 0');
INSERT INTO "bidder_text" VALUES(1,2,'组 1');
INSERT INTO "bidder_text" VALUES(1,3,'exact');
INSERT INTO "bidder_text" VALUES(1,4,'');
INSERT INTO "bidder_text" VALUES(1,5,'broad');
INSERT INTO "bidder_text" VALUES(1,6,'value');
INSERT INTO "bidder_text" VALUES(1,7,'explore');
INSERT INTO "bidder_text" VALUES(1,8,'max_raise');
INSERT INTO "bidder_text" VALUES(2,0,'campaign 0');
INSERT INTO "bidder_text" VALUES(2,1,'组 0');
INSERT INTO "bidder_text" VALUES(2,2,'组 1');
INSERT INTO "bidder_text" VALUES(2,3,'exact');
INSERT INTO "bidder_text" VALUES(2,4,'');
INSERT INTO "bidder_text" VALUES(2,5,'broad');
INSERT INTO "bidder_text" VALUES(2,6,'value');
INSERT INTO "bidder_text" VALUES(2,7,'explore');
INSERT INTO "bidder_text" VALUES(2,8,'max_raise');
CREATE TABLE bidder_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT bidder_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "bidder_version" VALUES('1');
CREATE UNIQUE INDEX bidder_run_in_force ON bidder_run (account, data_date) WHERE state IN ('approved', 'exported', 'confirmed');
CREATE VIEW bidder_bid AS
SELECT r.run_id, r.account, r.data_date, r.state, campaign.content AS campaign, ad_group.content AS ad_group,
       c.keyword, match_type.content AS match_type, c.platform_id, c.old_bid, c.new_bid,
       reason.content AS reason, bound_by.content AS bound_by, c.clicks, c.value_per_click, e.took, e.found
FROM bidder_change c
JOIN bidder_run r ON r.id = c.run
JOIN bidder_text campaign ON campaign.run = c.run AND campaign.n = c.campaign
JOIN bidder_text ad_group ON ad_group.run = c.run AND ad_group.n = c.ad_group
JOIN bidder_text match_type ON match_type.run = c.run AND match_type.n = c.match_type
JOIN bidder_text reason ON reason.run = c.run AND reason.n = c.reason
JOIN bidder_text bound_by ON bound_by.run = c.run AND bound_by.n = c.bound_by
LEFT JOIN bidder_effect e ON e.run = c.run AND e.n = c.n;
COMMIT;
