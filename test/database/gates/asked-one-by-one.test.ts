import { expect, test } from "vitest";
import type { OpenTarget } from "../../../core/src/cli/ask-target.js";
import type { Invocation } from "../../../core/src/cli/command.js";
import { passOn } from "../../../core/src/cli/pass-gate.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import type { PlannedColumn } from "../../../core/src/model/index.js";
import { createDatabase } from "../../support/database.js";
import { type Person, personIo } from "../../support/person-io.js";

const table = { name: "User" };
const steps = ["handle", "label"].map((column) => ({ gate: "writers-aware", table, column }));

test("two columns whose answers differ are asked about one by one, and the yes to one is none to the other", async () => {
  const database = await createDatabase("asked");
  const connection = await connect(database.url, { applicationName: "test" });
  try {
    await connection.query(`CREATE TABLE "User" (id int PRIMARY KEY, handle text, label text)`);
    const place = { file: "src/users.ts", line: 3, what: "create", reason: "leaves it out" };
    const facts = {
      plan: "20261120093000_add_both",
      target: "production",
      connection,
      columns: steps.map(({ column }) => ({ table, name: column, isRelaxed: true }) as unknown as PlannedColumn),
      units: { applied: ["1"], failed: [], pending: [] },
      deploy: "npx prisma migrate deploy",
      recover: (name: string) => name,
      writersOf: ({ column }: { column: string }) => (column === "handle" ? [place] : []),
    } as unknown as GateFacts;
    const open: OpenTarget = { target: { name: "production", url: database.url }, connection, facts };
    const answer = async (yes: readonly boolean[]) => {
      const left = [...yes];
      const person: Person = { confirm: () => left.shift() ?? false };
      const { io, asked } = personIo(person, { env: {}, cwd: "/" });
      const invocation = { io, options: {}, arguments: [], cwd: "/", plugins: [] } as unknown as Invocation;
      const said = await passOn(open, steps, new Set(), invocation);
      return { asked: asked.length, open: said.map(({ isOpen }) => isOpen) };
    };
    expect(await answer([true, false])).toEqual({ asked: 2, open: [true, false] });
    expect(await answer([true])).toEqual({ asked: 1, open: [true, true] });
  } finally {
    await connection.close();
    await database.drop();
  }
});
