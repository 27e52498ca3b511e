import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** Where numbers come from. Without names and paths: the file may be shared. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
}

export function machine(): Machine {
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 1024 ** 3),
  };
}

/** How many processes wanted a core during the last minute: above the number of cores, timings say little. 0 on Windows. */
export function load(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}
