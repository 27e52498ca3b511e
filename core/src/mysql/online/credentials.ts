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
 * Creates files for one run of a tool, in a folder that only this account can read. Process lists show arguments, so the password must not
 * be one.
 * @returns the files, and a function that removes them
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
  // Each client library has its own option for it and ignores the other's.
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

/** A value in my.cnf, in quotes because # starts a comment. */
function optionText(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}
