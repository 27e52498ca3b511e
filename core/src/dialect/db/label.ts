import { isHost } from "../../base/url-text.js";

/**
 * How a database is named to people where a driver has taken its settings apart: `host:port/database`. Undefined where they are not what
 * the names say, so that a part of a password may be among them.
 */
export function labelOf(host: string, port: number | string, database: string): string | undefined {
  const isRead = (host.startsWith("/") || isHost(host)) && /^\d+$/.test(String(port)) && !/[@/:?#]/.test(database);
  return isRead ? `${host}:${port}/${database}` : undefined;
}
