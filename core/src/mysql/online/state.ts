import type { Connection } from "../../dialect/connection.js";
import { errorCode } from "../../dialect/db/retry.js";
import type { SpecOf } from "../../dialect/units.js";
import type { MysqlServer } from "../units/index.js";
import { differences, draftSteps, dropDraft } from "../units/online-copy.js";

/**
 * Whether the table is already as the change wants it: the same change to an empty table of the same definition tells.
 * @throws what the server says where the change itself cannot be made
 */
export async function isDone(connection: Connection, spec: SpecOf<"online-copy">): Promise<boolean> {
  try {
    for (const { sql, when, mayBeGone } of draftSteps(spec)) {
      if (when !== undefined && (await connection.query(when.query)).rows.length > 0 !== when.finds) continue;
      await connection.query(sql).catch((error: unknown) => {
        if (mayBeGone !== true || errorCode(error) !== "42704") throw error;
      });
    }
    const { rows } = await connection.query(differences(spec, connection.dialect.id as MysqlServer));
    return rows.length === 0;
  } finally {
    if (!connection.isLost) await connection.query(dropDraft(spec));
  }
}
