import { type Check, type Finding, ok, warning } from "../../dialect/check.js";
import { readGrants } from "../grants.js";
import { tellsHolders } from "../sessions.js";

export default {
  id: "monitoring",
  title: "visibility of other sessions and their table locks",
  on: "target",
  async run({ connection }) {
    const { account, may } = await readGrants(connection);
    const findings: Finding[] = [];
    if (!may("PROCESS"))
      findings.push(
        warning(`the account ${account} cannot see the sessions of other accounts`, {
          why: "Lockstep waits for a session that blocks it, but cannot name that session.",
          next: `GRANT PROCESS ON *.* TO ${account}`,
        }),
      );
    if (!(await tellsHolders(connection)))
      findings.push(
        warning("this account cannot see which sessions hold table locks", {
          why: "Lockstep requests its lock without checking first, and lists every open transaction instead of the blocking session.",
          next:
            connection.dialect.id === "mariadb"
              ? "INSTALL SONAME 'metadata_lock_info'"
              : `GRANT SELECT ON performance_schema.* TO ${account}\nUPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = 'wait/lock/metadata/sql/mdl'   -- if it is off`,
        }),
      );
    return findings.length > 0 ? findings : [ok(`the account ${account} sees other sessions and their table locks`)];
  },
} satisfies Check;
