import { connect } from "@lockstep/core/planning";
import { ignoring, isNoBug } from "@lockstep/core/text";

/**
 * The URL with a lock timeout for its session. Prisma passes `options` on.
 *
 * @returns the URL unchanged if the project has a timeout of its own; undefined: a pooler rejects `options`
 */
export async function withLockTimeout(url: string, timeoutMs: number): Promise<string | undefined> {
  const limited = new URL(url);
  const options = limited.searchParams.get("options");
  // The project's own choice.
  if (options?.includes("lock_timeout")) return url;
  limited.searchParams.set("options", `${options === null ? "" : `${options} `}-c lock_timeout=${timeoutMs}`);
  // In this part of a URL, a space is not written as a plus.
  const text = limited.toString().replaceAll(/(?<=[?&]options=[^&]*)\+/g, "%20");
  const connection = await connect(text, { applicationName: "lockstep deploy" }).catch(ignoring(isNoBug));
  await connection?.close();
  return connection && text;
}
