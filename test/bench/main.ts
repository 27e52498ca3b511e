/** `npm run bench`: measures what the project promises about speed and about the ranking of places, and says of each promise whether it is kept. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { load, machine } from "./machine.js";
import { type BenchName, type Options, readOptions, usage } from "./options.js";
import { type BenchReport, reportText, summaryText, verdictText } from "./report.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const options = readArguments();
if (options !== undefined) process.exitCode = await main(options).catch(failed);
// A server that is shutting down, or a socket that does not close, must not keep the process.
process.exit();

function readArguments(): Options | undefined {
  try {
    const read = readOptions(process.argv.slice(2));
    if (read !== "help") return read;
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

/** @returns the exit code: 1 when a promise is not kept */
async function main(options: Options): Promise<number> {
  const date = new Date();
  const { cores, node, platform, processor } = machine();
  const loads: Record<string, readonly [before: number, after: number]> = {};
  print(`Lockstep bench   ${cores} cores, ${processor}, ${platform}, Node ${node}, load ${load()}`);
  const reports: BenchReport[] = [];
  for (const name of options.only) {
    const before = load();
    const report = await runBench(name, options);
    loads[name] = [before, load()];
    reports.push(report);
    print(reportText(report));
    print(`  Load of the machine: ${before} before, ${load()} after, on ${cores} cores.`);
  }
  const bounds = reports.flatMap((report) => report.bounds);
  print("");
  for (const bound of bounds)
    print(options.isQuick ? `quick    ${bound.promise}: ${bound.measured}` : verdictText(bound));
  if (options.isQuick) print("Small and short: these numbers are not judged.");
  const file = resultFile(options, date);
  mkdirSync(dirname(file), { recursive: true });
  const document = { schemaVersion: 1, date: date.toISOString(), machine: machine(), loads, options, reports };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  print(`Written  ${file}`);
  for (const report of reports) process.stdout.write(summaryText(report));
  return options.isQuick || bounds.every((bound) => bound.isMet) ? 0 : 1;
}

/** Nothing was measured: another answer than "not met". */
function failed(error: unknown): number {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return 3;
}

async function runBench(name: BenchName, options: Options): Promise<BenchReport> {
  const progress = (text: string) => process.stderr.write(`  … ${name}: ${text}\n`);
  switch (name) {
    case "stall":
      return (await import("./stall.js")).benchStall(
        (await import("./systems/postgresql.js")).postgresql,
        options.stall,
        progress,
      );
    case "stall-mariadb":
      return (await import("./stall.js")).benchStall(
        (await import("./systems/mariadb.js")).mariadb,
        options.stall,
        progress,
      );
    case "existing":
      return (await import("./existing.js")).benchExisting(options.stall, progress);
    case "backfill":
      return (await import("./backfill/index.js")).benchBackfill(options.backfill, progress);
    case "scale":
      return (await import("./scale/index.js")).benchScale(options.scale, progress);
    case "rehearse":
      return (await import("./rehearse.js")).benchRehearse(options.rehearse, progress);
    case "migrate-dev":
      return (await import("./migrate-dev.js")).benchMigrateDev(options.migrateDevRuns, progress);
    case "large-schema":
      return (await import("./large-schema.js")).benchLargeSchema(options.largeSchema, progress);
    case "code":
      return (await import("./code.js")).benchCode(options.code, progress);
    case "ranking":
      return (await import("./ranking.js")).benchRanking(options.ranking, progress);
    case "read":
      return (await import("./read.js")).benchRead(options.read);
    case "check":
      return (await import("./check.js")).benchCheck(options.check, progress);
    case "help":
      return (await import("./help.js")).benchHelp(options.helpRuns);
    default:
      return name satisfies never;
  }
}

/** In the repository unless the user says otherwise; git ignores the folder. */
function resultFile({ json }: Options, date: Date): string {
  if (json !== undefined) return resolve(process.env.INIT_CWD ?? process.cwd(), json);
  return join(repository, "bench-results", `${date.toISOString().slice(0, 19).replaceAll(":", "-")}.json`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
