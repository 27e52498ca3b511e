import { isBlind } from "../../dialect/load-signals.js";
import { sizeOption, sizeText } from "../run-option.js";
import { defineSignal } from "./signal.js";

/**
 * Binary logs stay on the disk of the server until they expire or are purged, even after all replicas have read them.
 * No limit fits every disk, so the default is none.
 */
export default defineSignal({
  id: "binary-log",
  summary: "the binary logs exceed --max-binary-log; off by default (MySQL, MariaDB)",
  rank: 2,
  options: {
    maxBinaryLog: sizeOption({
      description: "wait while the binary logs are larger (MySQL, MariaDB)",
    }),
  },
  everyMs: 5000,
  isPressure: true,
  start:
    () =>
    async ({ connection, options: { maxBinaryLog } }) => {
      if (maxBinaryLog === undefined) return undefined;
      const logs = await connection.dialect.live.loadSignals.binaryLogs?.(connection);
      if (logs === undefined || isBlind(logs)) return logs;
      const { bytes } = logs;
      if (bytes <= maxBinaryLog) return undefined;
      return {
        kind: "hold",
        reason: `the binary logs take ${sizeText(bytes)}, limit ${sizeText(maxBinaryLog)}; run PURGE BINARY LOGS once replicas and backups have read them`,
      };
    },
});
