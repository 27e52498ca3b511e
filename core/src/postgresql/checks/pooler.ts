import { readUrl } from "../../base/url-text.js";
import { type Check, type Finding, ok, problem } from "../../dialect/check.js";

export default {
  id: "pooler",
  title: "connection pooler in transaction mode",
  on: "target",
  async run({ connection, url, target, config }) {
    const urlFrom = config.targets[target]?.urlFrom;
    if (readUrl(url)?.searchParams.get("pgbouncer") === "true")
      return [found("the URL contains pgbouncer=true", urlFrom, target)];
    if (connection.isPooled) return [found("several sessions served one connection", urlFrom, target)];
    return [ok("a direct connection, or a pooler that keeps the session")];
  },
} satisfies Check;

function found(how: string, urlFrom: string | undefined, target: string): Finding {
  return problem(`the URL of ${target} is that of a pooler in transaction mode: ${how}`, {
    why: "Locks and settings of a session get lost between two statements: two backfills could run at once.",
    next: `put the direct URL of the server into ${urlFrom ?? "the config"}`,
  });
}
