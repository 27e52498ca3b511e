import { matrix } from "./matrix.js";

matrix("several files and schemas", { isMultiFile: true, schemas: ["public", "billing", "Odd Schema"] });
