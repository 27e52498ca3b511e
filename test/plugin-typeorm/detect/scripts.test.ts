import { describe, expect, it } from "vitest";
import { typeormScripts } from "../../../plugin-typeorm/src/detect/scripts.js";
import { shellWords } from "../../../plugin-typeorm/src/detect/shell-words.js";

describe("the words of a command line", () => {
  it.each([
    [`ts-node -r "tsconfig-paths/register" cli.js`, ["ts-node", "-r", "tsconfig-paths/register", "cli.js"]],
    [`A='b c' typeorm  -d "src/it's.ts"`, ["A=b c", "typeorm", "-d", "src/it's.ts"]],
    [`typeorm a\\ b "c \\"d\\""`, ["typeorm", "a b", 'c "d"']],
    ["typeorm migration:generate src/$npm_config_name", ["typeorm", "migration:generate", "src/$npm_config_name"]],
    ["typeorm migration:show | tail", undefined],
    ["typeorm migration:generate src/$(date)", undefined],
    [`typeorm query "select (1) | 2"`, ["typeorm", "query", "select (1) | 2"]],
  ])("%s", (line, words) => {
    expect(shellWords(line)).toEqual(words);
  });
});

describe("scripts that run TypeORM's CLI", () => {
  const first = (scripts: Record<string, string>) => {
    const [line] = typeormScripts(scripts);
    return line && `${line.run.join(" ")} | ${line.command ?? ""} | ${line.dataSource ?? ""} | ${line.script}`;
  };

  it.each<[string, Record<string, string>, string | undefined]>([
    [
      "the CLI and the data source in one script, commands in others",
      {
        typeorm: "typeorm-ts-node-commonjs -d src/data-source.ts",
        "migration:generate": "npm run typeorm -- migration:generate",
        "migration:run": "npm run typeorm -- migration:run",
      },
      "typeorm-ts-node-commonjs | migration:run | src/data-source.ts | migration:run",
    ],
    [
      "as NestJS tutorials have it",
      {
        typeorm: "ts-node ./node_modules/typeorm/cli",
        "migration:run": "npm run typeorm migration:run -- -d ./src/config/typeorm.ts",
        "migration:generate":
          "npm run typeorm -- -d ./src/config/typeorm.ts migration:generate ./src/migrations/$npm_config_name",
      },
      "ts-node ./node_modules/typeorm/cli | migration:run | ./src/config/typeorm.ts | migration:run",
    ],
    [
      "a build before it",
      { "db:migrate": "npm run build && npx typeorm migration:run -d dist/data-source.js", build: "tsc" },
      "npx typeorm | migration:run | dist/data-source.js | db:migrate",
    ],
    [
      "settings of the environment, and a long option",
      {
        m: "cross-env NODE_ENV=test tsx node_modules/typeorm/cli.js migration:run --dataSource=src/db.ts --transaction each",
      },
      "cross-env NODE_ENV=test tsx node_modules/typeorm/cli.js | migration:run | src/db.ts | m",
    ],
    [
      "yarn and pnpm call scripts by their names",
      { orm: "tsx ./node_modules/typeorm/cli.js", up: "yarn orm migration:run -d src/db.ts" },
      "tsx ./node_modules/typeorm/cli.js | migration:run | src/db.ts | up",
    ],
    ["only the CLI", { typeorm: "typeorm-ts-node-esm" }, "typeorm-ts-node-esm |  |  | typeorm"],
    ["scripts that call each other", { a: "npm run b", b: "npm run a" }, undefined],
    ["another ORM", { "migration:run": "knex migrate:latest", typeormish: "echo typeorms" }, undefined],
    ["a command without a CLI", { x: "migration:run -d src/db.ts" }, undefined],
  ])("%s", (_, scripts, expected) => {
    expect(first(scripts)).toBe(expected);
  });

  it("give the path of new migrations", () => {
    const [line] = typeormScripts({ g: "typeorm migration:generate -p src/db/migrations/Change -d src/db.ts" });
    expect(line?.rest).toEqual(["-p", "src/db/migrations/Change"]);
  });
});
