import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Encryption } from "../../dialect/db/encryption.js";
import type { ToolFiles } from "./tool.js";

export interface Account {
  readonly user: string;
  readonly password: string;
  readonly wanted: Encryption["wanted"];
}

/**
 * Files for one run of a tool, in a folder of the account's own: whoever lists processes sees its arguments, and no password.
 * @returns the files, and what removes them
 */
export function toolFiles(
  { user, password, wanted }: Account,
  files: Readonly<Record<string, string>>,
): { readonly files: ToolFiles; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-online-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  chmodSync(folder, 0o700);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600, flag: "wx" });
  // Each library has a word of its own for it, and passes over those of the other.
  const encrypted = wanted === "require" ? "ssl-mode=REQUIRED\nssl-enforce=1\n" : "";
  write("my.cnf", `[client]\nuser=${optionText(user)}\npassword=${optionText(password)}\n${encrypted}`);
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    files: { credentials: join(folder, "my.cnf"), path: (name) => join(folder, name) },
    remove() {
      process.off("exit", remove);
      remove();
    },
  };
}

/** A value in my.cnf: in quotes, as a # would begin a comment. */
function optionText(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}
