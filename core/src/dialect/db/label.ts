import { isHost } from "../../base/url-text.js";

/**
 * The display name of a database from a driver's parsed settings: `host:port/database`. Undefined if they do not have the expected form,
 * because they may contain a part of a password.
 */
export function labelOf(host: string, port: number | string, database: string): string | undefined {
  const isRead = (host.startsWith("/") || isHost(host)) && /^\d+$/.test(String(port)) && !/[@/:?#]/.test(database);
  return isRead ? `${host}:${port}/${database}` : undefined;
}
