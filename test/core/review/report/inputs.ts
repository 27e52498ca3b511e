import { readFileSync } from "node:fs";
import type { Plan } from "../../../../core/src/model/index.js";
import { planSchema } from "../../../../core/src/model/plan-schema.js";
import { type Rehearsal, rehearsalSchema } from "../../../../core/src/rehearsal/results/rehearsal.js";
import type { ReportInput } from "../../../../core/src/review/report/section.js";
import { planOf } from "../../../support/plan-fixture.js";

const text = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

/** A plan with two columns and its rehearsal with a replica, as the commands have written them. */
export function rehearsed(rename: (json: string) => string = (json) => json): { plan: Plan; rehearsal: Rehearsal } {
  const { hash: _, ...plan } = JSON.parse(rename(text("plan.json"))) as Record<string, unknown>;
  return { plan: planSchema.parse(plan), rehearsal: rehearsalSchema.parse(JSON.parse(rename(text("rehearsal.json")))) };
}

/** What a report is made of, with nothing but a plan unless more is given. */
export function inputOf(given: Partial<ReportInput> & { readonly plan: Plan }): ReportInput {
  return {
    command: (name) => `npx lockstep ${name}`,
    words: { deploy: "npx prisma migrate deploy", generate: "npx prisma generate" },
    at: "2026-11-24T12:00:00.000Z",
    version: "0.1.0",
    source: () => undefined,
    ...given,
  };
}

/** As the rehearsal of the fixture, with things that somebody would notice. */
export function noticed(rehearsal: Rehearsal): Rehearsal {
  const [naive, own] = rehearsal.runs;
  const table = { schema: "public", name: "User" };
  return {
    ...rehearsal,
    traffic: {
      ...rehearsal.traffic,
      leftOut: [
        { reason: "the stage refuses it (SQLSTATE 42P01)", statements: 3 },
        { reason: "the stage refuses it (SQLSTATE 42703)", statements: 2 },
      ],
    },
    runs: [
      {
        ...naive!,
        steps: naive!.steps.map((step, at) => (at === 0 ? { ...step, error: "a value is required" } : step)),
      },
      {
        ...own!,
        points: own!.points.map((point, at) => {
          // The last is behind all steps.
          const longestMs = at === own!.points.length - 1 ? 4400 : point.longestMs;
          return { ...point, longestMs, ...(at === 9 && { failed: 3 }) };
        }),
        steps: own!.steps.map((step, at) =>
          at > 0
            ? step
            : {
                ...step,
                differences: [{ kind: "stronger-lock", table, mode: "ACCESS EXCLUSIVE", stated: "SHARE" }],
                waits: [{ table, wanted: "ROW EXCLUSIVE", held: "ACCESS EXCLUSIVE", sessions: 4, longestMs: 1200 }],
              },
        ),
      },
    ],
    replanned: [
      {
        statement: 'SELECT * FROM "User" WHERE "handle" = $1',
        phase: "switch",
        before: ['Index Scan using "User_handle_key"'],
        after: ["Seq Scan", "  Filter"],
        costBefore: 8,
        costAfter: 1200,
        isWorse: true,
      },
    ],
    expected: [{ id: "backfill:User", ms: 600_000, leastMs: 400_000, mostMs: 900_000 }],
    findings: [
      { kind: "lock-differs", step: own!.steps[0]!.id },
      { kind: "stalled", step: own!.steps[0]!.id, value: 1200, limit: 1000 },
    ],
  };
}

/** A plan of many required, unique columns, with the code edits of a large application. */
export async function large(columns: number): Promise<Plan> {
  const names = Array.from({ length: columns }, (_, at) => `column_${at}`);
  const plan = await planOf({
    sql: [
      `ALTER TABLE "User" ${names.map((name) => `ADD COLUMN "${name}" TEXT NOT NULL`).join(", ")};`,
      ...names.map((name) => `CREATE UNIQUE INDEX "User_${name}_key" ON "User"("${name}");`),
    ].join("\n"),
  });
  const place = (at: number) => ({
    file: `src/modules/feature-${at % 40}/service.ts`,
    line: at + 1,
    what: `create${at}: data of prisma.user.create`,
    model: "User",
    field: names[at % columns]!,
  });
  return {
    ...plan,
    state: {
      ...plan.state,
      edits: Array.from({ length: 20 * columns }, (_, at) => ({
        ...place(at),
        transform: "write",
        phase: "expand" as const,
        text: `${names[at % columns]}: user.email.toLowerCase()`,
      })),
      places: Array.from({ length: 10 * columns }, (_, at) => ({
        ...place(at),
        kind: at % 3 === 0 ? ("required" as const) : ("likely" as const),
        reason: "the literal holds 9 of 9 columns",
      })),
    },
  };
}
