/** Reading, folding and planning a migration of many statements: four times as many may take little more than four times as long. */

import { sqlReader } from "../../core/src/databases/sql-reader.js";
import { foldHandWritten } from "../../core/src/plan/fold-hand-written.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { planOf } from "../support/plan-fixture.js";
import { median, milliseconds, whole } from "./figures.js";
import type { BenchReport } from "./report.js";

const mostTimes = 7;

/** A planned column, and many statements beside it: each shape is one that a step could look for among all others. */
const shapes: readonly { readonly name: string; statement(index: number): string }[] = [
  { name: "INSERT", statement: (index) => `INSERT INTO tags (id, name) VALUES (${index}, 'tag ${index}')` },
  { name: "UPDATE", statement: (index) => `UPDATE tags SET name = 'x' WHERE id = ${index}` },
  { name: "CREATE TABLE", statement: (index) => `CREATE TABLE t${index} (id int PRIMARY KEY, name text)` },
  { name: "ADD COLUMN", statement: (index) => `ALTER TABLE u${index} ADD COLUMN bio text` },
  { name: "ADD FOREIGN KEY", statement: (index) => `ALTER TABLE u${index} ADD FOREIGN KEY (o) REFERENCES t (id)` },
];

/** @param options how many statements, and how often each number of them */
export async function benchRead({ statements, runs }: { readonly statements: number; readonly runs: number }) {
  const parser = await loadParser();
  const reader = await sqlReader("postgresql");
  const timed = async (make: (index: number) => string, count: number): Promise<number> => {
    const many = Array.from({ length: count }, (_, index) => `${make(index)};\n`).join("");
    // Of this process: who else uses the machine makes no step longer.
    const begin = process.cpuUsage();
    const migration = readMigration(`ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\n${many}`, "m.sql", parser);
    await planOf({ sql: foldHandWritten(migration, "m.sql", reader).migration.sql });
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  };
  const measured = [];
  for (const { name, statement } of shapes) {
    const few: number[] = [];
    const many: number[] = [];
    for (let run = -1; run < runs; run++) {
      const [one, four] = [await timed(statement, statements), await timed(statement, statements * 4)];
      if (run < 0) continue;
      few.push(one);
      many.push(four);
    }
    measured.push({ name, few, many, times: median(many) / median(few) });
  }
  const most = Math.max(...measured.map(({ times }) => times));
  return {
    name: "read",
    title: `a migration of many statements read and planned, ${runs} runs`,
    table: [
      ["", whole(statements), whole(statements * 4), "times"],
      ...measured.map(({ name, few, many, times }) => [
        name,
        milliseconds(median(few)),
        milliseconds(median(many)),
        times.toFixed(1),
      ]),
    ],
    notes: [],
    bounds: [
      {
        promise: `four times as many statements: under ${mostTimes} times as long`,
        measured: `${most.toFixed(1)} times`,
        isMet: most < mostTimes,
      },
    ],
    measurements: measured,
  } satisfies BenchReport;
}
