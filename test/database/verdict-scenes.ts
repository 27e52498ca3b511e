/** Tables in use in many shapes, and the statements that are tried on each: what `verdict-combinations.test.ts` combines. */

export interface Scene {
  readonly name: string;
  /** Migrations that made what is there: a server runs them, and the verdicts know them. */
  readonly history: string;
  /** The rows of every day. */
  readonly rows: string;
  /** Rows that a statement may fail on, each set added alone. One that the tables refuse already is left out. */
  readonly awkward: readonly string[];
  readonly oldCode: readonly string[];
  readonly statements: readonly string[];
  /** The lowest server that can make it. */
  readonly from?: number;
}

const library = `
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN plain_text AS text; CREATE DOMAIN plain_int AS int; CREATE DOMAIN plain_citext AS citext;
CREATE DOMAIN checked AS text CHECK (VALUE <> 'bad'); CREATE DOMAIN deep AS checked; CREATE DOMAIN checked_int AS int CHECK (VALUE > 0);
CREATE DOMAIN required AS text NOT NULL; CREATE DOMAIN over_required AS required;
CREATE DOMAIN required_default AS text DEFAULT 'x' NOT NULL;
CREATE DOMAIN with_default AS text DEFAULT 'x'; CREATE DOMAIN over_default AS with_default;
CREATE DOMAIN volatile_default AS text DEFAULT random()::text; CREATE DOMAIN short AS varchar(10);
CREATE TYPE pair AS (a int, b text);
CREATE FUNCTION fixed() RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'f' $$;
CREATE FUNCTION steady() RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN 's'; END $$;
CREATE FUNCTION wild() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN random()::text; END $$;
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
`;

const columns = `id int NOT NULL, a int, b text, v varchar(10), n int`;
const others = `
CREATE TABLE o (id int PRIMARY KEY, code varchar(10) UNIQUE);
CREATE TABLE far (id int);`;

/** How the table `t` stands to others. */
const shapes: Readonly<Record<string, string>> = {
  plain: `CREATE TABLE t (${columns}, PRIMARY KEY (id));`,
  joined: `CREATE TABLE t (${columns}, o int REFERENCES o (id), PRIMARY KEY (id), CONSTRAINT t_n_key UNIQUE (n));
CREATE TABLE r (id int PRIMARY KEY, t int REFERENCES t (id), tn int, CONSTRAINT r_tn_fkey FOREIGN KEY (tn) REFERENCES t (n));
CREATE TABLE selfish (id int PRIMARY KEY, up int REFERENCES selfish (id));`,
  parent: `CREATE TABLE t (${columns}, CONSTRAINT t_a_check CHECK (a < 1000)); CREATE TABLE c () INHERITS (t); CREATE TABLE g (more int) INHERITS (c);`,
  child: `CREATE TABLE q (${columns}); CREATE TABLE t (extra int) INHERITS (q); CREATE TABLE sibling () INHERITS (q);`,
  partitioned: `CREATE TABLE t (${columns}, o int REFERENCES o (id), CONSTRAINT t_a_check CHECK (a < 1000), PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id); CREATE TABLE p2a PARTITION OF p2 FOR VALUES FROM (100) TO (150);
CREATE TABLE pd PARTITION OF t DEFAULT;
CREATE TABLE apart (${columns}, o int); CREATE TABLE proven (${columns}, o int, CHECK (id >= 400 AND id < 500), CHECK (id IS NOT NULL));
CREATE INDEX t_b_idx ON t (b);`,
  listed: `CREATE TABLE t (${columns}) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (0) TO (100); CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (100) TO (200);
CREATE TABLE apart (${columns});`,
  partition: `CREATE TABLE q (${columns}) PARTITION BY RANGE (id); CREATE TABLE t PARTITION OF q FOR VALUES FROM (0) TO (100);
CREATE TABLE qd PARTITION OF q DEFAULT;`,
  attached: `CREATE TABLE q (${columns}) PARTITION BY RANGE (id); CREATE TABLE t (${columns}); ALTER TABLE q ATTACH PARTITION t FOR VALUES FROM (0) TO (100);`,
};

const rowsOf: Readonly<Record<string, string>> = {
  plain: "",
  joined: "UPDATE t SET o = 1; INSERT INTO r VALUES (1, 1, 1); INSERT INTO selfish VALUES (1, 1);",
  parent: "INSERT INTO c VALUES (11, 3, 'x', 'x', 11); INSERT INTO g VALUES (12, 4, 'y', 'y', 12, 5);",
  child: "INSERT INTO q VALUES (21, 3, 'x', 'x', 21); INSERT INTO sibling VALUES (22, 4, 'y', 'y', 22);",
  partitioned: `INSERT INTO t VALUES (101, 3, 'x', 'x', 101), (301, 4, 'y', 'y', 301); INSERT INTO apart VALUES (601, 1, 'z', 'z', 1); INSERT INTO proven VALUES (401, 1, 'z', 'z', 1);`,
  listed: `INSERT INTO t VALUES (101, 3, 'x', 'x', 101); INSERT INTO apart VALUES (601, 1, 'z', 'z', 1);`,
  partition: "INSERT INTO q VALUES (301, 3, 'x', 'x', 21);",
  attached: "",
};

const types =
  `int|bigint|text|varchar(10)|numeric(10,2)|timestamptz|uuid|jsonb|boolean|int[]|mood|citext|plain_text|plain_int|plain_citext|checked|deep|checked[]
checked_int|required|over_required|required_default|with_default|over_default|volatile_default|short|pair`.split(
    /[|\n]/,
  );

/** A default of each type that is not text. */
const constants: Readonly<Record<string, string>> = {
  int: "7",
  bigint: "7",
  "numeric(10,2)": "7",
  timestamptz: "now()",
  uuid: "gen_random_uuid()",
  jsonb: "'{}'",
  boolean: "false",
  "int[]": "'{1}'",
  mood: "'a'",
  plain_int: "7",
  checked_int: "7",
  "checked[]": "'{good}'",
  pair: "ROW(1, 'x')::pair",
};

const behind = [
  "",
  "NOT NULL",
  "UNIQUE",
  `CHECK (x IS DISTINCT FROM NULL)`,
  "CHECK (x::text <> 'bad')",
  "NOT NULL UNIQUE",
];

function addedColumns(): string[] {
  const found: string[] = [];
  for (const type of types) {
    const constant = constants[type];
    const defaults =
      constant === undefined
        ? [
            "",
            "DEFAULT NULL",
            "DEFAULT 'x'",
            "DEFAULT fixed()",
            "DEFAULT steady()",
            "DEFAULT wild()",
            "DEFAULT random()::text",
            "DEFAULT md5('x')",
            "DEFAULT current_user",
          ]
        : ["", "DEFAULT NULL", `DEFAULT ${constant}`];
    for (const value of defaults) for (const more of behind) found.push(`ADD COLUMN x ${type} ${value} ${more}`);
  }
  for (const more of ["", "CHECK (x > 0)", "UNIQUE", "NOT NULL"])
    for (const of of [
      "int GENERATED ALWAYS AS (id * 2) STORED",
      "int GENERATED ALWAYS AS (id * 2) VIRTUAL",
      "int GENERATED ALWAYS AS (a * 2) STORED",
      "int GENERATED ALWAYS AS (a * 2) VIRTUAL",
      "text GENERATED ALWAYS AS (b || 'x') STORED",
      "bigint GENERATED ALWAYS AS IDENTITY",
      "serial",
      "bigserial",
      "int DEFAULT nextval('counter')",
      "int REFERENCES o (id)",
      "int DEFAULT 1 REFERENCES o (id)",
      "int DEFAULT 99 REFERENCES o (id)",
      "int DEFAULT NULL REFERENCES o (id)",
      "int REFERENCES o (id) DEFERRABLE INITIALLY DEFERRED",
      'text COLLATE "C"',
      `text DEFAULT 'x' COLLATE "C"`,
    ])
      found.push(`ADD COLUMN x ${of} ${more}`);
  return found.map((clause) => `ALTER TABLE t ${clause.replace(/\s+/g, " ").trim()}`);
}

/** About constraints, keys, indexes and triggers of `t`, whichever shape it has. */
const plainStatements = `
ALTER TABLE t ALTER COLUMN a SET NOT NULL|ALTER TABLE t ALTER COLUMN id SET NOT NULL|ALTER TABLE t ALTER COLUMN b SET DEFAULT 'x'|ALTER TABLE t ALTER COLUMN b DROP DEFAULT
ALTER TABLE t DROP COLUMN b|ALTER TABLE t DROP COLUMN n|ALTER TABLE t DROP COLUMN n CASCADE|ALTER TABLE t DROP COLUMN o|ALTER TABLE t RENAME COLUMN b TO bb
ALTER TABLE t ALTER COLUMN id DROP NOT NULL
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)|ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID|ALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL)
ALTER TABLE t ADD CONSTRAINT k UNIQUE (n)|ALTER TABLE t ADD CONSTRAINT k UNIQUE (id, n)|ALTER TABLE t ADD PRIMARY KEY (id)|ALTER TABLE t ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a, id)
ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES o (id)|ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES o (id) NOT VALID
ALTER TABLE o ADD COLUMN t int REFERENCES t (id)|ALTER TABLE far ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES t (id)
ALTER TABLE t DROP CONSTRAINT t_n_key|ALTER TABLE t DROP CONSTRAINT t_n_key CASCADE|ALTER TABLE t DROP CONSTRAINT t_o_fkey|ALTER TABLE t DROP CONSTRAINT t_a_check|ALTER TABLE r DROP CONSTRAINT r_tn_fkey|ALTER TABLE t DROP CONSTRAINT t_pkey|ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE
CREATE INDEX i ON t (b)|CREATE UNIQUE INDEX i ON t (n)|CREATE UNIQUE INDEX i ON t (id, b)|CREATE INDEX i ON ONLY t (b)|DROP INDEX t_b_idx
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION same()|CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION same()
DROP TABLE t|DROP TABLE t CASCADE|TRUNCATE t|TRUNCATE t CASCADE|ALTER TABLE t RENAME TO tt|DROP TABLE o|DROP TABLE o CASCADE|DROP TABLE r|DROP TABLE c|DROP TABLE g|DROP TABLE q|DROP TABLE q CASCADE
DROP TABLE selfish|ALTER TABLE selfish ALTER COLUMN id TYPE bigint|ALTER TABLE selfish DROP COLUMN up
ALTER TABLE t ALTER COLUMN id TYPE bigint|ALTER TABLE t ALTER COLUMN a TYPE bigint|ALTER TABLE t ALTER COLUMN v TYPE varchar(20)|ALTER TABLE t ALTER COLUMN v TYPE text|ALTER TABLE t ALTER COLUMN v TYPE varchar(5)
ALTER TABLE t ALTER COLUMN n TYPE bigint|ALTER TABLE t ALTER COLUMN o TYPE bigint|ALTER TABLE o ALTER COLUMN id TYPE bigint|ALTER TABLE o ALTER COLUMN code TYPE varchar(20)|ALTER TABLE r ALTER COLUMN tn TYPE bigint|ALTER TABLE r ALTER COLUMN id TYPE bigint
ALTER TABLE t ALTER COLUMN b TYPE varchar(3)|ALTER TABLE t ALTER COLUMN b TYPE text COLLATE "C"
ALTER TABLE ONLY t ADD CONSTRAINT k CHECK (a > 0) NO INHERIT|ALTER TABLE ONLY t ALTER COLUMN b SET DEFAULT 'x'|ALTER TABLE ONLY t ALTER COLUMN a SET NOT NULL|ALTER TABLE ONLY t ADD COLUMN x text
UPDATE t SET b = 'x'|DELETE FROM t|INSERT INTO t (id, b) VALUES (50, 'x')
CREATE TABLE new (id int REFERENCES t (id))|CREATE TABLE new () INHERITS (t)|CREATE TABLE new (LIKE t INCLUDING ALL)|CREATE TABLE new PARTITION OF t FOR VALUES FROM (500) TO (600)|CREATE TABLE new PARTITION OF q FOR VALUES FROM (500) TO (600)
CREATE TABLE new PARTITION OF t DEFAULT|CREATE TABLE new PARTITION OF p2 FOR VALUES FROM (150) TO (160)|CREATE TABLE new AS SELECT * FROM t
ALTER TABLE t ATTACH PARTITION apart FOR VALUES FROM (600) TO (700)|ALTER TABLE t ATTACH PARTITION proven FOR VALUES FROM (400) TO (500)|ALTER TABLE t ATTACH PARTITION apart DEFAULT
ALTER TABLE t DETACH PARTITION p1|ALTER TABLE t DETACH PARTITION p2|ALTER TABLE t DETACH PARTITION pd|ALTER TABLE q DETACH PARTITION t|DROP TABLE p1|DROP TABLE p2|DROP TABLE p2a|DROP TABLE pd|TRUNCATE p1|ALTER TABLE p1 RENAME TO p1old
ALTER TABLE t INHERIT far|ALTER TABLE t NO INHERIT q|ALTER TABLE t NO INHERIT parent|LOCK TABLE t|LOCK TABLE ONLY t IN SHARE MODE|ALTER TABLE t SET SCHEMA apart_schema
ALTER TABLE t OWNER TO CURRENT_USER|ALTER TABLE t ENABLE ROW LEVEL SECURITY|ALTER TABLE t SET (fillfactor = 70)|ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL|ALTER TABLE t ALTER COLUMN a SET STATISTICS 100|ALTER TABLE t DISABLE TRIGGER ALL|ALTER TABLE t REPLICA IDENTITY FULL
ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY|ALTER TABLE t ALTER COLUMN a SET (n_distinct = 3)|COMMENT ON COLUMN t.b IS 'x'
ALTER TABLE t ADD COLUMN x text, ADD COLUMN y int DEFAULT 5
ALTER TABLE t ADD COLUMN IF NOT EXISTS b text|ALTER TABLE t ADD COLUMN IF NOT EXISTS a int NOT NULL UNIQUE REFERENCES o (id) CHECK (a > 5)|ALTER TABLE o DROP COLUMN IF EXISTS absent|ALTER TABLE t DROP COLUMN IF EXISTS absent|ALTER TABLE t DROP CONSTRAINT IF EXISTS absent
CREATE INDEX IF NOT EXISTS t_b_idx ON t (b)|CREATE INDEX IF NOT EXISTS t_b_idx ON ONLY t (b)|CREATE INDEX i ON ONLY t (b)|DROP INDEX IF EXISTS absent|CREATE TABLE IF NOT EXISTS t (id int)|DROP TABLE IF EXISTS absent
`
  .split(/[|\n]/)
  .filter((sql) => sql !== "");

const awkward = [
  "INSERT INTO t (id) VALUES (60)",
  "INSERT INTO t (id, a, b, v, n) VALUES (60, -1, 'bad', 'longlong', 1), (61, 77, 'bad', 'longlong', 1)",
  "INSERT INTO t (id, a) VALUES (1, 1)",
  "INSERT INTO apart (id) VALUES (1)",
  "UPDATE t SET b = 'bad', a = 2000000000",
  "INSERT INTO t (id) VALUES (520)",
  "INSERT INTO t (id) VALUES (610)",
  "INSERT INTO t (id) VALUES (155)",
  "INSERT INTO q (id) VALUES (520)",
  "INSERT INTO far VALUES (5)",
  "INSERT INTO t (id, b) VALUES (62, 'longer')",
];

const oldCode = [
  "INSERT INTO t (id, a, b, v, n) VALUES (70, 1, 'new', 'new', 70)",
  "INSERT INTO t (id) VALUES (71)",
  "UPDATE t SET b = NULL, a = -5 WHERE id = 1",
  "SELECT id, a, b, v, n FROM t",
  "INSERT INTO o (id, code) VALUES (9, 'nine')",
  "SELECT id FROM q",
  "SELECT o FROM t",
  "SELECT up FROM selfish",
  ..."r selfish p1 p2 p2a pd c g".split(" ").map((name) => `SELECT 1 FROM ${name}`),
];

/** Whatever is added to, or changed of, tables in each shape. */
function shapeScenes(): Scene[] {
  return Object.entries(shapes).map(([name, sql], at) => ({
    name: `a table that is ${name}`,
    history: `${library} CREATE SEQUENCE counter; CREATE SCHEMA apart_schema; ${others} ${sql}`,
    rows: `INSERT INTO o VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'); INSERT INTO t (id, a, b, v, n) VALUES (1, 1, 'one', 'one', 1), (2, 2, 'two', 'two', 2); INSERT INTO far VALUES (1); ${rowsOf[name] ?? ""}`,
    awkward,
    oldCode,
    statements: [...plainStatements, ...addedColumns().filter((_, n) => at === 0 || n % 9 === at)],
  }));
}

const formerTypes: Readonly<Record<string, string>> = {
  int: "1",
  text: "'1'",
  "varchar(10)": "'1'",
  varchar: "'1'",
  "numeric(10,2)": "1",
  "timestamp(3)": "'2020-01-01'",
  timestamptz: "'2020-01-01'",
  citext: "'1'",
  plain_text: "'1'",
  checked: "'1'",
  short: "'1'",
  plain_int: "1",
  plain_citext: "'1'",
  mood: "'a'",
  jsonb: "'1'",
  boolean: "true",
  "text[]": "'{1}'",
};
const laterTypes =
  "int|bigint|text|varchar|varchar(5)|varchar(20)|numeric(12,2)|numeric(12,4)|timestamp|timestamptz|citext|plain_text|checked|deep|required|plain_int|short|plain_citext|mood|jsonb|text[]|varchar(20)[]".split(
    "|",
  );

/** A column of each type and in each surrounding that PostgreSQL may have to make anew with it. */
function typeScenes(): Scene[] {
  return Object.entries(formerTypes).map(([from, value]) => {
    const isText = /text|char|short|checked/.test(from) && !from.includes("[");
    const history = `${library}
CREATE TABLE t (id int PRIMARY KEY, bare ${from}, indexed ${from}, keyed ${from} UNIQUE, expr ${from}, partial ${from}, guarded ${from}, given ${from} DEFAULT ${value}, strict ${from} NOT NULL, source ${from},
  CONSTRAINT guard CHECK (guarded IS DISTINCT FROM NULL));
${from === "jsonb" ? "" : "CREATE INDEX by_index ON t (indexed);"} CREATE INDEX by_partial ON t (id) WHERE partial IS NOT NULL; ${isText ? "CREATE INDEX by_expr ON t (lower(expr::text));" : ""}
CREATE TABLE r (own ${from} REFERENCES t (keyed));`;
    const statements = laterTypes.flatMap((to) =>
      "bare indexed keyed expr partial guarded given strict".split(" ").flatMap((column) => {
        const start = `ALTER TABLE t ALTER COLUMN ${column} TYPE ${to}`;
        const using = [
          `USING ${column}::text::${to}`,
          `USING ${column}::${to}`,
          `USING ${column}`,
          `USING lower(${column}::text)::${to}`,
        ];
        return column === "bare" || column === "indexed"
          ? [start, ...using.map((each) => `${start} ${each}`), ...(isText ? [`${start} COLLATE "C"`] : [])]
          : [start];
      }),
    );
    return {
      name: `columns of ${from}`,
      history,
      rows: `INSERT INTO t (id, bare, indexed, keyed, expr, partial, guarded, strict, source) VALUES (1, ${Array(8).fill(value).join(", ")}); INSERT INTO r SELECT keyed FROM t;`,
      awkward: [
        `INSERT INTO t (id, bare, indexed, keyed, guarded, strict) VALUES (2, NULL, NULL, NULL, ${value}, ${value})`,
        ...(isText
          ? ["'longer'", "'bad'", "'ABC'", "'longlongl'"].map(
              (text) =>
                `INSERT INTO t (id, bare, indexed, keyed, expr, partial, guarded, given, strict) VALUES (2, ${Array(8).fill(text).join(", ")})`,
            )
          : []),
        ...(from === "int" || from.startsWith("numeric")
          ? [
              `INSERT INTO t (id, bare, indexed, keyed, expr, partial, guarded, given, strict) VALUES (2, ${Array(8).fill("1234567").join(", ")})`,
            ]
          : []),
      ],
      oldCode: [
        `INSERT INTO t (id, bare, guarded, strict) VALUES (7, ${value}, ${value}, ${value})`,
        `INSERT INTO t (id, bare, guarded, strict) VALUES (8, NULL, ${value}, ${value})`,
        `SELECT bare, indexed FROM t`,
      ],
      statements: [
        ...statements,
        "ALTER TABLE r ALTER COLUMN own TYPE text",
        "ALTER TABLE r ALTER COLUMN own TYPE bigint",
      ],
    };
  });
}

/** A domain, and who uses it. */
function domainScenes(): Scene[] {
  const uses: Readonly<Record<string, readonly [ddl: string, rows: string, awkward: readonly string[]]>> = {
    nobody: ["", "", []],
    "one table": [
      "CREATE TABLE t (id int, x d);",
      "INSERT INTO t VALUES (1, 'a');",
      ["INSERT INTO t VALUES (2, NULL)", "INSERT INTO t VALUES (2, 'no')"],
    ],
    "a column added later": [
      "CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN x d;",
      "INSERT INTO t VALUES (1, 'a');",
      ["INSERT INTO t VALUES (2, NULL)", "INSERT INTO t VALUES (2, 'no')"],
    ],
    "a column of its type later": [
      "CREATE TABLE t (id int, x text); ALTER TABLE t ALTER COLUMN x TYPE d;",
      "INSERT INTO t VALUES (1, 'a');",
      ["INSERT INTO t VALUES (2, NULL)", "INSERT INTO t VALUES (2, 'no')"],
    ],
    "two tables": [
      "CREATE TABLE t (id int, x d); CREATE TABLE u (x d, y d);",
      "INSERT INTO t VALUES (1, 'a'); INSERT INTO u VALUES ('a', 'b');",
      ["INSERT INTO u VALUES (NULL, 'a')", "INSERT INTO u VALUES ('no', 'a')"],
    ],
    "a domain over it": [
      "CREATE DOMAIN dd AS d; CREATE TABLE t (id int, x dd); CREATE TABLE far (x int);",
      "INSERT INTO t VALUES (1, 'a');",
      ["INSERT INTO t VALUES (2, NULL)", "INSERT INTO t VALUES (2, 'no')"],
    ],
    partitions: [
      "CREATE TABLE t (id int, x d) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE pd PARTITION OF t DEFAULT;",
      "INSERT INTO t VALUES (1, 'a');",
      ["INSERT INTO t VALUES (2, NULL)", "INSERT INTO t VALUES (2, 'no')"],
    ],
    "a table that inherits": [
      "CREATE TABLE t (id int, x d); CREATE TABLE c () INHERITS (t);",
      "INSERT INTO c VALUES (1, 'a');",
      ["INSERT INTO c VALUES (2, NULL)", "INSERT INTO c VALUES (2, 'no')"],
    ],
    arrays: ["CREATE TABLE t (id int, x d[]);", "INSERT INTO t VALUES (1, '{a}');", []],
    "a composite type": [
      "CREATE TYPE k AS (x d); CREATE TABLE t (id int, x k);",
      "INSERT INTO t VALUES (1, ROW('a'));",
      [],
    ],
  };
  return Object.entries(uses).map(([name, [ddl, rows, awkwardRows]]) => ({
    name: `a domain that is used by ${name}`,
    history: `CREATE DOMAIN d AS text CONSTRAINT first CHECK (VALUE <> 'never'); ALTER DOMAIN d ADD CONSTRAINT loose CHECK (VALUE <> 'no') NOT VALID; ALTER DOMAIN d DROP CONSTRAINT loose; CREATE DOMAIN fresh AS text;
      CREATE DOMAIN lax AS text; CREATE TABLE lax_user (x lax); ${ddl} ALTER DOMAIN lax ADD CONSTRAINT later CHECK (VALUE <> 'x') NOT VALID;`,
    rows: `INSERT INTO lax_user VALUES ('a'); ${rows}`,
    awkward: awkwardRows,
    oldCode: ["INSERT INTO t (id, x) VALUES (1, NULL)", "INSERT INTO t (id, x) VALUES (1, 'no')", "SELECT x FROM t"],
    statements: [
      "ALTER DOMAIN d SET NOT NULL",
      "ALTER DOMAIN d DROP NOT NULL",
      "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> 'no')",
      "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE <> 'no') NOT VALID",
      "ALTER DOMAIN d DROP CONSTRAINT first",
      "ALTER DOMAIN d SET DEFAULT 'x'",
      "ALTER DOMAIN fresh SET NOT NULL",
      "ALTER DOMAIN lax VALIDATE CONSTRAINT later",
      "DROP DOMAIN fresh",
      "DROP DOMAIN d CASCADE",
    ],
  }));
}

/** Typed tables, computed columns, and constraints that wait for their validation. */
function otherScenes(): Scene[] {
  return [
    {
      name: "typed tables",
      history: `CREATE TYPE pair AS (id int, b text); CREATE TABLE t OF pair; CREATE TABLE u OF pair (PRIMARY KEY (id)); CREATE TABLE far (id int);
        CREATE TYPE lone AS (a int); CREATE TABLE apart (x int);`,
      rows: "INSERT INTO t VALUES (1, 'a'); INSERT INTO u VALUES (1, 'a'); INSERT INTO far VALUES (1);",
      awkward: ["INSERT INTO t VALUES (2, 'long')", "INSERT INTO t VALUES (2, NULL)"],
      oldCode: ["INSERT INTO t VALUES (3, 'b')", "SELECT id, b FROM u"],
      statements: [
        "ALTER TYPE pair ADD ATTRIBUTE c int CASCADE",
        "ALTER TYPE pair DROP ATTRIBUTE b CASCADE",
        "ALTER TYPE pair ALTER ATTRIBUTE id TYPE bigint CASCADE",
        "ALTER TYPE pair RENAME ATTRIBUTE b TO bb CASCADE",
        "ALTER TYPE lone ADD ATTRIBUTE c int CASCADE",
        "ALTER TYPE lone ADD ATTRIBUTE c int",
        "ALTER TABLE t NOT OF",
        "ALTER TABLE far OF lone",
        "DROP TYPE pair CASCADE",
        "ALTER TABLE t ALTER COLUMN b SET NOT NULL",
      ],
    },
    {
      name: "computed columns",
      history: `CREATE TABLE t (id int PRIMARY KEY, a int, s int GENERATED ALWAYS AS (a * 2) STORED);`,
      rows: "INSERT INTO t VALUES (1, 1), (2, 2);",
      awkward: ["INSERT INTO t VALUES (3, NULL)"],
      oldCode: ["INSERT INTO t (id, a) VALUES (4, 1)", "INSERT INTO t (id, a) VALUES (5, NULL)", "SELECT s FROM t"],
      statements: [
        "ALTER TABLE t ALTER COLUMN s SET EXPRESSION AS (a * 3)",
        "ALTER TABLE t ALTER COLUMN s DROP EXPRESSION",
        "ALTER TABLE t ALTER COLUMN s SET NOT NULL",
        "ALTER TABLE t DROP COLUMN s",
        "ALTER TABLE t ADD CONSTRAINT k CHECK (s > 0)",
        "CREATE INDEX i ON t (s)",
      ],
    },
    {
      name: "virtual columns",
      from: 18,
      history: `CREATE TABLE t (id int PRIMARY KEY, a int, w int GENERATED ALWAYS AS (a * 2) VIRTUAL);`,
      rows: "INSERT INTO t VALUES (1, 1), (2, 2);",
      awkward: ["INSERT INTO t VALUES (3, NULL)"],
      oldCode: ["INSERT INTO t (id, a) VALUES (4, 1)", "INSERT INTO t (id, a) VALUES (5, NULL)", "SELECT w FROM t"],
      statements: [
        "ALTER TABLE t ALTER COLUMN w SET EXPRESSION AS (a * 3)",
        "ALTER TABLE t ALTER COLUMN w SET NOT NULL",
        "ALTER TABLE t DROP COLUMN w",
        "ALTER TABLE t ADD CONSTRAINT k CHECK (w > 0)",
        "ALTER TABLE t ALTER COLUMN w TYPE bigint",
        "ALTER TABLE t ADD COLUMN x text",
      ],
    },
    {
      name: "constraints that are not valid yet",
      history: `CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a int, b text, o int); CREATE TABLE c () INHERITS (t);
        ALTER TABLE t ADD CONSTRAINT c1 CHECK (a > 0) NOT VALID; ALTER TABLE t ADD CONSTRAINT f1 FOREIGN KEY (o) REFERENCES o (id) NOT VALID;
        ALTER TABLE t ADD CONSTRAINT c2 CHECK (b IS NOT NULL) NOT VALID; ALTER TABLE t ADD CONSTRAINT c3 CHECK (a IS NOT NULL); CREATE UNIQUE INDEX u ON t (a); CREATE UNIQUE INDEX u2 ON t (o);`,
      rows: "INSERT INTO o VALUES (1); INSERT INTO t VALUES (1, 1, 'b', 1); INSERT INTO c VALUES (2, 1, 'b', 1);",
      awkward: ["INSERT INTO t VALUES (3, 3, 'b', NULL)"],
      oldCode: ["INSERT INTO t VALUES (4, 4, 'b', 1)", "INSERT INTO t VALUES (5, 5, 'b', NULL)"],
      statements: [
        "ALTER TABLE t VALIDATE CONSTRAINT c1",
        "ALTER TABLE t VALIDATE CONSTRAINT f1",
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE t ALTER COLUMN o SET NOT NULL",
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX u",
        "ALTER TABLE t DROP CONSTRAINT c1",
        "ALTER TABLE t DROP CONSTRAINT c3",
        "ALTER TABLE t DROP CONSTRAINT f1",
      ],
    },
  ];
}

/** Every scene. The same ones on every run. */
export const scenes: readonly Scene[] = [...shapeScenes(), ...typeScenes(), ...domainScenes(), ...otherScenes()];
