/** Tables in use in many shapes, and the statements that are tried on each: what `verdict-combinations.test.ts` combines. */
import type { Scene } from "../verdict-scenes.js";

/** A scene of MySQL and MariaDB. */
export interface MysqlScene extends Pick<Scene, "name" | "history" | "rows" | "awkward" | "oldCode" | "statements"> {
  /** Where only one of them can make it. */
  readonly on?: "mysql" | "mariadb";
}

const columns = `id INT NOT NULL, a INT, b VARCHAR(50), v VARCHAR(10) DEFAULT 'x', n INT, d DECIMAL(10,2) NOT NULL DEFAULT 1, ts DATETIME NULL, tx TEXT`;
const others = "CREATE TABLE o (id INT PRIMARY KEY, code VARCHAR(10) UNIQUE) CHARSET utf8mb4;";

/** What the table `t` is like, and how it stands to others. */
const shapes: Readonly<Record<string, string>> = {
  plain: `CREATE TABLE t (${columns}, PRIMARY KEY (id), KEY t_n (n), UNIQUE KEY t_b (b)) CHARSET utf8mb4;`,
  keyless: `CREATE TABLE t (${columns}) CHARSET utf8mb4;`,
  joined: `CREATE TABLE t (${columns}, PRIMARY KEY (id), UNIQUE KEY t_n (n), KEY t_a (a), CONSTRAINT t_o FOREIGN KEY (a) REFERENCES o (id)) CHARSET utf8mb4;
CREATE TABLE r (id INT PRIMARY KEY, t INT, KEY r_t (t), CONSTRAINT r_t FOREIGN KEY (t) REFERENCES t (id)) CHARSET utf8mb4;`,
  following: `CREATE TABLE t (${columns}, PRIMARY KEY (id), KEY t_n (n), CONSTRAINT t_o FOREIGN KEY (a) REFERENCES o (id) ON DELETE CASCADE ON UPDATE CASCADE) CHARSET utf8mb4;`,
  "in words": `CREATE TABLE t (${columns}, PRIMARY KEY (id), KEY t_n (n), FULLTEXT KEY t_tx (tx)) CHARSET utf8mb4;`,
  computed: `CREATE TABLE t (${columns}, w INT AS (a + 1) VIRTUAL, s INT AS (n + 1) STORED, PRIMARY KEY (id), KEY t_n (n)) CHARSET utf8mb4;`,
  "computed and kept": `CREATE TABLE t (${columns}, w INT AS (a + 1) VIRTUAL, PRIMARY KEY (id), KEY t_n (n), KEY t_w (w)) CHARSET utf8mb4;`,
  checked: `CREATE TABLE t (${columns}, PRIMARY KEY (id), KEY t_n (n), CONSTRAINT t_a_check CHECK (a < 1000)) CHARSET utf8mb4;`,
  "of latin1": `CREATE TABLE t (${columns}, PRIMARY KEY (id), KEY t_n (n)) CHARSET latin1;`,
  compressed: `CREATE TABLE t (${columns}, PRIMARY KEY (id), KEY t_n (n)) ROW_FORMAT=COMPRESSED CHARSET utf8mb4;`,
};

/** A constant of each type; absent: it takes none. */
const types: Readonly<Record<string, string | undefined>> = {
  INT: "7",
  "BIGINT UNSIGNED": "7",
  "TINYINT(1)": "1",
  "DECIMAL(10,2)": "1.5",
  DOUBLE: "1.5",
  "VARCHAR(20)": "'x'",
  "VARCHAR(300)": "'x'",
  "CHAR(10)": "'x'",
  "BINARY(16)": "'x'",
  TEXT: undefined,
  BLOB: undefined,
  JSON: undefined,
  DATE: "'2024-01-01'",
  DATETIME: "'2024-01-01'",
  "DATETIME(3)": "'2024-01-01'",
  TIMESTAMP: "'2024-01-01'",
  TIME: "'10:00'",
  YEAR: "2024",
  "BIT(1)": "1",
  "ENUM('a','b')": "'a'",
  "SET('a','b')": "'a'",
  POINT: undefined,
};

function addedColumns(): string[] {
  const found: string[] = [];
  for (const [type, constant] of Object.entries(types)) {
    const isTime = /^(?:DATETIME|TIMESTAMP)/.test(type);
    const precision = /\(\d\)/.exec(type)?.[0] ?? "";
    const values = [
      "",
      "DEFAULT NULL",
      ...(constant === undefined ? [] : [`DEFAULT ${constant}`, `DEFAULT (${constant})`]),
    ];
    if (isTime)
      values.push(
        `DEFAULT CURRENT_TIMESTAMP${precision}`,
        `DEFAULT CURRENT_TIMESTAMP${precision} ON UPDATE CURRENT_TIMESTAMP${precision}`,
      );
    for (const value of values)
      for (const more of [
        "",
        "NOT NULL",
        "UNIQUE",
        "NOT NULL UNIQUE",
        "CHECK (x IS NOT NULL)",
        "FIRST",
        "NOT NULL AFTER a",
        "COMMENT 'c'",
      ])
        found.push(`ADD COLUMN x ${type} ${value} ${more}`);
  }
  return [
    ...found,
    ..."VARCHAR(40) DEFAULT (uuid())|DOUBLE DEFAULT (rand())|INT DEFAULT (1 + 2)|INT DEFAULT (a + 1)|DATETIME DEFAULT (now() + INTERVAL 1 DAY)|DATETIME DEFAULT (sysdate())|VARCHAR(90) DEFAULT (user())|INT AS (a * 2) VIRTUAL|INT AS (a * 2) STORED|INT AS (a * 2) VIRTUAL UNIQUE|INT AS (a * 2) STORED NOT NULL|VARCHAR(60) AS (concat(b, 'x')) VIRTUAL|INT AUTO_INCREMENT UNIQUE|INT AUTO_INCREMENT PRIMARY KEY|INT INVISIBLE|INT REFERENCES o (id)|INT NOT NULL REFERENCES o (id)|INT DEFAULT 9 REFERENCES o (id)|INT CHECK (x > 0)|INT DEFAULT 5 CHECK (x > 6)|INT NOT NULL CHECK (x > 0)"
      .split("|")
      .map((each) => `ADD COLUMN x ${each}`),
  ];
}

/** Of `t` where no statement says another table. */
const clauses = `
DROP COLUMN a|DROP COLUMN b|DROP COLUMN n|DROP COLUMN tx|DROP COLUMN w|DROP COLUMN s
RENAME COLUMN a TO aa|RENAME COLUMN b TO bb|RENAME COLUMN n TO nn|RENAME COLUMN tx TO txx|RENAME COLUMN w TO ww
ALTER COLUMN v SET DEFAULT 'y'|ALTER COLUMN v DROP DEFAULT|ALTER COLUMN d DROP DEFAULT|ALTER COLUMN d SET DEFAULT 5|ALTER COLUMN a SET DEFAULT 1
MODIFY a INT NOT NULL|MODIFY a INT NOT NULL DEFAULT 0|MODIFY a BIGINT|MODIFY a SMALLINT|MODIFY a INT DEFAULT 2|MODIFY a INT COMMENT 'c'|MODIFY a INT FIRST|MODIFY a INT AFTER n|MODIFY a VARCHAR(20)|MODIFY a INT UNSIGNED|MODIFY a INT UNIQUE
MODIFY n INT NOT NULL|MODIFY n BIGINT|MODIFY b VARCHAR(60)|MODIFY b VARCHAR(50) NOT NULL|MODIFY b VARCHAR(5)|MODIFY b VARCHAR(100)|MODIFY b TEXT|MODIFY b VARCHAR(50) COLLATE utf8mb4_bin|MODIFY b VARCHAR(50) CHARSET latin1
MODIFY v VARCHAR(20)|MODIFY v VARCHAR(10) DEFAULT 'y'|MODIFY v VARCHAR(10) NOT NULL DEFAULT 'x'|MODIFY d DECIMAL(12,2) NOT NULL DEFAULT 1|MODIFY d DECIMAL(10,2) NULL DEFAULT 1|MODIFY d DECIMAL(10,2) NOT NULL|MODIFY ts DATETIME(3)|MODIFY ts TIMESTAMP|MODIFY ts DATETIME NOT NULL|MODIFY tx LONGTEXT|MODIFY tx TEXT NOT NULL|MODIFY id BIGINT NOT NULL|MODIFY id INT NOT NULL AUTO_INCREMENT|MODIFY id INT NOT NULL COMMENT 'c'
CHANGE a aa INT|CHANGE a aa INT NOT NULL|CHANGE a aa BIGINT|CHANGE b bb VARCHAR(60)|CHANGE v vv VARCHAR(10)|CHANGE tx txx TEXT|CHANGE id ident INT NOT NULL
MODIFY w INT AS (a + 2) VIRTUAL|MODIFY w INT AS (a + 1) STORED|MODIFY s INT AS (n + 2) STORED|MODIFY s INT|MODIFY w BIGINT AS (a + 1) VIRTUAL
ADD INDEX x (a)|ADD INDEX x (b(5))|ADD INDEX x (a, n)|ADD INDEX x (tx(10))|ADD UNIQUE INDEX x (a)|ADD UNIQUE INDEX x (id, a)|ADD CONSTRAINT x UNIQUE (v)|ADD FULLTEXT INDEX x (b)|ADD INDEX x ((a + 1))|ADD UNIQUE INDEX x ((a + 1))|ADD INDEX x (w)|ADD INDEX x (s)|ADD UNIQUE INDEX x (w)
DROP INDEX t_n|DROP INDEX t_b|DROP INDEX t_tx|DROP INDEX t_w|DROP INDEX t_a|RENAME INDEX t_n TO t_nn|DROP PRIMARY KEY|ADD PRIMARY KEY (id)|DROP PRIMARY KEY, ADD PRIMARY KEY (id, d)|ADD PRIMARY KEY (a)
ADD CONSTRAINT x FOREIGN KEY (n) REFERENCES o (id)|ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES o (id) ON DELETE SET NULL|ADD CONSTRAINT x FOREIGN KEY (v) REFERENCES o (code)|DROP FOREIGN KEY t_o|DROP CONSTRAINT t_o
ADD CONSTRAINT x CHECK (a > 0)|ADD CONSTRAINT x CHECK (b IS NOT NULL)|ADD CHECK (d >= 0)|DROP CONSTRAINT t_a_check|DROP CHECK t_a_check|ADD CONSTRAINT x CHECK (a > 0) NOT ENFORCED|ALTER CHECK t_a_check NOT ENFORCED
CONVERT TO CHARACTER SET latin1|CONVERT TO CHARACTER SET utf8mb4|CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin|DEFAULT CHARACTER SET latin1|ENGINE=InnoDB|FORCE|ROW_FORMAT=DYNAMIC|ROW_FORMAT=COMPRESSED|COMMENT='x'|AUTO_INCREMENT=100|STATS_PERSISTENT=1|RENAME TO t2|PARTITION BY HASH(id) PARTITIONS 4
ALTER INDEX t_n INVISIBLE|ALTER INDEX t_n IGNORED|DISABLE KEYS
r MODIFY t BIGINT|r MODIFY t INT NOT NULL|r ADD COLUMN x INT|r DROP FOREIGN KEY r_t|r ADD INDEX x (t, id)|r DROP COLUMN t|o MODIFY id BIGINT NOT NULL|o MODIFY id INT NOT NULL COMMENT 'c'|o ADD COLUMN x INT NOT NULL|o MODIFY code VARCHAR(20)|o DROP COLUMN code|o ADD CONSTRAINT x CHECK (id > 0)
`
  .split(/[|\n]/)
  .filter((sql) => sql !== "");

/** What stands beside another clause in one statement. */
const pairs: readonly string[] = (() => {
  const parts =
    "ADD COLUMN x INT|ADD COLUMN x INT NOT NULL DEFAULT 5|DROP COLUMN tx|RENAME COLUMN tx TO txx|ALTER COLUMN v SET DEFAULT 'y'|MODIFY a INT NOT NULL|MODIFY v VARCHAR(20)|MODIFY a BIGINT|ADD INDEX y (v)|ADD UNIQUE INDEX z (a)|DROP INDEX t_n|ADD CONSTRAINT c CHECK (a > 0)|ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES o (id)|COMMENT='x'|RENAME INDEX t_n TO t_nn|FORCE".split(
      "|",
    );
  return parts.flatMap((one, at) => parts.slice(at + 1).map((other) => `${one}, ${other}`));
})();

/** Of whole statements. */
const statements = `
DROP TABLE t|DROP TABLE r|DROP TABLE o|TRUNCATE TABLE t|RENAME TABLE t TO t2|CREATE INDEX x ON t (a)|CREATE UNIQUE INDEX x ON t (a)|CREATE FULLTEXT INDEX x ON t (b)|DROP INDEX t_n ON t|UPDATE t SET a = 5|DELETE FROM t|INSERT INTO t (id) VALUES (50)
CREATE TABLE new (id INT PRIMARY KEY, t INT, CONSTRAINT new_t FOREIGN KEY (t) REFERENCES t (id))|CREATE TABLE new LIKE t|CREATE VIEW new AS SELECT id FROM t
`
  .split(/[|\n]/)
  .filter((sql) => sql !== "");

/** A clause names `t`, or the table before it. */
function ofTable(clause: string): string {
  const [, table = "t", rest = ""] = /^(?:([or]) )?([\s\S]*)$/.exec(clause) ?? [];
  return `ALTER TABLE ${table} ${rest}`;
}

const rowsOf: Readonly<Record<string, string>> = {
  joined: "UPDATE t SET a = id; INSERT INTO r VALUES (1, 1);",
  following: "UPDATE t SET a = id;",
};

function shapeScenes(): MysqlScene[] {
  return Object.entries(shapes).map(([name, sql], at) => ({
    name: `a table that is ${name}`,
    history: `${others} ${sql}`,
    rows: `INSERT INTO o VALUES (1, 'one'), (2, 'two'), (7, 'seven'); INSERT INTO t (id, a, b, v, n, ts, tx) VALUES (1, 1, 'one', 'one', 1, '2024-01-01', 'x'), (2, 2, 'two', 'two', 2, '2024-01-02', 'y'); ${rowsOf[name] ?? ""}`,
    awkward: [
      "INSERT INTO t (id) VALUES (60)",
      "INSERT INTO t (id, a, b, v, n, tx) VALUES (61, -1, 'longer than it', 'longlong', 3, REPEAT('x', 300))",
      "INSERT INTO t (id, a, b, v, n, ts) VALUES (62, 70000, 'é€😀', 'longlong', 4, '0001-01-01')",
      "INSERT INTO t (id, a, b, v, n) VALUES (63, 70000, 'é', 'é', 5)",
      "INSERT INTO t (id, a) VALUES (1, 1)",
      "INSERT INTO t (id, a, b) VALUES (64, 2, 'again')",
      "INSERT INTO t (id, n) VALUES (65, 99)",
      "INSERT INTO t (id, d) VALUES (66, -5)",
      "INSERT INTO t (id, v) VALUES (67, NULL)",
      "INSERT INTO r (id) VALUES (9)",
      "INSERT INTO o VALUES (-4, 'minus')",
    ],
    oldCode: [
      "INSERT INTO t (id, a, b, v, n, d, ts, tx) VALUES (70, 1, 'new', 'new', 1000, 2, '2024-01-01', 'new')",
      "INSERT INTO t (id) VALUES (71)",
      "INSERT INTO t (id, a) VALUES (72, NULL)",
      "INSERT INTO t (id, d) VALUES (73, -1)",
      "INSERT INTO t (id, n) VALUES (74, 1234)",
      "INSERT INTO t (id, b) VALUES (75, '€ longer than before')",
      "UPDATE t SET b = NULL, a = NULL, v = NULL, ts = NULL, tx = NULL WHERE id = 1",
      "UPDATE t SET a = -5 WHERE id = 2",
      "UPDATE t SET a = 1 WHERE id = 2",
      "DELETE FROM t WHERE id = 2",
      "INSERT INTO o (id, code) VALUES (9, 'nine')",
      "INSERT INTO o (id, code) VALUES (-9, 'nine')",
      "INSERT INTO r (id, t) VALUES (5, NULL)",
    ],
    statements: [
      ...clauses.map(ofTable),
      ...pairs.filter((_, n) => at === 0 || n % 5 === at % 5).map(ofTable),
      ...addedColumns()
        .filter((_, n) => at === 0 || n % 11 === at % 11)
        .map(ofTable),
      ...statements,
    ],
  }));
}

const formerTypes: Readonly<Record<string, string>> = {
  TINYINT: "1",
  INT: "1",
  "INT UNSIGNED": "1",
  BIGINT: "1",
  "DECIMAL(8,2)": "1",
  FLOAT: "1",
  "CHAR(10)": "'1'",
  "VARCHAR(10)": "'1'",
  "VARCHAR(63)": "'1'",
  "VARCHAR(64)": "'1'",
  "VARCHAR(300)": "'1'",
  "VARCHAR(10) CHARSET ascii": "'1'",
  "VARCHAR(10) CHARSET utf8mb3": "'1'",
  "VARBINARY(20)": "'1'",
  TEXT: "'1'",
  MEDIUMTEXT: "'1'",
  DATE: "'2020-01-01'",
  DATETIME: "'2020-01-01'",
  TIMESTAMP: "'2020-01-01'",
  "ENUM('1','b')": "'1'",
  "SET('1','b')": "'1'",
  JSON: "'1'",
};
const laterTypes =
  "TINYINT|SMALLINT|INT|INT UNSIGNED|BIGINT|DECIMAL(8,2)|DECIMAL(10,2)|DECIMAL(10,4)|DOUBLE|CHAR(10)|CHAR(20)|VARCHAR(5)|VARCHAR(10)|VARCHAR(20)|VARCHAR(63)|VARCHAR(64)|VARCHAR(70)|VARCHAR(300)|VARCHAR(10) CHARSET utf8mb4|VARCHAR(10) COLLATE utf8mb4_bin|VARBINARY(20)|VARBINARY(300)|TEXT|LONGTEXT|DATE|DATETIME|DATETIME(3)|TIMESTAMP|ENUM('1','b')|ENUM('1','b','c')|ENUM('b','1')|ENUM('1')|SET('1','b','c')|JSON".split(
    "|",
  );

/** A column of each type that is declared anew, alone and under an index. */
function typeScenes(): MysqlScene[] {
  return Object.entries(formerTypes).map(([from, value]) => {
    const isIndexed = !/TEXT|JSON/.test(from);
    return {
      name: `columns of ${from}`,
      history: `CREATE TABLE t (id INT PRIMARY KEY, bare ${from}, indexed ${from}, strict ${from} NOT NULL DEFAULT ${/TEXT|JSON/.test(from) ? `(${value})` : value}${isIndexed ? ", KEY (indexed)" : ""}) CHARSET utf8mb4;`,
      rows: `INSERT INTO t VALUES (1, ${value}, ${value}, ${value}), (2, ${value}, NULL, ${value});`,
      awkward: [
        "INSERT INTO t (id, bare) VALUES (3, NULL)",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (4, 'b', 'b', 'b')",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (5, 'longlong', 'longlong', 'longlong')",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (6, REPEAT('x', 299), REPEAT('x', 299), REPEAT('x', 299))",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (7, 123, 123, 123)",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (8, 123456, 123456, 123456)",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (9, 4123456789, 4123456789, 4123456789)",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (10, -5, -5, -5)",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (11, 1e15, 1e15, 1e15)",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (12, 'é€', 'é€', 'é€')",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (14, '1001-01-01', '1001-01-01', '1001-01-01')",
        "INSERT INTO t (id, bare, indexed, strict) VALUES (15, '{}', '{}', '{}')",
      ],
      oldCode: [
        `INSERT INTO t (id, bare, strict) VALUES (20, ${value}, ${value})`,
        "INSERT INTO t (id, bare) VALUES (21, NULL)",
        "INSERT INTO t (id) VALUES (22)",
      ],
      statements: laterTypes.flatMap((to) => {
        return [
          `ALTER TABLE t MODIFY bare ${to}`,
          `ALTER TABLE t MODIFY indexed ${to}`,
          `ALTER TABLE t MODIFY strict ${to} NOT NULL`,
          ...(to === from || laterTypes.indexOf(to) % 3 === 0
            ? [`ALTER TABLE t MODIFY bare ${to} NOT NULL`, `ALTER TABLE t CHANGE bare other ${to}`]
            : []),
        ];
      }),
    };
  });
}

/** Every scene. The same ones on every run. */
export const scenes: readonly MysqlScene[] = [...shapeScenes(), ...typeScenes()];
