// Imports next to nothing: the engine's proxy reads URLs too, for changes that pass.
import { attempt, isUriError } from "./expected-errors.js";

const schemes = { postgresql: "postgres(?:ql)?", mysql: "mysql|mariadb" } as const;

/**
 * Parses a database URL if it is unambiguous. With an unencoded `/`, `?`, `#` or `@` in a password, every parser takes a part of it for the
 * host, the port, the database or a parameter, and prints that in its messages.
 *
 * @returns undefined for any other text. Never print it: any part may be a password
 */
export function readUrl(given: string, family: keyof typeof schemes = "postgresql"): URL | undefined {
  const text = given.trim();
  const authority = new RegExp(`^(?:${schemes[family]})://([^/?#]*)`, "i").exec(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: readers strip them silently, and read another URL than the one that was written
  if (authority === null || /[#\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (text.slice(authority[0].length).includes("@")) return undefined;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const encoded = `${url.username}${url.password}${url.hostname}${url.pathname}`;
  if (attempt(() => decodeURIComponent(encoded), isUriError) === undefined) return undefined;
  const { hostname, username, pathname, search, searchParams } = url;
  const items = search.slice(1).split("&");
  const isRead =
    isHost(hostname) &&
    // The colon before a password, encoded by mistake: the `@` after it may belong to the password.
    !/%3a/i.test(username) &&
    !pathname.slice(1).includes("/") &&
    (search === "" || items.every((item) => item === "" || /^[\w.-]+=/.test(item))) &&
    searchParams.getAll("host").every((host) => host === "" || host.startsWith("/") || isHost(host)) &&
    searchParams.getAll("port").every((port) => /^\d*$/.test(port));
  return isRead ? url : undefined;
}

/** A name, an address, or the folder of a socket. */
export function isHost(host: string): boolean {
  return /^(?:[\w.~-]|%[89a-f][\da-f])*$|^\[?[\da-f:.]*\]?$|^(?:%2F[\w.~-]*)+$/i.test(host);
}

/** The scheme of another database's URL, if it is a common one. Undefined for any other text. */
export function otherScheme(text: string): string | undefined {
  return /^\s*((?:prisma(?:\+postgres)?|mysqlx?|mariadb|sqlite|sqlserver|mongodb(?:\+srv)?|cockroachdb|oracle|redis|jdbc|https?|file):)/i
    .exec(text)?.[1]
    ?.toLowerCase();
}

/** A libpq key, or a variable, whose value is a secret or a path to one. */
const secretKey =
  /\b((?:ssl|pg)?password|pwd|(?:pg)?passfile)(["']?\s*[=:]\s*)("(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^\s,;&"']+)/gi;
/** Marks the end of a login in a URL that can be parsed. Never part of a text. */
const end = "\u0001";
const postgresUrl = /\bpostgres(?:ql)?:[^\s"'`]*/gi;
/** Up to the last `@` of the line: the text before it may be part of a password. */
const brokenUrl = new RegExp(`\\b(postgres(?:ql)?:|postgres\\w*:?//)(?!/{0,2}[^\\s@]*${end})[^\\n]*@`, "gi");
const anyUrl = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s]*@/gi;
const login = /(^|[\s"'`(=])[^\s:@/"'`(=]+:(?!\/)[^\s]+@(?=[\w[])/g;

/**
 * Removes passwords from the text of another program or of an unexpected error.
 *
 * @param env the environment that produced it: hides the URLs in it, and the parts of URLs that cannot be parsed
 */
export function withoutPasswords(text: string, env: Readonly<Record<string, string | undefined>> = {}): string {
  let shown = text;
  for (const secret of secretsIn(env)) shown = shown.replaceAll(secret, "***");
  return shown
    .replace(secretKey, "$1$2***")
    .replace(postgresUrl, (url) => (readUrl(url) === undefined ? url : url.replace(userInfo, atHost)))
    .replace(brokenUrl, "$1//***@")
    .replaceAll(end, "@")
    .replace(anyUrl, "$1:***@")
    .replace(login, "$1***@");
}

const userInfo = /\/\/([^/?]*)@/;

/** The `@` is marked: it ends a complete login, and no broken one before it. */
function atHost(_: string, login: string): string {
  const [, user, password] = /^([^:@]*)(:.*)?$/s.exec(login) ?? [];
  return `//${user === undefined ? "***" : `${user}${password === undefined ? "" : ":***"}`}${end}`;
}

/** Longest first: a part may be contained in the whole. */
function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const found = Object.entries(env).flatMap(([name, value = ""]) => {
    if (/^PG(?:SSL)?PASSWORD$/.test(name)) return [value];
    const isUrl = /^\W*postgres(?:ql)?:/i.test(value);
    const isLogin = /url|uri|dsn|database|connection/i.test(name) && /@|%40|password\s*=/i.test(value);
    return isUrl || isLogin ? secretsOf(value) : [];
  });
  return [...new Set(found)].filter((secret) => secret.length >= 3).sort((a, b) => b.length - a.length);
}

const separators = /[\s:/@?#&='"`\\%,;]+/;

function secretsOf(value: string): readonly string[] {
  const url = readUrl(value) ?? readUrl(value, "mysql");
  if (url === undefined) {
    const parts = value
      .split(separators)
      .filter((part) => !/^(?:postgres(?:ql)?|mysql|mariadb|localhost|\d{1,5})$/i.test(part));
    return [value, value.trim(), ...parts];
  }
  const passwords = [url.password, ...["password", "sslpassword"].map((name) => url.searchParams.get(name) ?? "")];
  // A short password, or one that is also a name, would remove words that people need.
  const names = [url.username, url.hostname, url.pathname.slice(1)];
  return [
    ...passwords
      // A MySQL driver may parse the URL differently, and print a part.
      .flatMap((password) => [
        password,
        decoded(password),
        ...(/^\s*m/i.test(value) ? decoded(password).split(separators) : []),
      ])
      .filter((password) => password.length >= 6 && !names.includes(password)),
    ...restOfPassword(url.search),
  ];
}

/** The text after a password that is not a parameter of any driver: it had an `&` that was not encoded. */
function restOfPassword(search: string): readonly string[] {
  const items = search.slice(1).split("&");
  const at = items.findIndex((item) => /^(?:ssl)?password=/.test(item));
  return at === -1 ? [] : items.slice(at + 1).flatMap((item) => (/^[a-z_]+=/.test(item) ? [] : item.split("=")));
}

/** Without percent-encoding; unchanged if it is invalid. */
export function decoded(text: string): string {
  return attempt(() => decodeURIComponent(text), isUriError) ?? text;
}
