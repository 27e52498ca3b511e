import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const file = new URL("../../core/schemas/code-1.json", import.meta.url);

/** Whether a document is as the published schema of `lockstep code --json` has it; `errors` says what is not. */
export const isValidCode = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(file, "utf8")),
);
