import type { CopyTool } from "./tool.js";

/** gh-ost: reads the binary log, and creates no triggers on the table. */
export const ghOst: CopyTool = {
  id: "gh-ost",
  program: "gh-ost",
  install: "https://github.com/github/gh-ost/releases",
  takes: { triggers: false, foreignKeys: "no", needsRowLog: true },

  files: () => ({}),

  arguments({ database, table, alter, server, maxLagSeconds, chunkMs }, files, isDryRun) {
    return [
      `--conf=${files.credentials}`,
      `--host=${server.host}`,
      `--port=${server.port}`,
      `--database=${database}`,
      `--table=${table}`,
      `--alter=${alter}`,
      "--allow-on-master",
      "--assume-rbr",
      `--max-lag-millis=${maxLagSeconds * 1000}`,
      // gh-ost takes rows, not milliseconds. This many rows take about as long.
      `--chunk-size=${Math.min(100_000, Math.max(10, chunkMs * 10))}`,
      "--cut-over-lock-timeout-seconds=1",
      "--default-retries=60",
      // A value that does not fit, or a row that a unique key rejects, aborts the run.
      "--panic-on-warnings",
      "--ok-to-drop-table",
      `--serve-socket-file=${files.path("gh-ost.sock")}`,
      ...(isDryRun ? [] : ["--execute"]),
    ];
  },

  /** `Copy: 14100/752865 1.9%; Applied: 0; …; State: migrating; ETA: 2m37s` */
  progress(line) {
    const [, percent, eta] = /^Copy: \d+\/\d+ ([\d.]+)%;.* ETA: (\S+)$/.exec(line) ?? [];
    if (percent === undefined || eta === undefined) return undefined;
    const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };
    const parts = [...eta.matchAll(/([\d.]+)([hms])/g)];
    const etaMs = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
    return { fraction: Number(percent) / 100, ...(parts.length === 0 ? {} : { etaMs }) };
  },

  former: (table) => `_${table}_del`,

  leftovers: ({ database, table }) => ({
    triggers: [],
    tables: ["gho", "ghc"].map((end) => ({ schema: database, name: `_${table}_${end}` })),
  }),
};
