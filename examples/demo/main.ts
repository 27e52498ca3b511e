/** `npm run demo`: adds one column to a busy table twice, the naive way and the Lockstep way, and counts what the users notice. */
import { join } from "node:path";
import { seconds } from "./figures.js";
import { lockstepWay } from "./lockstep.js";
import { naiveWay } from "./naive.js";
import { writeNumbers } from "./numbers.js";
import { type Options, readOptions, usage } from "./options.js";
import { prepare } from "./prepare.js";
import { closeConnections } from "./request.js";
import { Screen } from "./screen.js";
import { CommandFailed, Shell } from "./shell.js";
import { Stage } from "./stage.js";
import { footnotes, tableLines } from "./table.js";
import { verdicts } from "./verdict.js";

const options = readArguments();
if (options !== undefined) await main(options);

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

async function main(options: Options): Promise<void> {
  const begin = performance.now();
  const screen = new Screen();
  const stage = new Stage();
  try {
    const temporary = await stage.folder(options.keep);
    stage.onClose(closeConnections);
    const shell = new Shell(screen, stage.signal, join(temporary, "commands.log"));
    screen.headline(
      "One required column, one busy table, told twice",
      "By hand, then with Lockstep, under the same load. About two minutes; Ctrl-C cleans up.",
    );
    const { story, old } = await prepare({ options, stage, screen, shell, temporary });
    shell.isShopOpen = true;
    const naive = await naiveWay(story, old);
    const lockstep = await lockstepWay(story, old, naive);
    const phases = [...naive.load.numbers(), ...lockstep.phases];
    screen.act(4, "What the users noticed");
    screen.figures(...tableLines(phases));
    screen.figures(...footnotes(phases));
    const { problems } = lockstep;
    const { naive: said, lockstep: did } = verdicts(phases);
    screen.bad(`Naive:     ${said}.`);
    if (problems.length === 0) screen.good(`Lockstep:  ${did}.`);
    else for (const problem of problems) screen.bad(`Lockstep:  ${problem}`);
    screen.say(`Done in ${seconds(performance.now() - begin)}.`);
    screen.say(`The plan on one page: ${lockstep.report}`);
    if (options.keep) screen.say(`The project and its logs: ${temporary}`);
    if (options.json !== undefined) {
      const ms = performance.now() - begin;
      writeNumbers(options.json, { options, phases, problems, commands: shell.runs, ms });
    }
    process.exitCode = problems.length === 0 ? 0 : 1;
  } catch (error) {
    screen.live(undefined);
    if (stage.signal.aborted) screen.say("Stopped; everything is being cleaned up.");
    else explain(error, screen);
    process.exitCode ||= 1;
  } finally {
    await stage.close();
    // The signal handlers would keep nothing alive, but a socket that is just closing might.
    process.exit();
  }
}

function explain(error: unknown, screen: Screen): void {
  if (error instanceof CommandFailed) {
    screen.bad(error.message);
    if (error.isShown) return;
    for (const line of error.run.output.trimEnd().split("\n").slice(-25)) screen.output(line);
    return;
  }
  screen.bad(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
