import { yamlFormat } from "../formats/yaml-format.js";
import { yamlTrees } from "../formats/yaml-tree.js";
import { shapesOfDocument } from "./schema-shapes.js";
import { schemaTransform } from "./schema-transform.js";

/** OpenAPI and JSON schema documents in YAML. */
export const yamlSchema = schemaTransform({
  id: "yaml-schema",
  isForDocuments: true,
  format: yamlFormat,
  shapesIn({ file, text }) {
    if (!/\.ya?ml$/.test(file) || !text.includes("properties")) return [];
    return yamlTrees(text).flatMap((root) => shapesOfDocument(root, file, text));
  },
});
