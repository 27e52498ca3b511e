import { describe, expect, test } from "vitest";
import { sqlReader } from "../../core/src/databases/sql-reader.js";
import type { OperationKind, TableName } from "../../core/src/model/index.js";
import { noticeWords } from "../../core/src/review/verdict-words.js";
import { judge } from "../../core/src/rules/judge.js";
import type { Rule } from "../../core/src/rules/rule.js";
import { annotationsIn, planOf, sourcesIn, withoutAnnotations } from "./plan-fixture.js";

interface SafeCase {
  readonly name: string;
  readonly sql: string;
  /** A notice is expected: no rule rewrites it, but a person should look at it. */
  readonly notice?: RegExp | undefined;
}

interface UnsafeCase {
  readonly name: string;
  readonly sql: string;
  readonly consequence: RegExp;
  /** The DDL of the plan's units, in order, by phase. */
  readonly ddl: { readonly expand: readonly RegExp[]; readonly contract: readonly RegExp[] };
}

/** SQL in, plan out. The safe list is kept as carefully as the unsafe one: a tool that rewrites safe changes gets switched off. */
export function ruleTester<K extends OperationKind>(
  rule: Rule<K>,
  cases: { readonly safe: readonly SafeCase[]; readonly unsafe: readonly UnsafeCase[] },
): void {
  const { indexes = [], dialect = "postgresql" } = rule.examples;
  const index = (name: TableName) => indexes.find((each) => each.name === name.name);
  const read = async (sql: string) => {
    const { readMigration, judging } = await sqlReader(dialect);
    return judge(readMigration(sql, "migration.sql"), {
      judging,
      source: sourcesIn(annotationsIn(sql)),
      formerIndex: index,
      // As the ORMs do: what they name without quotes of their own is an enum, or a type of an extension.
      typeKind: () => "plain",
    });
  };
  describe(rule.id, () => {
    test.each([
      ...cases.safe,
      ...rule.examples.safe.map((sql) => ({ name: `example ${sql}`, sql, notice: undefined })),
    ])("safe: $name", async ({ sql, notice }) => {
      const { findings, notices } = await read(sql);
      expect(findings.filter((finding) => finding.rule.id === rule.id)).toEqual([]);
      if (notice === undefined) expect(notices).toEqual([]);
      else expect(notices.map(noticeWords).join("\n")).toMatch(notice);
    });
    test.each(rule.examples.unsafe)("example is found: %s", async (sql) => {
      const { findings } = await read(sql);
      expect(findings.map((finding) => finding.rule.id)).toContain(rule.id);
    });
    test.each(cases.unsafe)("unsafe: $name", async ({ sql, consequence, ddl }) => {
      const { findings } = await read(sql);
      const own = findings.filter((finding) => finding.rule.id === rule.id);
      expect(own.map((finding) => finding.hazard.consequence).join("\n")).toMatch(consequence);
      const plan = await planOf({ sql: withoutAnnotations(sql), columns: annotationsIn(sql), indexes, dialect });
      for (const phase of ["expand", "contract"] as const) {
        const actual = plan.units.filter((unit) => unit.phase === phase).map((unit) => unit.ddl);
        expect(actual, phase).toHaveLength(ddl[phase].length);
        ddl[phase].forEach((pattern, index) => {
          expect(actual[index]).toMatch(pattern);
        });
      }
    });
  });
}
