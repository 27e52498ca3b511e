import { connect } from "@lockstep/core/planning";
import { ignoring, isNoBug } from "@lockstep/core/text";

/**
 * The URL with a lock timeout for the session that it opens. Prisma passes `options` on.
 *
 * @returns the URL as it is where the project has a timeout of its own; undefined: a pooler refuses `options`
 */
export async function withLockTimeout(url: string, timeoutMs: number): Promise<string | undefined> {
  const limited = new URL(url);
  const options = limited.searchParams.get("options");
  // The project's own choice.
  if (options?.includes("lock_timeout")) return url;
  limited.searchParams.set("options", `${options === null ? "" : `${options} `}-c lock_timeout=${timeoutMs}`);
  // What stands in a URL has no plus for a space.
  const text = limited.toString().replaceAll(/(?<=[?&]options=[^&]*)\+/g, "%20");
  const connection = await connect(text, { applicationName: "lockstep deploy" }).catch(ignoring(isNoBug));
  await connection?.close();
  return connection && text;
}
