import { flagOf, readOption } from "../../backfill/run-option.js";
import { runOptions } from "../../backfill/run-options.js";
import { LockstepError } from "../../base/errors.js";
import { defineCommand, listOption, textOption } from "../command.js";
import { controlBackfill, controlOptions } from "../control-backfill.js";
import { optionList } from "../run-options.js";

export default defineCommand({
  name: "backfill set",
  summary: "change the limits of a running backfill",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    ...controlOptions,
    ...optionList(),
    { flags: "--unset <names...>", description: "reset limits to their start value: max-rows-per-second" },
  ],

  async run(invocation) {
    const known = runOptions();
    const given: Record<string, string> = {};
    for (const [name, option] of known) {
      const text = textOption(invocation, name);
      if (text === undefined) continue;
      readOption(name, option, text, invocation.arguments[0]);
      given[name] = text;
    }
    const unset = listOption(invocation, "unset").map((typed) => {
      const name = [...known.keys()].find((each) => flagOf(each) === `--${typed.replace(/^--/, "")}`);
      if (name === undefined)
        throw new LockstepError("LS8002", `--unset ${typed}: there is no such limit.`, {
          hint: `Limits: ${[...known.keys()].map((each) => flagOf(each).slice(2)).join(", ")}`,
        });
      return name;
    });
    if (Object.keys(given).length + unset.length === 0)
      throw new LockstepError("LS8002", "No limit is given.", {
        hint: "npx lockstep backfill set --max-rows-per-second 5000   # for example",
      });
    const { config } = await invocation.workspace();
    /** The value of a reset limit, and where it comes from. */
    const startValue = (name: string, isRunning: boolean, started: Readonly<Record<string, string>> | undefined) => {
      const flag = flagOf(name);
      if (isRunning && started === undefined) return `${flag} as when the run started`;
      const text = (isRunning ? started : config.backfill)?.[name];
      if (text !== undefined)
        return `${flag} ${text} (${isRunning ? "from the start of the run" : "lockstep.config.ts"})`;
      const { initial } = known.get(name)!;
      return initial === undefined ? `no ${flag} (default)` : `${flag} ${initial} (default)`;
    };
    return controlBackfill(
      invocation,
      (control) => ({
        ...control,
        settings: Object.fromEntries(
          Object.entries({ ...control.settings, ...given }).filter(([name]) => !unset.includes(name)),
        ),
      }),
      (_, { settings }, isRunning, started) => {
        const set = Object.entries(settings).map(([name, text]) => `${flagOf(name)} ${text}`);
        const reset = unset.map((name) => startValue(name, isRunning, started));
        const when = isRunning ? "within a second" : "for the next run";
        return [...(set.length === 0 ? [] : [set.join(" ")]), ...reset, when].join(", ");
      },
    );
  },
});
