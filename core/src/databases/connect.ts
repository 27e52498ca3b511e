import { doing } from "../base/at-work.js";
import type { Connection, ConnectOptions } from "../dialect/connection.js";

/** Systems that share one driver. The server reports which one it is after connecting. */
export interface Family {
  connect(url: string, options: ConnectOptions): Promise<Connection>;
  /** The schema of a name without one. @throws LS8004 a URL that cannot be parsed */
  schemaOf(url: string): string;
}

/** By the scheme of its URLs; loaded on demand. */
const families: readonly { readonly scheme: RegExp; load(): Promise<Family> }[] = [
  { scheme: /^\s*(?:mysql|mariadb):/i, load: () => import("../mysql/connect.js") },
  // It has the errors for invalid URLs, and for those of other databases.
  { scheme: /^/, load: () => import("../postgresql/connect.js") },
];

/**
 * Opens a session, with the encryption in the URL; its scheme determines the driver.
 *
 * @example const target = await connect(process.env.DATABASE_URL, { applicationName: "lockstep status" });
 * @throws LS8004 the target is unreachable or rejects the login; the message never contains the password · LS8009 a pooler in transaction
 *   mode
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  doing("connecting to a database");
  const { connect: open } = await familyOf(url);
  const connection = await open(url, options);
  doing(`asking ${connection.label}`);
  return connection;
}

/**
 * The schema or database in which the sessions of a URL find a table that is named without one.
 *
 * @throws LS8004 a URL that cannot be parsed
 */
export async function defaultSchema(url: string): Promise<string> {
  return (await familyOf(url)).schemaOf(url);
}

function familyOf(url: string): Promise<Family> {
  return families.find(({ scheme }) => scheme.test(url))!.load();
}
