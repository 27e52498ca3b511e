import { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import { connect } from "../databases/connect.js";
import { askOwnQuery } from "../databases/own-query.js";
import type { Connection } from "../dialect/connection.js";
import { refused } from "../dialect/db/refused.js";
import type { Target } from "./targets.js";

type Settings = LockstepConfig["targets"][string];

/** Whether a config target is a group of many databases or schemas. */
export function isGroup(settings: Settings | undefined): boolean {
  return settings?.eachSchema !== undefined || settings?.eachFrom !== undefined;
}

/**
 * Lists the current members of a target group from the database.
 *
 * @throws LS8002 the query is not one SELECT, or it writes · LS8004 the database is unreachable · LS8017 no members, or invalid rows from
 * the query
 */
export async function membersOf(group: Target, { eachSchema, eachFrom = "" }: Settings): Promise<readonly Target[]> {
  const connection = await connect(group.url, {
    applicationName: "lockstep",
    needsSession: false,
    isReadOnly: true,
  });
  try {
    const members =
      eachSchema === undefined
        ? await fromQuery(connection, group, eachFrom)
        : (await connection.dialect.live.schemas.like(connection, eachSchema)).map((name) => ({
            name,
            url: connection.dialect.live.schemas.urlIn(group.url, name),
          }));
    if (members.length === 0)
      throw new LockstepError(
        "LS8017",
        eachSchema === undefined
          ? `The query of target "${group.name}" returns no database on ${connection.label}.`
          : `No schema on ${connection.label} that the account can access matches '${eachSchema}' (target "${group.name}").`,
      );
    const names = members.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      throw new LockstepError("LS8017", `The query of target "${group.name}" returns "${twice}" twice.`);
    return members.map(({ name, url }) => ({ ...group, name: `${group.name}/${name}`, group: group.name, url }));
  } catch (error) {
    throw refused(error, `Listing the targets of "${group.name}"`);
  } finally {
    await connection.close();
  }
}

async function fromQuery(
  connection: Connection,
  group: Target,
  sql: string,
): Promise<readonly { readonly name: string; readonly url: string }[]> {
  const what = `The query of target "${group.name}"`;
  const rows = await askOwnQuery(connection, sql, { what, statementTimeoutMs: 15_000 });
  return rows.map((row) => {
    const { name, schema, url } = row as { readonly name?: unknown; readonly schema?: unknown; readonly url?: unknown };
    if (typeof name !== "string" || name === "" || (typeof schema !== "string") === (typeof url !== "string"))
      // No value is shown: a URL holds a password.
      throw new LockstepError(
        "LS8017",
        `The query of target "${group.name}" must return text columns: name, and either schema or url. It returns ${Object.keys(row).join(", ")}.`,
      );
    return {
      name,
      url: typeof url === "string" ? url : connection.dialect.live.schemas.urlIn(group.url, schema as string),
    };
  });
}
