import type { PluginCommand } from "@lockstep/core";

const usage = "typeorm execute <file>";

/** `lockstep typeorm …`: commands that a plan may require and TypeORM's own CLI lacks. */
export const typeormCommand: PluginCommand = {
  name: "typeorm",
  summary: "runs an SQL file, or the statement of a migration that a plan wrote, on the data source's database",
  usage,
  async run([command, file, ...rest], context) {
    if (command === "execute" && file !== undefined && !file.startsWith("-") && rest.length === 0)
      return (await import("./execute.js")).execute(file, context);
    const isAsking = [command, file].some((word) => word === "--help" || word === "-h");
    const help = `Usage: lockstep ${usage}`;
    if (isAsking) context.out(help);
    else context.err(`error: execute takes one file\n${help}`);
    return isAsking ? 0 : 2;
  },
};
