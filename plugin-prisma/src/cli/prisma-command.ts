import type { PluginCommand } from "@lockstep/core";

/**
 * `lockstep prisma …`: the stock CLI, with planning for the one command that Lockstep otherwise intercepts. For configs that cannot be
 * wrapped, for Windows, and for versions of Prisma that the proxy does not support.
 */
export const prismaCommand: PluginCommand = {
  name: "prisma",
  summary: "the stock Prisma CLI; plans what migrate dev generates, where the config cannot be wrapped",
  usage: "prisma migrate dev --name <name>",
  async run(args, context) {
    const isDevelopment = args[0] === "migrate" && args[1] === "dev";
    const isAsking = args.includes("--help") || args.includes("-h");
    if (isDevelopment && !isAsking && context.env.LOCKSTEP !== "off")
      return (await import("./migrate-dev.js")).migrateDev(args.slice(2), context);
    return (await import("./prisma-cli.js")).passToPrisma(args, context);
  },
};
