import * as z from "zod";
import { doubts, durations, goneKinds, lockModes, type NewerForm, newerForms } from "../model/index.js";

export const tableName = z.strictObject({ schema: z.string().optional(), name: z.string() });

const why = z.enum(["null", "duplicates", "exclusion", "check", "foreign-key", "cast", "lost-value", "any-row"]);

const concern = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("scans"), table: tableName, why: z.enum(["index", "check"]) }),
  z.strictObject({
    kind: z.literal("rewrites"),
    table: tableName,
    why: z.enum(["computed", "default", "type", "enum", "domain", "storage", "fulltext"]),
  }),
  z.strictObject({ kind: z.literal("fails-on-rows"), table: tableName, why, leavesHalf: z.literal(true).optional() }),
  z.strictObject({ kind: z.literal("fills-silently"), table: tableName, column: z.string(), value: z.string() }),
  z.strictObject({ kind: z.literal("one-value"), table: tableName, column: z.string() }),
  z.strictObject({
    kind: z.literal("session-default"),
    table: tableName,
    column: z.string(),
    value: z.string(),
    mayFail: z.boolean(),
    isAdded: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("ignores"), what: z.literal("references"), table: tableName, column: z.string() }),
  z.strictObject({ kind: z.literal("refuses-demand"), demand: z.string(), least: z.string() }),
  z.strictObject({ kind: z.literal("changes-rows"), table: tableName, how: z.enum(["insert", "update", "delete"]) }),
  z.strictObject({
    kind: z.literal("loses-data"),
    what: z.enum(["column", "table", "rows", "schema"]),
    table: tableName,
    column: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("breaks-code-before"),
    what: z.enum(goneKinds),
    name: z.string(),
    newName: z.string().optional(),
  }),
  z.strictObject({ kind: z.enum(["narrows-writes", "widens-reads"]), table: tableName.optional(), why }),
  z.strictObject({ kind: z.literal("drops-dependents") }),
  z.strictObject({ kind: z.literal("changes-access"), table: tableName.optional() }),
  z.strictObject({ kind: z.literal("breaks-inserts"), table: tableName, column: z.string() }),
  z.strictObject({ kind: z.literal("hides-rows"), table: tableName, partition: tableName }),
  z.strictObject({ kind: z.literal("searches-default-partition"), table: tableName }),
  z.strictObject({
    kind: z.literal("fails-in-transaction"),
    why: z.enum(["concurrently", "new-enum-value"]),
    type: tableName.optional(),
    value: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("needs-server"),
    major: z.number(),
    what: z.enum(Object.keys(newerForms) as NewerForm[]),
  }),
  z.strictObject({ kind: z.literal("guards-less"), table: tableName }),
  z.strictObject({ kind: z.literal("loses-index") }),
  z.strictObject({ kind: z.enum(["not-understood", "syntax-error"]), what: z.string() }),
]);

/** A `Verdict`, as `plan.json` has it. */
export const verdict = z.strictObject({
  locks: z.array(z.strictObject({ table: tableName, mode: z.enum(lockModes) })),
  held: z.enum(durations),
  concerns: z.array(concern),
  doubts: z.array(z.enum(doubts)),
});

/** A `Remark`. */
export const remark = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("skipped"), why: z.string() }),
  z.strictObject({ kind: z.literal("builds-index-again"), table: tableName, index: z.string() }),
  z.strictObject({ kind: z.literal("checks-again"), table: tableName, check: z.string() }),
  z.strictObject({ kind: z.literal("forgets-statistics"), table: tableName, column: z.string() }),
  z.strictObject({ kind: z.literal("not-migrated") }),
  z.strictObject({ kind: z.literal("not-committed"), column: z.string() }),
  z.strictObject({ kind: z.literal("not-edited"), name: z.string() }),
  z.strictObject({ kind: z.literal("may-be-renamed"), newName: z.string(), keeps: z.string() }),
  z.strictObject({ kind: z.literal("renames"), keeps: z.string() }),
]);
