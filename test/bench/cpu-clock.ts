/** How long the Node processes of a command had a core: that depends less on who else wants one than the time on the wall. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CpuClock {
  /** For the command to be measured. */
  readonly env: Readonly<Record<string, string>>;
  /** What the processes since the last call took, in milliseconds. */
  take(): CpuTime;
}

export interface CpuTime {
  readonly cpuMs: number;
  /** The part of the engine's process, in which Lockstep works. */
  readonly engineCpuMs: number;
  /** The most memory that the engine's process had at once, in megabytes. */
  readonly engineMb: number;
}

/** @param folder an empty one, for two files */
export function cpuClock(folder: string): CpuClock {
  const [probe, log] = [join(folder, "probe.cjs"), join(folder, "cpu.log")];
  writeFileSync(
    probe,
    `process.on("exit", () => {
       const { user, system } = process.cpuUsage();
       const name = /schema-engine\\.js$/.test(process.argv[1] ?? "") ? "engine" : "cli";
       require("node:fs").appendFileSync(${JSON.stringify(log)}, name + " " + (user + system) / 1000 + " " + process.resourceUsage().maxRSS / 1024 + "\\n");
     });`,
  );
  writeFileSync(log, "");
  return {
    env: { NODE_OPTIONS: `--require ${JSON.stringify(probe)}` },
    take() {
      const lines = readFileSync(log, "utf8").trim().split("\n");
      writeFileSync(log, "");
      const entries = lines.map((line) => line.split(" "));
      const engines = entries.filter(([name]) => name === "engine");
      const sum = (of: typeof entries) => of.reduce((total, [, ms]) => total + Number(ms), 0);
      return {
        cpuMs: sum(entries),
        engineCpuMs: sum(engines),
        engineMb: Math.max(0, ...engines.map(([, , mb]) => Number(mb))),
      };
    },
  };
}
