import type { Language } from "./language.js";
import { idleHolder, unitLock } from "./locks.js";

/**
 * The function that runs a unit in the same way in every transaction mode, and on `migration:revert`, which knows no mode of a single
 * migration. It is not exported: TypeORM takes every exported function of a file for a migration.
 *
 * The commit takes what earlier migrations of this run did with it, their records included; when a later one fails the unit is not
 * recorded although it is done, so units have to stand a second run. A second process waits, so that index builds do not meet; a
 * session that keeps the lock without doing anything is no migration: a pooler in transaction mode has taken it over.
 *
 * Every block has its braces: formatters and linters that add them would change what is hashed.
 */
export function outsideTransaction({ typed, returns, answer }: Language): string {
  const asked = `queryRunner.query(\`SELECT pg_try_advisory_lock(${unitLock}) AS mine,
            (${idleHolder}) AS idle\`)`;
  return `/** Whatever the transaction mode: outside of a transaction, and not while another process is at a unit. */
async function outsideTransaction(${typed("queryRunner", "QueryRunner")}, ${typed("run", "() => Promise<void>")})${returns("Promise<void>")} {
    const isInside = queryRunner.isTransactionActive;
    if (isInside) {
        await queryRunner.commitTransaction();
    }
    for (;;) {
        // Short statements: CREATE INDEX CONCURRENTLY waits for every session that is inside of one.
        const [{ mine, idle }] = ${answer(asked, "[{ mine: boolean; idle: number | null }]")};
        if (mine) {
            break;
        }
        if (idle) {
            throw new Error(\`pid \${idle} keeps the lock of Lockstep's migrations and does nothing. End it: SELECT pg_terminate_backend(\${idle})\`);
        }
        await queryRunner.query(\`SELECT pg_sleep(0.5)\`);
    }
    try {
        await run();
    } finally {
        await queryRunner.query(\`SELECT pg_advisory_unlock(${unitLock})\`).catch(() => undefined);
    }
    if (isInside) {
        await queryRunner.startTransaction();
    }
}
`;
}
