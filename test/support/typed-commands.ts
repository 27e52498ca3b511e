import { commands } from "../../core/src/cli/commands/index.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";

/** Commands of Lockstep in a text that people read, and whether they can be typed. */

const ofPlugins = [prismaPlugin, typeormPlugin].flatMap((plugin) => plugin.commands ?? []);
const known = new Set([...commands, ...ofPlugins].map((command) => command.name));
const second = [...new Set([...known].flatMap((name) => name.split(" ").slice(1)))].join("|");
const flagsOf = new Map(commands.map(({ name, options = [] }) => [name, options.map(({ flags }) => flags).join(" ")]));
const everyones = "--json --ci --cwd --help --version";
const typed = new RegExp(
  `(?:npx|yarn|pnpm exec) (?:--yes )?(?:lockstep|@lockstep/(?:prisma|typeorm)) ([a-z]+(?: (?:${second})\\b)?)([^\\n"'\`;:#$]*)`,
  "g",
);

/** @returns each command as it is written, with what is wrong about it where anything is */
export function typedCommands(text: string): { readonly text: string; readonly wrong: string | undefined }[] {
  return [...text.matchAll(typed)].map(([whole, name = "", rest = ""]) => ({
    text: whole,
    wrong: wrongIn(name, rest),
  }));
}

function wrongIn(name: string, rest: string): string | undefined {
  const [first = ""] = name.split(" ");
  if (!known.has(name) && !known.has(first)) return `no command ${name}`;
  // Commands of plugins take the options of the ORM's own.
  const flags = flagsOf.get(name) ?? flagsOf.get(first);
  if (flags === undefined) return undefined;
  const unknown = [...rest.matchAll(/ (--[a-z][a-z-]*)/g)].find(
    ([, flag]) => !new RegExp(`${flag}(?![a-z-])`).test(`${flags} ${everyones}`),
  );
  return unknown === undefined ? undefined : `no option ${unknown[1]} of ${name}`;
}
