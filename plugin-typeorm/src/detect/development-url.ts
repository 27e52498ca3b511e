import type { DataSourceFacts } from "../cli/facts.cjs";

/** The URL of the data source's database; undefined where its settings do not say which one it is. */
export function developmentUrl(facts: DataSourceFacts): string | undefined {
  if (facts.url !== undefined) return facts.url;
  const { host = "localhost", port = 5432, username, password, database, ssl } = facts;
  if (database === undefined) return undefined;
  const isSocket = host.startsWith("/");
  const user = username === undefined ? "" : encodeURIComponent(username);
  const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  const parameters = new URLSearchParams({
    ...(isSocket ? { host, port: String(port) } : {}),
    ...(ssl === undefined ? {} : { sslmode: ssl === "verified" ? "require" : "no-verify" }),
  });
  const at = isSocket ? "localhost" : `${host}:${port}`;
  const query = parameters.size === 0 ? "" : `?${parameters}`;
  return `postgresql://${login === "" ? "" : `${login}@`}${at}/${encodeURIComponent(database)}${query}`;
}
