import { type Connection, connect } from "../../db/connection.js";
import { readUrl } from "../../db/url-text.js";
import { type Check, type Finding, ok, problem } from "../check.js";

export default {
  id: "pooler",
  title: "connection pooler in transaction mode",
  on: "target",
  isAlone: true,
  async run({ connection, url, target, config }) {
    const urlFrom = config.targets[target]?.urlFrom;
    if (readUrl(url)?.searchParams.get("pgbouncer") === "true")
      return [found("the URL says pgbouncer=true", urlFrom, target)];
    const other = await connect(url, { applicationName: "lockstep doctor" });
    try {
      if (await changesSession(connection, other))
        return [found("one connection was served by several sessions", urlFrom, target)];
    } finally {
      await other.close();
    }
    return [ok("a direct connection, or a pooler that keeps the session")];
  },
} satisfies Check;

/**
 * Settings and version of a pooler can be hidden or differ; what it does cannot: between two transactions it gives the server
 * session away. The second connection takes it, or makes the pooler use another one.
 */
async function changesSession(one: Connection, other: Connection): Promise<boolean> {
  const first = await sessionOf(one);
  await other.query("BEGIN READ ONLY");
  try {
    // The pooler's only session, which is ours: a further question of `one` would wait for it.
    if ((await sessionOf(other)) === first) return true;
    if ((await sessionOf(one)) !== first) return true;
  } finally {
    await other.query("ROLLBACK");
  }
  return (await sessionOf(one)) !== first;
}

async function sessionOf(connection: Connection): Promise<number | undefined> {
  const { rows } = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid;
}

function found(how: string, urlFrom: string | undefined, target: string): Finding {
  return problem(`${target} is reached through a pooler in transaction mode: ${how}`, {
    why: "Locks and settings of a session get lost between two statements: two backfills could run at once.",
    next: `put the direct URL of the server into ${urlFrom ?? "the config"}`,
  });
}
