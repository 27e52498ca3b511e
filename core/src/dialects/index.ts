import type { Connection, ConnectOptions } from "../db/connection.js";

/** Systems that are reached by one driver. What exactly answers is known when it has answered. */
export interface Family {
  connect(url: string, options: ConnectOptions): Promise<Connection>;
}

/** By the scheme of its URLs; loaded when it is asked for. */
const families: readonly { readonly scheme: RegExp; load(): Promise<Family> }[] = [
  { scheme: /^\s*(?:mysql|mariadb):/i, load: () => import("./mysql/connect.js") },
  // What is no URL at all it has the words for.
  { scheme: /^/, load: () => import("./postgresql/connect.js") },
];

/** Who connects to a URL. */
export async function familyOfUrl(url: string): Promise<Family> {
  const family = families.find(({ scheme }) => scheme.test(url));
  return family!.load();
}
