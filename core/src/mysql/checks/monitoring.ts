import { type Check, type Finding, ok, warning } from "../../dialect/check.js";
import { readGrants } from "../grants.js";
import { tellsHolders } from "../sessions.js";

export default {
  id: "monitoring",
  title: "sight of other sessions, and of who holds a table",
  on: "target",
  async run({ connection }) {
    const { account, may } = await readGrants(connection);
    const findings: Finding[] = [];
    if (!may("PROCESS"))
      findings.push(
        warning(`the account ${account} does not see the sessions of others`, {
          why: "When one is in the way, Lockstep cannot name it, and waits without knowing for whom.",
          next: `GRANT PROCESS ON *.* TO ${account}`,
        }),
      );
    if (!(await tellsHolders(connection)))
      findings.push(
        warning("the server does not tell this account who holds a table", {
          why: "Lockstep tries blindly for its lock, and names every open transaction instead of the one in the way.",
          next:
            connection.dialect.id === "mariadb"
              ? "INSTALL SONAME 'metadata_lock_info'"
              : `GRANT SELECT ON performance_schema.* TO ${account}; where the instrument is off: UPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = 'wait/lock/metadata/sql/mdl'`,
        }),
      );
    return findings.length > 0 ? findings : [ok(`the account ${account} sees other sessions, and who holds a table`)];
  },
} satisfies Check;
