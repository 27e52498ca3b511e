import fc from "fast-check";
import { expect, test } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import { readUrl, withoutPasswords } from "../../../core/src/base/url-text.js";
import { labelOf } from "../../../core/src/dialect/db/label.js";
import { readConnectionUrl } from "../../../core/src/postgresql/url.js";

// A password that was not encoded, in a URL that is written right or wrong: no part of it is ever shown.

/** No part of a message by chance. */
const part = fc.stringMatching(/^[QXZ][a-z0-9]{5}[QXZ]$/);
/** What breaks a URL, or does not. */
const between = fc.constantFrom(
  "/",
  "@",
  "#",
  "?",
  ":",
  "%",
  "&",
  "=",
  "//",
  ";",
  "\\",
  "[",
  "]",
  "%2",
  "!",
  "$",
  "-",
  " ",
  "\n",
  "\t",
  '"',
  "'",
);
const password = fc.tuple(part, fc.array(fc.tuple(between, part), { maxLength: 3 })).map(([first, more]) => ({
  text: first + more.map(([mark, next]) => mark + next).join(""),
  parts: [first, ...more.map(([, next]) => next)],
}));

const forms: readonly ((password: string) => string)[] = [
  (pw) => `postgresql://app:${pw}@db.example.org:5432/shop`,
  (pw) => `postgres://app:${pw}@db.example.org/shop?schema=public&sslmode=require`,
  (pw) => `postgresql:/app:${pw}@db.example.org/shop`,
  (pw) => `postgresql:///app:${pw}@db.example.org/shop`,
  (pw) => `postgresql:app:${pw}@db.example.org/shop`,
  (pw) => `postgresql//app:${pw}@db.example.org/shop`,
  (pw) => `postgressql://app:${pw}@db.example.org/shop`,
  (pw) => `app:${pw}@db.example.org/shop`,
  (pw) => `//app:${pw}@db.example.org/shop`,
  (pw) => `"postgresql://app:${pw}@db.example.org/shop"`,
  (pw) => `'postgresql://app:${pw}@db.example.org/shop'`,
  (pw) => ` postgresql://app:${pw}@db.example.org/shop\n`,
  (pw) => `postgres://\napp:${pw}@db.example.org/shop`,
  (pw) => `DATABASE_URL=postgresql://app:${pw}@db.example.org/shop`,
  (pw) => `postgresql://app:${pw}@db.example.org:port/shop`,
  (pw) => `postgresql://app:${pw}@db.example.org:99999/shop`,
  (pw) => `postgresql://app:${pw}@/shop`,
  (pw) => `postgresql://db.example.org/shop?user=app&password=${pw}`,
  (pw) => `postgresql://app@db.example.org/shop?sslpassword=${pw}&sslkey=k`,
  (pw) => `host=db.example.org user=app password=${pw} dbname=shop`,
  (pw) => `host=db.example.org user=app password='${pw}' sslpassword=${pw}`,
  (pw) => `jdbc:postgresql://db.example.org/shop?user=app&password=${pw}`,
  (pw) => `mysql://app:${pw}@db.example.org/shop`,
  (pw) => `postgresql%3A%2F%2Fapp%3A${pw}%40db.example.org%2Fshop`,
  (pw) => `postgresql://app%3A${pw}%40db.example.org/shop`,
];
const broken = fc
  .tuple(password, fc.constantFrom(...forms))
  .map(([{ text, parts }, form]) => ({ url: form(text), parts }));

function shownOf(url: string): string {
  try {
    return readConnectionUrl(url).label;
  } catch (error) {
    expect(error).toBeInstanceOf(LockstepError);
    const { message, hint, details, cause, stack } = error as LockstepError;
    return JSON.stringify([message, hint, details, cause ?? null, stack]);
  }
}

test("a target is named without any part of its password, or not at all", () => {
  fc.assert(
    fc.property(broken, ({ url, parts }) => {
      const shown = shownOf(url);
      for (const secret of parts) expect(shown, url).not.toContain(secret);
    }),
    {
      numRuns: 5_000,
      examples: [
        [
          {
            url: "postgresql://app%3AZ00a00Z@QaaaaaZ?X0aa0aZ=Z0aaaaQ%40db.example.org/shop",
            parts: ["Z00a00Z", "QaaaaaZ", "X0aa0aZ", "Z0aaaaQ"],
          },
        ],
      ],
    },
  );
});

test("what the driver of an ORM made of a broken URL is not shown either", () => {
  // As TypeORM takes URLs apart.
  const partsOf = (url: string) => {
    const behind = url.slice(url.indexOf("//") + 2);
    const slash = behind.indexOf("/");
    const [base, database] = slash === -1 ? [behind, ""] : [behind.slice(0, slash), behind.slice(slash + 1)];
    const [host = "", port] = base.slice(base.lastIndexOf("@") + 1).split(":");
    return labelOf(host, port === undefined ? 5432 : Number.parseInt(port, 10), database.split("?")[0] ?? "");
  };
  expect(partsOf("postgresql://app:pw@db.example.org:6432/shop")).toBe("db.example.org:6432/shop");
  fc.assert(
    fc.property(password, ({ text, parts }) => {
      const label = partsOf(`postgresql://app:${text}@db.example.org/shop`) ?? "";
      // Of a password whose first part ends at a slash or a mark nothing is left that could be told from a name.
      if (readUrl(`postgresql://app:${text}@db.example.org/shop`) === undefined) return;
      for (const secret of parts) expect(label).not.toContain(secret);
    }),
  );
});

/** What takes a URL apart that can be read does so rightly. */
const ifBroken = (url: string, said: string) => (readUrl(url) === undefined ? said : "");
const messages: readonly ((url: string) => string)[] = [
  (url) => `Error: cannot connect to ${url}`,
  (url) => `TypeError: Invalid URL\n    at parse (x.js:1:2) {\n  code: 'ERR_INVALID_URL',\n  input: '${url}'\n}`,
  (url) => `{"url":"${url}","ok":false}`,
  (url) => ifBroken(url, `Datasource "db": PostgreSQL database "${url.split("/").at(-1)}" at "${url.split("@")[0]}"`),
  (url) => ifBroken(url, `getaddrinfo ENOTFOUND ${url.split(/[/@:?#]/).find((word) => /^[QXZ]/.test(word)) ?? "x"}`),
];

test("what tools and unexpected errors say of a URL in their environment is hidden, whatever part of it", () => {
  fc.assert(
    fc.property(broken, fc.constantFrom(...messages), ({ url, parts }, message) => {
      const shown = withoutPasswords(message(url), { DATABASE_URL: url });
      for (const secret of parts) expect(shown, message(url)).not.toContain(secret);
    }),
    {
      numRuns: 2_000,
      // An `&` and a `=` in a password, not encoded: the rest looks like a parameter.
      examples: [
        [
          {
            url: "postgresql://db.example.org/shop?user=app&password=Q0aa0aZ&Q000aaX=Q0a00aZ",
            parts: ["Q0aa0aZ", "Q000aaX", "Q0a00aZ"],
          },
          (url) => `Error: cannot connect to ${url}`,
        ],
      ],
    },
  );
});

test("also of a URL that nobody knows, where it has one of the forms of a URL", () => {
  const oneLine = fc.tuple(
    password.filter(({ text }) => !/[\s"'\\;,&]/.test(text)),
    fc.constantFrom(...forms.slice(0, 20).filter((form) => !/\n|%3A|^\/\//.test(form("")))),
  );
  fc.assert(
    fc.property(oneLine, ([{ text, parts }, form]) => {
      const shown = withoutPasswords(`Error: ${form(text)} refused`);
      for (const secret of parts) expect(shown, form(text)).not.toContain(secret);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  "postgresql://app@db/shop at 127.0.0.1:5432",
  "Applying migration `20261120100542_add_handle`",
  "at Object.<anonymous> (file:///app/node_modules/.pnpm/pg@8.1.0/x.js:1:2)",
  'password authentication failed for user "app"',
  "npm warn see https://example.org/a@b",
])("%s is left as it is", (line) => {
  expect(withoutPasswords(line, { DATABASE_URL: "postgresql://app:s3cretword@db/shop", PATH: "/bin:/x@y" })).toBe(line);
});

test("of a URL of MySQL the password alone is taken out", () => {
  const env = { DATABASE_URL: "mysql://app:s3cretword@db/shop" };
  const line = 'Datasource "db": MySQL database "shop" at "db:3306", by mysql';
  expect(withoutPasswords(`${line} s3cretword`, env)).toBe(`${line} ***`);
});

test.each([
  "postgresql://app:pw@db.example.org:6432/shop?schema=a&options=-cx%3Dy",
  "postgres://localhost/shop",
  "postgresql://app@localhost/shop?host=/run/pg",
  "postgresql://app:pw@[::1]:5433/caf%C3%A9",
  "postgresql://app:p@ss@db/shop",
  "postgresql://app:p%40%2F%23@db-1.internal_x:5432/shop",
  "postgresql://%2Fvar%2Frun%2Fpostgresql/shop",
  "postgresql:///shop?host=/tmp",
  "postgresql://app:p w@db/shop\n",
  "postgresql://b%C3%BCcher/shop",
  "postgresql://app:pw@db",
  "postgresql://app:pw@db/",
])("%j is read", (url) => {
  expect(readUrl(url)).toBeDefined();
});
