import type { Told } from "./hook.cjs";

/** A line of the hook: for Lockstep alone, not in plain text because URLs in it have passwords. */
const line = /^lockstep:told ([A-Za-z0-9+/=]+)$/;

/** What the hook says in a line; undefined for a line of the CLI. */
export function readTold(text: string): Told | undefined {
  const content = line.exec(text)?.[1];
  return content === undefined ? undefined : (JSON.parse(Buffer.from(content, "base64").toString("utf8")) as Told);
}
