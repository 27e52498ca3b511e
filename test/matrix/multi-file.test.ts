import { multiFile } from "./cases/layouts.js";
import { matrix } from "./matrix.js";

matrix("several schema files", multiFile, { isMultiFile: true });
