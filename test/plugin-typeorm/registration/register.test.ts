import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { TypeormProject } from "../../../plugin-typeorm/src/project.js";
import { register } from "../../../plugin-typeorm/src/registration/register.js";
import { registeredFiles } from "../../../plugin-typeorm/src/registration/registered-files.js";
import { unlisted } from "../../../plugin-typeorm/src/registration/unlisted.js";

const migration = (name: string, head = "export class") => `${head} ${name} {
  async up() {}
  async down() {}
}
`;
const first = "1700000000001-First";
const second = "1700000000002-Second";
const old = (folder: string, head?: string, end = "ts") => ({
  [`${folder}/${first}.${end}`]: migration("First1700000000001", head),
  [`${folder}/${second}.${end}`]: migration("Second1700000000002", head),
});
const both = ["First1700000000001", "Second1700000000002"];

interface Shape {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly classes?: readonly string[];
  readonly dataSourceFile?: string;
  readonly folder?: string;
  /** The files that change, as they are with one class more. */
  readonly expected: Readonly<Record<string, string>>;
}

const source = (list: string, imports: string, before = "") =>
  `import { DataSource } from "typeorm";\n${imports}${before}\nexport default new DataSource({\n  type: "postgres",\n  migrations: ${list},\n});\n`;
const imports = (mark: string, folder: string, end: string, names: readonly string[]) =>
  names
    .map((name) => `import { ${name} } from ${mark}${folder}/${name.slice(-13)}-${name.slice(0, -13)}${end}${mark};\n`)
    .join("");
const required = (folder: string, names: readonly string[]) =>
  names.map((name) => `const ${name} = require("${folder}/${name.slice(-13)}-${name.slice(0, -13)}");\n`).join("");
const third = "Third1700000000003";

const shapes: readonly Shape[] = [
  {
    name: "an array in one line",
    files: {
      ...old("src/migrations"),
      "src/data-source.ts": source(`[${both.join(", ")}]`, imports('"', "./migrations", "", both)),
    },
    expected: {
      "src/data-source.ts": source(
        `[${[...both, third].join(", ")}]`,
        imports('"', "./migrations", "", [...both, third]),
      ),
    },
  },
  {
    name: "an array on several lines with a trailing comma and comments; extensions and single quotes",
    files: {
      ...old("src/migrations"),
      "src/data-source.ts": source(
        `[\n    ${both[0]}, // the first\n    ${both[1]}, // the second\n  ]`,
        imports("'", "./migrations", ".js", both),
      ),
    },
    expected: {
      "src/data-source.ts": source(
        `[\n    ${both[0]}, // the first\n    ${both[1]}, // the second\n    ${third},\n  ]`,
        imports("'", "./migrations", ".js", [...both, third]),
      ),
    },
  },
  {
    name: "several lines without a trailing comma, Windows line ends, no semicolons",
    files: {
      ...old("src/migrations"),
      "src/data-source.ts": source(`[\n    ${both.join(",\n    ")}\n  ]`, imports('"', "./migrations", "", both))
        .replaceAll('";\n', '"\n')
        .replaceAll("\n", "\r\n"),
    },
    expected: {
      "src/data-source.ts": source(
        `[\n    ${[...both, third].join(",\n    ")}\n  ]`,
        imports('"', "./migrations", "", [...both, third]),
      )
        .replaceAll('";\n', '"\n')
        .replaceAll("\n", "\r\n"),
    },
  },
  {
    name: "an exported list in another file",
    files: {
      ...old("src/db/migrations"),
      "src/db/migrations.ts": `${imports('"', "./migrations", "", both)}\nexport const migrations = [${both.join(", ")}] as const;\n`,
      "src/data-source.ts": source("[...migrations]", `import { migrations } from "./db/migrations.js";\n`),
    },
    folder: "src/db/migrations",
    expected: {
      "src/db/migrations.ts": `${imports('"', "./migrations", "", [...both, third])}\nexport const migrations = [${[...both, third].join(", ")}] as const;\n`,
    },
  },
  {
    name: "a default export, by shorthand, and options in a file of their own",
    files: {
      ...old("src/migrations"),
      "src/migrations/index.ts": `${imports('"', ".", "", both)}\nexport default [\n  ${both.join(",\n  ")},\n];\n`,
      "src/options.ts": `import migrations from "./migrations/index.js";\nexport const options = { type: "postgres", migrations };\n`,
      "src/data-source.ts": `import { DataSource } from "typeorm";\nimport { options } from "./options";\nexport default new DataSource(options);\n`,
    },
    expected: {
      "src/migrations/index.ts": `${imports('"', ".", "", [...both, third])}\nexport default [\n  ${[...both, third].join(",\n  ")},\n];\n`,
    },
  },
  {
    name: "all that a barrel exports",
    files: {
      ...old("src/migrations"),
      "src/migrations/index.ts": `export * from "./${first}";\nexport * from "./${second}";\n`,
      "src/data-source.ts": source("Object.values(migrations)", `import * as migrations from "./migrations";\n`),
    },
    expected: {
      "src/migrations/index.ts": `export * from "./${first}";\nexport * from "./${second}";\nexport * from "./1700000000003-Third";\n`,
    },
  },
  {
    name: "a list of what a barrel exports by name",
    files: {
      ...old("src/migrations"),
      "src/migrations/index.ts": `export { ${both[0]} } from './${first}.js'\nexport { ${both[1]} } from './${second}.js'\n`,
      "src/data-source.ts": source(
        `[${both.join(", ")}]`,
        `import { ${both.join(", ")} } from "./migrations/index.js";\n`,
      ),
    },
    expected: {
      "src/migrations/index.ts": `export { ${both[0]} } from './${first}.js'\nexport { ${both[1]} } from './${second}.js'\nexport { ${third} } from './1700000000003-Third.js'\n`,
      "src/data-source.ts": source(
        `[${[...both, third].join(", ")}]`,
        `import { ${[...both, third].join(", ")} } from "./migrations/index.js";\n`,
      ),
    },
  },
  {
    name: "an empty list",
    files: { "src/data-source.ts": source("[]", `import { User } from "./user.js";\n`) },
    classes: [],
    expected: {
      "src/data-source.ts": source(
        `[${third}]`,
        `import { User } from "./user.js";\n${imports('"', "./migrations", ".js", [third])}`,
      ),
    },
  },
  {
    name: "an empty list in a file without imports",
    files: {
      "src/list.ts": `// Oldest first.\nexport const migrations = [];\n`,
      "src/data-source.ts": source("migrations", `import { migrations } from "./list";\n`),
    },
    classes: [],
    expected: {
      "src/list.ts": `// Oldest first.\nimport { ${third} } from "./migrations/1700000000003-Third";\n\nexport const migrations = [${third}];\n`,
    },
  },
  {
    name: "paths by an alias, and two data sources in one file",
    files: {
      ...old("src/migrations"),
      "src/other/1700000000009-Other.ts": migration("Other1700000000009"),
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@db/*": ["./src/*"] } } }`,
      "src/data-source.ts": `${imports('"', "@db/migrations", "", both)}import { Other1700000000009 } from "./other/1700000000009-Other";
export const other = new DataSource({ migrations: [Other1700000000009] });
export default new DataSource({ migrations: isTest ? [] : [${both.join(", ")}] });
`,
    },
    expected: {
      "src/data-source.ts": `${imports('"', "@db/migrations", "", [...both, third])}import { Other1700000000009 } from "./other/1700000000009-Other";
export const other = new DataSource({ migrations: [Other1700000000009] });
export default new DataSource({ migrations: isTest ? [] : [${[...both, third].join(", ")}] });
`,
    },
  },
  {
    name: "CommonJS, as TypeORM writes classes in JavaScript",
    files: {
      ...old("src/migrations", "module.exports = class", "js"),
      "src/data-source.js": `${required("./migrations", both)}module.exports = new DataSource({ migrations: [${both.join(", ")}] });\n`,
    },
    dataSourceFile: "src/data-source.js",
    expected: {
      "src/data-source.js": `${required("./migrations", [...both, third])}module.exports = new DataSource({ migrations: [${[...both, third].join(", ")}] });\n`,
    },
  },
  {
    name: "CommonJS, a list that is all that its file exports",
    files: {
      ...old("src/migrations", "module.exports = class", "js"),
      "src/migrations/index.js": `${required(".", both)}\nmodule.exports = [${both.join(", ")}];\n`,
      "src/data-source.js": `const migrations = require("./migrations");\nmodule.exports = new DataSource({ migrations });\n`,
    },
    dataSourceFile: "src/data-source.js",
    expected: {
      "src/migrations/index.js": `${required(".", [...both, third])}\nmodule.exports = [${[...both, third].join(", ")}];\n`,
    },
  },
  {
    name: "one list for several data sources",
    files: {
      ...old("src/migrations"),
      "src/data-source.ts": source(
        "all",
        imports('"', "./migrations", "", both),
        `const all = [${both.join(", ")}];\nconst test = new DataSource({ migrations: all });\n`,
      ),
    },
    expected: {
      "src/data-source.ts": source(
        "all",
        imports('"', "./migrations", "", [...both, third]),
        `const all = [${[...both, third].join(", ")}];\nconst test = new DataSource({ migrations: all });\n`,
      ),
    },
  },
];

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function make({ files, classes = both, dataSourceFile = "src/data-source.ts", folder = "src/migrations" }: Shape) {
  const root = mkdtempSync(join(tmpdir(), "lockstep-lists-"));
  roots.push(root);
  const write = (file: string, text: string | undefined) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    if (text === undefined) rmSync(join(root, file));
    else writeFileSync(join(root, file), text);
  };
  for (const [file, text] of Object.entries({ "package.json": "{}", ...files })) write(file, text);
  const project = (own: readonly string[]) =>
    ({
      root,
      dataSourceFile,
      dataSource: dataSourceFile,
      classes: own,
      globs: [],
      generatedFolders: [],
    }) as unknown as TypeormProject;
  const end = dataSourceFile.slice(-2);
  return {
    write,
    project,
    classes,
    read: (file: string) => readFileSync(join(root, file), "utf8"),
    file: (name: string) => `${folder}/${name}.${end}`,
    text: (name: string) => migration(name, end === "js" ? "module.exports = class" : undefined),
  };
}

describe("a new class is listed as its neighbours are, and taken out again to the same bytes", () => {
  test.each(shapes)("$name", (shape) => {
    const { write, read, project, classes, file, text } = make(shape);
    const added = [{ file: file("1700000000003-Third"), text: text(third) }];
    const one = register(project(classes), { added, removed: [] });
    expect(one.unlisted).toEqual([]);
    expect(Object.fromEntries(one.changes.map((each) => [each.file, each.after]))).toEqual(shape.expected);
    // Two more, as a phase has them.
    const more = ["Fourth1700000000004", "Fifth1700000000005"].map((name) => ({
      file: file(`${name.slice(-13)}-${name.slice(0, -13)}`),
      text: text(name),
    }));
    for (const each of [...one.changes.map((change) => ({ file: change.file, text: change.after })), ...added])
      write(each.file, each.text);
    const now = [...classes, third];
    expect(new Set(registeredFiles(project(now)))).toEqual(
      new Set([...(classes.length === 0 ? [] : [file(first), file(second)]), file("1700000000003-Third")]),
    );
    const two = register(project(now), { added: more, removed: [] });
    for (const each of [...two.changes.map((change) => ({ file: change.file, text: change.after })), ...more])
      write(each.file, each.text);
    // A second time nothing changes.
    const all = [...now, "Fourth1700000000004", "Fifth1700000000005"];
    expect(register(project(all), { added: more, removed: [] }).changes).toEqual([]);
    // Whatever the data source had when it was built last.
    const gone = register(project(classes), { added: [], removed: [...added, ...more].map((each) => each.file) });
    for (const each of gone.changes) write(each.file, each.after);
    for (const changed of Object.keys(shape.expected)) expect(read(changed)).toBe(shape.files[changed]);
  });
});

test.each([
  ["readMigrations()", 5, `import { ${third} } from "./migrations/1700000000003-Third";`],
  ["[...(await readMigrations())]", 5, `import { ${third} } from "./migrations/1700000000003-Third";`],
])("what cannot be edited is named with its line and what to write: %s", (list, line, statement) => {
  const { project, file, text } = make({
    name: "",
    files: { ...old("src/migrations"), "src/data-source.ts": source(list, "") },
    expected: {},
  });
  const added = [{ file: file("1700000000003-Third"), text: text(third) }];
  expect(register(project(both), { added, removed: [] })).toEqual({
    changes: [],
    unlisted: [{ file: added[0]?.file, at: `src/data-source.ts:${line}`, globs: [], write: [statement, third] }],
  });
});

test("which of two empty lists is the data source's own is for a person to say", () => {
  const two = `new DataSource({ migrations: [] });\nexport default new DataSource({ migrations: [] });\n`;
  const { project, file, text } = make({
    name: "",
    files: { "src/data-source.ts": `const other = ${two}` },
    expected: {},
  });
  const added = [{ file: file("1700000000003-Third"), text: text(third) }];
  expect(register(project([]), { added, removed: [] })).toMatchObject({
    changes: [],
    unlisted: [{ file: added[0]?.file, at: "src/data-source.ts" }],
  });
});

test("what another data source lists is not left over; what a plan has written is, wherever it lies", async () => {
  const other = "src/migrations/1700000000009-Other.ts";
  const lost = "src/migrations/1700000000008-Lost.ts";
  const { project } = make({
    name: "",
    files: {
      ...old("src/migrations"),
      [other]: migration("Other1700000000009"),
      [lost]: migration("Lost1700000000008"),
      "src/migrations/helpers.ts": "export class Helper {}\n",
      "src/data-source.ts": source(`[${both.join(", ")}]`, imports('"', "./migrations", "", both)),
      "src/second.ts": source("[Other1700000000009]", imports('"', "./migrations", "", ["Other1700000000009"])),
    },
    expected: {},
  });
  const own = project(both);
  const known = { ...own, migrationsFolder: "src/migrations", migrationGlobs: registeredFiles(own) };
  const filesOf = async (planned: readonly string[]) => (await unlisted(known, planned)).map(({ file }) => file);
  expect(await filesOf([])).toEqual([lost]);
  expect(await filesOf([other, "src/migrations/1700000000007-Gone.ts"])).toEqual([lost, other]);
});
