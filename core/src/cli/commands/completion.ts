import { basename } from "node:path";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "completion",
  summary: "print a shell completion script",
  arguments: [
    { name: "[shell]", description: "bash, zsh or fish (default: from $SHELL)" },
    {
      name: "[words...]",
      description: "words typed so far, after --; used by the script",
    },
  ],

  async run({ arguments: [named, ...words], io, plugins, cwd }) {
    const [{ shellScripts, shells, nextWordsText }, { LockstepError }] = await Promise.all([
      import("../shell-scripts.js"),
      import("../../base/errors.js"),
    ]);
    const name = named ?? basename(io.env.SHELL ?? "");
    const shell = shells.find((each) => each === name);
    if (shell === undefined)
      throw new LockstepError(
        "LS8016",
        name === "" ? "The shell is unknown." : `Lockstep has no completion script for ${name}.`,
        {
          hint: `npx lockstep completion ${shells.join("|")}`,
        },
      );
    if (words.length === 0)
      return { text: shellScripts[shell], json: { shell, script: shellScripts[shell] }, exitCode: 0 };
    const [{ completeWords }, { commands }] = await Promise.all([import("../complete-words.js"), import("./index.js")]);
    const all = [...commands, ...plugins.flatMap((plugin) => plugin.commands ?? [])];
    const next = completeWords(
      words.map((word) => word ?? ""),
      all,
      cwd,
    );
    return { text: nextWordsText(shell, next), json: { shell, next }, exitCode: 0 };
  },
});
