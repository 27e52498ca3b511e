import { qualified, quoteLiteral, quoteTable, type UnitSpec } from "@lockstep/core";
import type { Language } from "./language.js";
import { templateLiteral } from "./template.js";

/** An index that is built concurrently. One on a partitioned table is declared in a block, which stands a second run by itself. */
export type BuildSpec = Extract<UnitSpec, { kind: "create-index" }>;

/**
 * The function that makes a concurrent build stand a second run. PostgreSQL leaves an index behind that is not valid when the build
 * fails; one that is valid may come from a run that ended before it was recorded. Whether it is the planned one is asked by the next
 * unit. A session that builds it is waited for: its own client may be gone.
 *
 * @param drop the statement that takes away what a build has left
 */
export function isBuilt({ table, index }: BuildSpec, drop: string, { typed, returns, answer }: Language): string {
  const state = `SELECT indisvalid AND indisready AND indislive AS valid,
            EXISTS (SELECT FROM pg_locks l WHERE l.relation = indrelid AND mode = 'ShareUpdateExclusiveLock' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND backend_type = 'autovacuum worker')) AS building
            FROM pg_index
            WHERE indexrelid = to_regclass(${quoteLiteral(qualified(table.schema, index.name))}) AND indrelid = to_regclass(${quoteLiteral(quoteTable(table))})`;
  return `/** Whether an earlier run has built the index. What a build that broke off has left is dropped. */
async function isBuilt(${typed("queryRunner", "QueryRunner")})${returns("Promise<boolean>")} {
    for (;;) {
        const [index] = ${answer(`queryRunner.query(${templateLiteral(state)})`, "[{ valid: boolean; building: boolean }?]")};
        if (!index || index.valid) {
            return Boolean(index);
        }
        if (!index.building) {
            break;
        }
        await queryRunner.query(\`SELECT pg_sleep(0.5)\`);
    }
    await queryRunner.query(${templateLiteral(drop)});
    return false;
}
`;
}
