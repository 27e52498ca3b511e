import { type Check, ok, problem } from "../../dialect/check.js";
import { hasLedger } from "../../target/ledger/schema.js";
import { readGrants } from "../grants.js";
import { ledgerRights } from "../ledger.js";

export default {
  id: "ledger",
  title: "database lockstep, which stores progress",
  on: "target",
  async run({ connection }) {
    const { account, may } = await readGrants(connection);
    const { rows } = await connection.query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'lockstep'");
    const lacking = ledgerRights.filter((each) => !may(each, "lockstep"));
    if (lacking.length > 0)
      return [
        problem(`the account ${account} lacks ${lacking.join(", ")} on the database lockstep`, {
          why: "A backfill stores its position there, so that it can resume after an interruption.",
          next: `GRANT ${lacking.join(", ")} ON \`lockstep\`.* TO ${account}`,
        }),
      ];
    if (rows.length === 0) return [ok("the database lockstep does not exist yet; the account can create it")];
    // Throws LS7003 if a newer version created the ledger.
    return [ok((await hasLedger(connection)) ? "the ledger exists and is writable" : "the database lockstep is empty")];
  },
} satisfies Check;
