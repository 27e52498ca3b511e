import { doing } from "../base/at-work.js";
import type { Connection, ConnectOptions } from "../dialect/connection.js";

/** Systems that are reached by one driver. What exactly answers is known when it has answered. */
export interface Family {
  connect(url: string, options: ConnectOptions): Promise<Connection>;
  /** What a name without a schema is found in. @throws LS8004 a URL that cannot be read */
  schemaOf(url: string): string;
}

/** By the scheme of its URLs; loaded when it is asked for. */
const families: readonly { readonly scheme: RegExp; load(): Promise<Family> }[] = [
  { scheme: /^\s*(?:mysql|mariadb):/i, load: () => import("../mysql/connect.js") },
  // It has the words for what is no URL at all, and for those of other databases.
  { scheme: /^/, load: () => import("../postgresql/connect.js") },
];

/**
 * Opens a session, encrypted as the URL says; its scheme says which server it is.
 *
 * @example const target = await connect(process.env.DATABASE_URL, { applicationName: "lockstep status" });
 * @throws LS8004 when the target cannot be reached or refuses us; the message never holds the password · LS8009 a pooler in
 *   transaction mode
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  doing("connecting to a database");
  const { connect: open } = await familyOf(url);
  const connection = await open(url, options);
  doing(`asking ${connection.label}`);
  return connection;
}

/**
 * The schema, or the database, in which the sessions of a URL find a table that is named without one.
 *
 * @throws LS8004 a URL that cannot be read
 */
export async function defaultSchema(url: string): Promise<string> {
  return (await familyOf(url)).schemaOf(url);
}

function familyOf(url: string): Promise<Family> {
  return families.find(({ scheme }) => scheme.test(url))!.load();
}
