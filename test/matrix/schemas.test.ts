import { schemas } from "./cases/layouts.js";
import { matrix } from "./matrix.js";

matrix("several schemas", schemas, { schemas: ["public", "billing", "Odd Schema"] });
