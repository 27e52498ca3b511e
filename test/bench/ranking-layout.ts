/** How a replayed app is laid out: the names of its declarations and files, and the files that never change. */
import { camel } from "./code-models.js";
import { type Feature, type Form, kindOfForm, type Team } from "./ranking-teams.js";

/** What a place is called: requests and responses say which they are. */
export function anchorOf(form: Form, { takes }: Feature, model: string, feature: string): string {
  const topic = `${feature.charAt(0).toUpperCase()}${feature.slice(1)}`;
  const names: Readonly<Record<Form, string>> = {
    selectConst: `${feature}${model}Select`,
    selectCall: `find${model}For${topic}`,
    mapperReturned: `to${model}${topic}`,
    mapperConst: `to${model}${topic}`,
    mapperTyped: `to${model}${topic}View`,
    mapperUntyped: `to${model}${topic}`,
    interface: `${model}${topic}View`,
    dto: takes ? `Save${model}${topic}Dto` : `${model}${topic}ResponseDto`,
    zod: takes ? `save${model}${topic}Body` : `${camel(model)}${topic}Response`,
    create: `create${model}In${topic}`,
    update: `update${model}In${topic}`,
    names: `${feature}${model}Columns`,
    sql: `query${model}For${topic}`,
    graphql: model === "" ? topic : `${model}${topic}`,
    fixture: `${camel(model)}${topic}`,
    createInTest: `given${model}${topic}`,
    bodyInTest: `${camel(model)}${topic}Body`,
  };
  return names[form];
}

/** Where a place stands: features have folders, and kinds of code their files. */
export function fileOf(form: Form, feature: string, model: string): string {
  const name = model.toLowerCase();
  switch (kindOfForm[form]) {
    case "graphql":
      return "src/schema.graphql";
    case "fixture":
      return `test/fixtures/${name}.ts`;
    case "test":
      return `test/${feature}/${name}.test.ts`;
    case "type":
      return `src/${feature}/types.ts`;
    case "dto":
    case "zod":
      return `src/${feature}/${name}.schema.ts`;
    case "mapper":
      return `src/${feature}/${name}.mapper.ts`;
    default:
      return `src/${feature}/${name}.repository.ts`;
  }
}

/** What an app has besides its models and places. */
export function fixedFiles(orm: Team["orm"]): readonly [string, string][] {
  const client =
    orm === "prisma"
      ? `import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n`
      : `import { DataSource } from "typeorm";\n\nexport const source = new DataSource({ type: "postgres", entities: ["src/entities/*.ts"] });\n`;
  const team = `import { Column, Entity, PrimaryColumn } from "typeorm";\n\n@Entity("Team")\nexport class Team {\n  @PrimaryColumn()\n  id!: string;\n\n  @Column()\n  label!: string;\n}\n`;
  return [
    ["package.json", `${JSON.stringify({ name: "grown", private: true, type: "module" }, null, 2)}\n`],
    [
      "tsconfig.json",
      `${JSON.stringify({ compilerOptions: { strict: true, experimentalDecorators: true } }, null, 2)}\n`,
    ],
    ["src/db.ts", client],
    ...(orm === "typeorm"
      ? ([["src/entities/team.entity.ts", team]] as const).map(([file, text]): [string, string] => [file, text])
      : []),
  ];
}
