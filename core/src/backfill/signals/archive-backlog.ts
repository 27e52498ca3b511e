import { isBlind } from "../../dialect/load-signals.js";
import { numberOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** WAL that is not archived stays on the disk of the server, and backups lack it. */
export default defineSignal({
  id: "archive-backlog",
  summary: "too many WAL files wait to be archived. The limit is a quarter while archiving fails (PostgreSQL)",
  rank: 2,
  options: {
    maxUnarchived: numberOption("files", 1, {
      description: "wait while more WAL files than this are not archived",
      // Same as in GitLab.
      initial: "42",
    }),
  },
  everyMs: 2000,
  isPressure: true,
  start:
    () =>
    async ({ connection, options: { maxUnarchived }, isHeld }) => {
      const archive = await connection.dialect.live.loadSignals.archive?.(connection);
      if (archive === undefined || isBlind(archive)) return archive;
      const { files, failingSince } = archive;
      const fails = failingSince !== undefined;
      const limit = fails ? Math.ceil(maxUnarchived! / 4) : maxUnarchived!;
      if (files <= (isHeld ? limit / 2 : limit)) return undefined;
      const why = fails ? `, and archiving has been failing (last at ${failingSince})` : "";
      return { kind: "hold", reason: `${files} WAL files wait to be archived, limit ${limit}${why}` };
    },
});
