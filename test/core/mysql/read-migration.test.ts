import fc from "fast-check";
import { expect, test } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { judging } from "../../../core/src/postgresql/judging.js";
import { judge } from "../../../core/src/rules/judge.js";
import { summary } from "../../support/operation-summary.js";
import { bodies, byHand, fromPrisma, fromTypeorm } from "./statements.js";

const read = (sql: string) => readMysqlMigration(sql, "migration.sql");
const cases = [...fromPrisma, ...fromTypeorm, ...byHand];

test.each(cases)("%s", (sql, ...expected) => {
  const { statements, operations } = read(sql);
  expect(operations.map(summary)).toEqual(expected);
  expect(statements).toHaveLength(1);
  for (const operation of operations) expect(sql).toContain(operation.sql);
});

test("each operation has its clause, its line and its statement", () => {
  const { statements, operations } = read(
    "-- AddField\nALTER TABLE `t`\n  ADD COLUMN `a` int /*!80023 INVISIBLE */, -- , x\n  ADD (`b` int, `c` int);\n/*!40101 SET NAMES utf8 */;\nSET @a = 1;",
  );
  expect(operations.map(({ statement, line, sql }) => [statement, line, sql])).toEqual([
    [0, 3, "ADD COLUMN `a` int /*!80023 INVISIBLE */"],
    [0, 4, "ADD (`b` int, `c` int)"],
    [0, 4, "ADD (`b` int, `c` int)"],
    [1, 5, "/*!40101 SET NAMES utf8 */"],
    [2, 6, "SET @a = 1"],
  ]);
  expect(statements.map(({ offset, line }) => [offset, line])).toEqual([
    [12, 2],
    [105, 5],
    [133, 6],
  ]);
});

test.each([
  ["semicolons in literals, names and comments", "SELECT ';', \"a;\", `b;` /* ; */ # ;\n -- ;\n;SELECT 1", 2],
  ["escaped and doubled quotes", `SELECT 'a\\';', 'b'';', "c"";", \`d\`\`;\`;SELECT 1`, 2],
  ["-- needs a space", "SELECT 1--1;SELECT 2 --\t;\n;", 2],
  ["two statements in one versioned comment", "/*!50001 SET @a = 1; SET @b = 2 */;", 2],
  ["no statement", " ; -- x\n/* y */", 0],
  ["a byte order mark", "\uFEFFSELECT 1;", 1],
  ["bodies without DELIMITER", "CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; END; DROP TABLE t", 2],
  [
    "DELIMITER lines",
    "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nSELECT 2;;$$\nDELIMITER ;\nSELECT 3;",
    5,
  ],
  [
    "mysqldump's triggers",
    "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW BEGIN\nSET @a = '*/'; END */;;\nDELIMITER ;\n",
    3,
  ],
])("cuts where statements end: %s", (_, sql, count) => {
  const { statements, tail } = read(sql);
  expect(statements).toHaveLength(count);
  expect(statements.map(({ full }) => full).join("") + tail).toBe(sql.replace(/^\uFEFF/, ""));
});

test("bodies end where a server ends them, without lines DELIMITER", () => {
  const { statements, operations } = read(bodies.map((sql) => `${sql};\n`).join(""));
  expect(statements.map(({ sql }) => sql)).toEqual(bodies);
  // MariaDB's block outside of routines runs whatever is in it.
  expect(operations.filter(({ kind }) => kind === "unknown").map(({ sql }) => sql)).toEqual(
    bodies.filter((sql) => sql.startsWith("BEGIN")),
  );
});

test.each([
  ["SELECT 1;\nSELECT 'a", "2: unterminated quote"],
  ["SELECT `a", "1: unterminated quote"],
  ['SELECT "a\\"', "1: unterminated quote"],
  ["SELECT 1; /* a", "1: unterminated comment"],
  ["\n/*!50001 SELECT 1", "2: unterminated comment"],
])("refuses what cannot be cut: %s", (sql, message) => {
  expect(() => read(sql)).toThrow(expect.objectContaining({ code: "LS1001", message: `migration.sql:${message}` }));
});

test.each(["MODIFY `a` int NOT NULL", "RENAME INDEX `i` TO `j`", "ENGINE=InnoDB", "DROP PARTITION `p`"])(
  "what PostgreSQL has no word for is not taken for safe by what is known of PostgreSQL: %s",
  (clause) => {
    const concerns = judge(read(`ALTER TABLE t ${clause}`), { judging }).notices.flatMap(
      ({ verdict }) => verdict?.concerns ?? [],
    );
    expect(concerns).toContainEqual(expect.objectContaining({ kind: "not-understood" }));
  },
);

const gaps = fc.constantFrom("", " ", "\n", "\r\n\t", "-- a; 'b\n", "# `c;\n", '/* d; " */', "/*! */", "--\n");

test("the slices make up the file again, and statements stay apart, whatever stands between them", () => {
  const whole = cases.filter(([, first = ""]) => !first.includes("without END")).map(([sql]) => sql);
  const part = fc.tuple(gaps, gaps, fc.constantFrom(...whole), gaps);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), gaps, (parts, last) => {
      // On a line of its own: a comment would take the semicolon.
      const sql = `${parts.map(([a, b, statement, c]) => `${a}${b}${statement} ${c}\n;`).join("")}${last}`;
      const { statements, tail, operations } = read(sql);
      expect(statements.map(({ full }) => full).join("") + tail).toBe(sql);
      for (const { full, sql: own, offset } of statements) {
        expect(full).toContain(own);
        expect(sql.startsWith(own, offset)).toBe(true);
      }
      expect(operations.map(summary)).toEqual(
        parts.flatMap(([, , statement]) => read(statement).operations.map(summary)),
      );
    }),
    { numRuns: 400 },
  );
});

test("reading ends, and throws nothing but LS1001, whatever the text", () => {
  const pieces = cases
    .flatMap(([sql]) => sql.split(/(?<=\W)|(?=\W)/))
    .concat("DELIMITER", "END", "BEGIN", "/*!", "*/", "\0", "é");
  const mutated = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((words) => words.join(" ")),
    fc
      .tuple(fc.constantFrom(...cases.map(([sql]) => sql)), fc.nat(), fc.nat(9), fc.constantFrom(...pieces))
      .map(([sql, at, length, put]) => sql.slice(0, at % sql.length) + put + sql.slice((at % sql.length) + length)),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  fc.assert(
    fc.property(mutated, (sql) => {
      try {
        const { statements, tail, operations } = read(sql);
        expect(statements.map(({ full }) => full).join("") + tail).toBe(sql.replace(/^\uFEFF/, ""));
        expect(new Set(operations.map(({ statement }) => statement)).size).toBe(statements.length);
      } catch (error) {
        expect((error as LockstepError).code).toBe("LS1001");
      }
    }),
    { numRuns: 3000 },
  );
});
