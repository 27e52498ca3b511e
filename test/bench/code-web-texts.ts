/** The pages of a feature of a generated project. */
import type { EntityModel } from "../../core/src/model/index.js";
import { kebab, plain } from "./code-models.js";

export function listText(model: EntityModel): string {
  const columns = plain(model).slice(0, 5);
  return `import { use${model.name}s } from "./use-${kebab(model.name)}.js";
import { Table } from "../ui/table.js";

export function ${model.name}List({ page }: { page: number }) {
  const { data, status } = use${model.name}s(page);
  if (status !== "success") return <p className="loading">Loading</p>;
  return (
    <Table>
      <thead>
        <tr>
${columns.map(({ name }) => `          <th>${name}</th>\n`).join("")}        </tr>
      </thead>
      <tbody>
        {data.map((item) => (
          <tr key={item.id}>
${columns.map(({ name }) => `            <td>{item.${name}}</td>\n`).join("")}          </tr>
        ))}
      </tbody>
    </Table>
  );
}
`;
}

export function formText(model: EntityModel): string {
  const columns = plain(model).slice(0, 6);
  return `import { useState } from "react";
import { Field } from "../ui/field.js";

export function ${model.name}Form({ onSave }: { onSave(values: Record<string, unknown>): void }) {
${columns.map(({ name }) => `  const [${name}, set_${name}] = useState("");\n`).join("")}  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ ${columns.map(({ name }) => name).join(", ")} });
      }}
    >
${columns.map(({ name }) => `      <Field name="${name}" type="text" title="${name}" value={${name}} onChange={set_${name}} />\n`).join("")}      <button type="submit">Save</button>
    </form>
  );
}
`;
}

export function hookText(model: EntityModel): string {
  const base = kebab(model.name);
  return `import { useQuery } from "@tanstack/react-query";
import type { ${model.name}View } from "@/features/${base}/${base}.types";
import { getJson } from "../http.js";

export function use${model.name}s(page: number) {
  const { data = [], status } = useQuery({
    queryKey: ["${base}", page],
    queryFn: () => getJson<${model.name}View[]>(\`/${base}s?page=\${page}\`),
  });
  return { data, status };
}
`;
}
