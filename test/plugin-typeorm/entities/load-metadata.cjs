// Runs inside of a project with the runner of a user: loads entity files with TypeORM and says what it makes of them.
const { readdirSync } = require("node:fs");
const { join } = require("node:path");
require("reflect-metadata");
const { DataSource, EntitySchema, getMetadataArgsStorage } = require("typeorm");

const isEntity = (value) =>
  value instanceof EntitySchema ||
  (typeof value === "function" && getMetadataArgsStorage().tables.some(({ target }) => target === value));

async function describe(folder) {
  try {
    const exported = readdirSync(folder)
      .filter((file) => /\.[cm]?[jt]s$/.test(file))
      .flatMap((file) => Object.values(require(join(folder, file))));
    const dataSource = new DataSource({ type: "postgres", entities: [...new Set(exported.filter(isEntity))] });
    await dataSource.buildMetadatas();
    return { entities: dataSource.entityMetadatas.filter(({ isJunction }) => !isJunction).map(of(dataSource)) };
  } catch (error) {
    return { error: String(error.message).replaceAll(folder, "") };
  }
}

const isSetByHook = ({ listeners, target }, path) =>
  listeners.some(({ propertyName }) => String(target.prototype[propertyName]).includes(`this.${path} =`));

const of = (dataSource) => (entity) => ({
  name: entity.name,
  table: { ...(entity.schema ? { schema: entity.schema } : {}), name: entity.tableName },
  columns: entity.columns.map((column) => ({
    path: column.propertyPath,
    target: typeof column.target === "function" ? column.target.name : column.target,
    column: column.databaseName,
    type: dataSource.driver.normalizeType(column),
    declared: typeof column.type === "function" ? column.type.name : column.type,
    length: column.length,
    isArray: column.isArray,
    enum: column.enum?.map(String),
    isNullable: column.isNullable,
    isSelect: column.isSelect,
    isPrimary: column.isPrimary,
    isGenerated: column.isGenerated,
    isProperty: !column.isVirtual && !column.isVirtualProperty,
    relation: column.relationMetadata?.propertyPath,
    isTransformed: column.transformer !== undefined || isSetByHook(entity, column.propertyPath),
    hasDefault: column.default !== undefined && column.default !== null,
  })),
  relations: entity.relations.map((relation) => ({
    path: relation.propertyPath,
    model: relation.inverseEntityMetadata.name,
    isNullable: relation.isNullable,
    isLazy: relation.isLazy,
    columns: relation.joinColumns.map((column) => column.databaseName),
    references: relation.joinColumns.map((column) => column.referencedColumn?.propertyPath),
  })),
  uniques: [...entity.uniques, ...entity.indices.filter(({ isUnique, where }) => isUnique && !where)].map((unique) =>
    unique.columns.map((column) => column.databaseName),
  ),
});

(async () => {
  const results = {};
  for (const folder of process.argv.slice(2)) results[folder] = await describe(folder);
  process.stdout.write(`${JSON.stringify(results)}\n`);
})();
