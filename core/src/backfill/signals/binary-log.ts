import { isBlind } from "../../dialect/load-signals.js";
import { sizeOption, sizeText } from "../run-option.js";
import { defineSignal } from "./signal.js";

/**
 * Binary logs stay on the disk of the server until they expire or are purged, whoever has read them: what may fill it is their size.
 * No limit is right for every disk, so there is none unless it is given.
 */
export default defineSignal({
  id: "binary-log",
  summary: "the binary logs of MySQL or MariaDB take more of the disk than is wanted; only with --max-binary-log",
  rank: 2,
  options: {
    maxBinaryLog: sizeOption({
      description: "wait while the binary logs take more of the disk of MySQL or MariaDB than this",
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
        reason: `the binary logs take ${sizeText(bytes)}, limit ${sizeText(maxBinaryLog)}; PURGE BINARY LOGS makes room once replicas and backups have read them`,
      };
    },
});
